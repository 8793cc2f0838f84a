"""
One fax again, whatever became of it: a new order to its number alone.

I/O: the database, through the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection

from ..domain.campaign import Relation
from ..domain.fax import FaxState
from ..store import covers, trunks
from ..store.campaigns import Campaign, Wishes
from ..store.faxes import Fax
from . import campaigns
from .answer import Answer
from .campaigns import Batch
from .routing import Routing

MAY_HAVE_IT = (FaxState.SENT, FaxState.UNKNOWN)
"""Who resends one of these means it: it is no repeat that is asked about."""


def resend_fax(
    conn: Connection,
    fax: Fax,
    new_ref: str,
    answer: Answer,
    routing: Routing,
    *,
    now: datetime,
) -> Campaign:
    """
    Launch a new order with the same pages to the number of a fax.

    Args:
        new_ref: A fresh reference.

    Raises:
        OrderRefused: If its documents are not kept any more, or no trunk serves it.
    """
    original = campaigns.found(conn, fax.campaign)
    wishes = Wishes(
        name=original.name, expected=1, origin=original.ref, relation=Relation.RESEND
    )
    campaigns.begin_from(
        conn,
        original,
        new_ref,
        wishes,
        repeats_allowed=fax.state in MAY_HAVE_IT,
        now=now,
    )
    plan = routing.plan([fax.number], original.quality, trunks.closed(conn))
    row = covers.drawn_on(conn, fax.ref)
    campaigns.add_batch(
        conn,
        new_ref,
        Batch(first=1, numbers=(fax.number,)),
        trunk=plan.trunk,
        fields={fax.number: row.row} if row else None,
        now=now,
    )
    return campaigns.launch(conn, new_ref, answer, now=now)
