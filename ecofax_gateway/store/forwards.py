"""
Mail for the postmaster, in the outbox.

I/O: the database, through the caller's transaction.

It lies among the replies and leaves like one. Its text goes as soon as it has left, for
a fax password may be in it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from .replies import FORWARDED, NewReply, put
from .tables import reply

PERIOD = timedelta(hours=1)

MOST_OF_ONE = 20
"""Of one sender in an hour; more is a machine that went mad, or malice."""

MOST_OF_ALL = 200
"""In an hour: whoever invents senders fills neither a mailbox nor our disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """A mail that is to go on."""

    sender: str
    "Whom it counts for."

    sha256: str
    "Of the mail as it came: the same one again goes on once."

    to_address: str
    message: bytes
    "As it is to leave."


def forward(conn: Connection, new: Forward, *, now: datetime) -> bool:
    """Put a mail in the outbox, unless it is there; False: too many came of late."""
    sender = hashlib.sha256(new.sender.lower().encode("utf-8", "replace")).hexdigest()
    of_one = f"{FORWARDED}:{sender[:16]}:"
    key = f"{of_one}{new.sha256}"
    known = select(reply.c.id).where(reply.c.event_key == key)
    if conn.execute(known).scalar() is not None:
        return True
    of_late = select(func.count()).where(
        reply.c.to_address == new.to_address,
        reply.c.kind == FORWARDED,
        reply.c.created_at > now - PERIOD,
    )
    its = of_late.where(reply.c.event_key.startswith(of_one))
    for count, most in ((its, MOST_OF_ONE), (of_late, MOST_OF_ALL)):
        if conn.execute(count).scalar_one() >= most:
            return False
    put(
        conn,
        NewReply(
            event_key=key,
            kind=FORWARDED,
            campaign=None,
            to_address=new.to_address,
            message=new.message,
        ),
        now=now,
    )
    return True
