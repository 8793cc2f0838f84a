"""
Webhooks, set up for a line by console and API alike.

I/O: the database, through the caller's transaction; randomness.
"""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.event import CHOICE, SECRET_BYTES, EventKind, secret_text
from ..outbound.destination import OutboundFailed, read_url
from ..store import webhooks
from ..store.reference import reference
from ..store.webhooks import MAX_WEBHOOKS, Webhook


def make(
    conn: Connection,
    line: str,
    *,
    url: str,
    events: Collection[EventKind] = (),
    now: datetime,
) -> Webhook:
    """
    Have events of a line told to a URL; whoever asked is shown the secret once.

    Args:
        events: Empty: all.

    Raises:
        OrderRefused: It is no URL that we call, or the line has too many.
    """
    new = Webhook(
        id=reference(secrets.randbits(64)),
        line=line,
        url=checked(url),
        events=frozenset(events) & set(CHOICE),
        secret=fresh_secret(),
        active=True,
        failures=0,
        created_at=now,
    )
    if not webhooks.add(conn, new):
        raise OrderRefused(
            f"Cette ligne a déjà {MAX_WEBHOOKS} webhooks : supprimez-en un.",
            code="too-many-webhooks",
        )
    return new


def fresh_secret() -> str:
    """A secret that nobody has."""
    return secret_text(secrets.token_bytes(SECRET_BYTES))


def checked(url: str) -> str:
    """
    See that a URL is one that we call; its addresses are looked at each time.

    Raises:
        OrderRefused: It is not.
    """
    try:
        return read_url(url).url
    except OutboundFailed as failure:
        raise OrderRefused(failure.sentence, code=failure.code) from None
