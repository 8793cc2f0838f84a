"""
Replies that are held back because their address had too many, until a summary goes.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from .insertion import insert_into
from .replies import NewReply
from .tables import reply, withheld_reply

PERIOD = timedelta(hours=1)
"""In which replies to one address are counted, and after which the summary goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """One reply that was held back."""

    event_key: str
    to_address: str
    campaign: str | None
    subject: str
    body: str
    "Its text."

    created_at: datetime


_COLUMNS = [withheld_reply.c[name] for name in Withheld.__dataclass_fields__]


def is_over(conn: Connection, address: str, *, per_hour: int, now: datetime) -> bool:
    """Whether an address had as many replies as it may, or waits for its summary."""
    waits = select(withheld_reply.c.id).where(withheld_reply.c.to_address == address)
    if conn.execute(waits.limit(1)).scalar() is not None:
        return True
    had = select(func.count()).where(
        reply.c.to_address == address, reply.c.created_at > now - PERIOD
    )
    return conn.execute(had).scalar_one() >= per_hour


def put(
    conn: Connection, new: NewReply, *, subject: str, body: str, now: datetime
) -> None:
    """Hold a reply back, unless its event was answered before."""
    answered = select(reply.c.id).where(reply.c.event_key == new.event_key)
    if conn.execute(answered).scalar() is not None:
        return
    conn.execute(
        insert_into(conn, withheld_reply)
        .values(
            event_key=new.event_key,
            to_address=new.to_address,
            campaign=new.campaign,
            subject=subject,
            body=body,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[withheld_reply.c.event_key])
    )


def take_due(conn: Connection, *, now: datetime) -> list[Withheld]:
    """Take out all that is held back for one address, if it has waited long enough."""
    oldest = (
        select(withheld_reply.c.to_address)
        .where(withheld_reply.c.created_at <= now - PERIOD)
        .order_by(withheld_reply.c.created_at)
        .limit(1)
    )
    address = conn.execute(oldest).scalar()
    if address is None:
        return []
    taken = conn.execute(
        delete(withheld_reply)
        .where(withheld_reply.c.to_address == address)
        .returning(*_COLUMNS)
    ).mappings()
    found = [Withheld(**row) for row in taken]
    return sorted(found, key=lambda each: (each.created_at, each.event_key))


def erase(
    conn: Connection,
    *,
    address: str | None = None,
    refs: AbstractSet[str] = frozenset(),
) -> int:
    """Forget what is held back for an address, or about some orders; how many."""
    folded = func.lower(withheld_reply.c.to_address) == (address or "").lower()
    about = withheld_reply.c.campaign.in_(refs)
    return conn.execute(delete(withheld_reply).where(folded | about)).rowcount
