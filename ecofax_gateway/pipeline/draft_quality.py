"""
Another quality for a draft: new pages, and other trunks for its numbers.

I/O: the database, through the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection

from ..domain.document import Quality
from ..store import recipient_choices
from ..store.drafts import Changes
from . import campaigns, recipients
from .routing import Routing


def set_quality(
    conn: Connection, ref: str, quality: Quality, routing: Routing, *, now: datetime
) -> None:
    """
    Print a draft in another quality; its numbers leave by the trunks that serve it.

    Raises:
        OrderRefused: If it is no draft, or no trunk serves a number in that quality.
    """
    campaigns.edit(conn, ref, Changes(quality=quality), now=now)
    if recipient_choices.get(conn, ref) is None:
        campaigns.reroute(conn, ref, routing)
    else:
        recipients.again(conn, ref, now=now)
