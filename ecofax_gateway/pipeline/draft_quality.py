"""
Another quality for a draft: new pages, and other trunks for its numbers.

I/O: the database, through the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.number import parse_number
from ..store import recipient_choices, trunks
from ..store.drafts import Changes
from . import campaigns, recipients
from .routing import Routing, split_restricted


def set_quality(
    conn: Connection, ref: str, quality: Quality, routing: Routing, *, now: datetime
) -> None:
    """
    Print a draft in another quality; its numbers leave by the trunks that serve it.

    Raises:
        OrderRefused: If it is no draft, or a number of an earlier campaign may not be
            called in that quality, or no trunk serves it.
    """
    before = campaigns.found(conn, ref).quality
    campaigns.edit(conn, ref, Changes(quality=quality), now=now)
    if recipient_choices.get(conn, ref) is not None:
        # Taken from lists anew: those that may not be called are left out.
        recipients.again(conn, ref, now=now)
        return
    if before is Quality.BEST:
        _ensure_allowed(conn, ref, quality)
    campaigns.reroute(conn, ref, routing)


def _ensure_allowed(conn: Connection, ref: str, quality: Quality) -> None:
    waiting = trunks.of_campaign(conn, ref)
    numbers = tuple(parse_number(each.number) for each in waiting)
    _, restricted = split_restricted(numbers, quality)
    if restricted:
        raise OrderRefused(
            f"{len(restricted)} numéros surtaxés ou étrangers, dont {restricted[0]},"
            " demandent la qualité meilleure : gardez-la, ou donnez d'autres"
            " destinataires.",
            code="restricted-numbers",
        )
