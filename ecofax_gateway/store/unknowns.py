"""
Faxes of which nobody knows what arrived, until a person says what is to be believed.

I/O: the database, through the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from ..domain.fax import FaxState
from . import campaigns, replies
from .campaigns import Campaign
from .faxes import SELECT, Fax
from .replies import ReplyStatus
from .tables import campaign, fax

LIST_LIMIT = 200
"""Faxes a listing gives at most."""

DECIDED = (FaxState.SENT, FaxState.FAILED)
"""What a person may say."""


def listing(conn: Connection) -> list[tuple[Fax, Campaign, list[ReplyStatus]]]:
    """
    Those of all lines, the newest first, each with its order and what was told of it.
    """
    query = SELECT.where(fax.c.state == FaxState.UNKNOWN).order_by(fax.c.id.desc())
    rows = conn.execute(query.limit(LIST_LIMIT)).mappings()
    found = [Fax(**row) for row in rows]
    refs = {each.campaign for each in found}
    ids = list(
        conn.execute(select(campaign.c.id).where(campaign.c.ref.in_(refs))).scalars()
    )
    orders = {each.ref: each for each in campaigns.in_order(conn, ids)}
    told = {ref: replies.of_campaign(conn, ref) for ref in refs}
    return [(each, orders[each.campaign], told[each.campaign]) for each in found]


def decide(
    conn: Connection, ref: str, state: FaxState, *, by: str, now: datetime
) -> bool:
    """
    Take a fax for sent or failed, because a person says so.

    What was confirmed of its pages stays as it was: no proof says more than that.

    Args:
        state: One of `DECIDED`.

        by: Who says so, for the detail.

    Returns:
        False: it is not unknown, or its call may still stand.
    """
    assert state in DECIDED
    may_stand = fax.c.busy & or_(fax.c.slot_until.is_(None), fax.c.slot_until > now)
    decided = (
        update(fax)
        .where(fax.c.ref == ref, fax.c.state == FaxState.UNKNOWN, ~may_stand)
        .values(
            state=state,
            detail=f"décidé par {by}",
            busy=False,
            slot_until=None,
            updated_at=now,
        )
    )
    return conn.execute(decided).rowcount == 1
