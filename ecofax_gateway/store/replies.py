"""
The outbox: mails to requesters, each event answered once.

I/O: the database, through the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, null, select, update

from ..domain.enclosure import Enclosure
from . import lease as leases
from .insertion import insert_into
from .lease import is_free
from .states import ReplyState
from .tables import reply

FORWARDED = "forwarded"
"""Kind of what is not ours: mail for the postmaster, which goes on unaltered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReply:
    """A reply that is ready to leave."""

    event_key: str
    'What it answers, e.g. "report:K7M2XQ9D"; a second one of the same key is ignored.'

    kind: str
    campaign: str | None
    "Reference; None when the mail became none."

    to_address: str
    message: bytes
    "The whole message, CRLF lines."

    enclosed: tuple[Enclosure, ...] = ()
    "What joins it when it is posted."


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReply:
    """A reply leased for one try."""

    id: int
    event_key: str
    kind: str
    campaign: str | None
    to_address: str
    message: bytes
    tries: int
    "This one included."

    created_at: datetime
    enclosed: tuple[Enclosure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStatus:
    """One reply's fate, for people."""

    event_key: str
    kind: str
    to_address: str
    state: ReplyState
    tries: int
    next_try_at: datetime
    last_error: str
    created_at: datetime
    finished_at: datetime | None


_DUE = [reply.c[name] for name in DueReply.__dataclass_fields__]
_STATUS = [reply.c[name] for name in ReplyStatus.__dataclass_fields__]


def put(conn: Connection, new: NewReply, *, now: datetime) -> bool:
    """Put a reply in the outbox; False if its event was answered before."""
    inserted = conn.execute(
        insert_into(conn, reply)
        .values(
            event_key=new.event_key,
            kind=new.kind,
            campaign=new.campaign,
            to_address=new.to_address,
            message=new.message,
            state=ReplyState.PENDING,
            tries=0,
            next_try_at=now,
            last_error="",
            created_at=now,
            enclosed=list(new.enclosed) or None,
        )
        .on_conflict_do_nothing(index_elements=[reply.c.event_key])
        .returning(reply.c.id)
    )
    return inserted.scalar() is not None


def claim_due(
    conn: Connection, *, node: str, now: datetime, lease: timedelta
) -> DueReply | None:
    """Lease the reply that has been due longest for one try."""
    due = (
        select(reply.c.id)
        .where(
            reply.c.state == ReplyState.PENDING,
            reply.c.next_try_at <= now,
            is_free(reply, now),
        )
        .order_by(reply.c.next_try_at, reply.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (
        conn.execute(
            update(reply)
            .where(reply.c.id == due.scalar_subquery())
            .values(node=node, lease_until=now + lease, tries=reply.c.tries + 1)
            .returning(*_DUE)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    enclosed = tuple(map(Enclosure, row["enclosed"] or ()))
    return DueReply(**{**row, "message": bytes(row["message"]), "enclosed": enclosed})


def give_back(conn: Connection, *, node: str) -> int:
    """Undo the leases of a node whose postman is idle; how many."""
    return conn.execute(leases.give_back(reply, node)).rowcount


def sent(conn: Connection, reply_id: int, *, now: datetime) -> bool:
    """Note that the mail server took it; False if that was known."""
    return _end(conn, reply_id, ReplyState.SENT, error="", now=now)


def drop(conn: Connection, reply_id: int, error: str, *, now: datetime) -> bool:
    """Give a reply up; False if it was at its end already."""
    return _end(conn, reply_id, ReplyState.DROPPED, error=error, now=now)


def postpone(conn: Connection, reply_id: int, *, at: datetime, error: str) -> bool:
    """Try again at *at*; False if it is at its end."""
    postponed = conn.execute(
        update(reply)
        .where(reply.c.id == reply_id, reply.c.state == ReplyState.PENDING)
        .values(next_try_at=at, lease_until=None, node=None, last_error=error)
    )
    return postponed.rowcount == 1


def of_campaign(conn: Connection, ref: str) -> list[ReplyStatus]:
    """Every reply of one campaign, oldest first."""
    query = select(*_STATUS).where(reply.c.campaign == ref).order_by(reply.c.id)
    return [ReplyStatus(**row) for row in conn.execute(query).mappings()]


def purge(conn: Connection, *, before: datetime, batch: int) -> int:
    """Forget the text of replies that came to their end before then."""
    old = select(reply.c.id).where(
        reply.c.finished_at < before, reply.c.message.is_not(None)
    )
    return conn.execute(
        update(reply).where(reply.c.id.in_(old.limit(batch))).values(message=None)
    ).rowcount


def _end(
    conn: Connection, reply_id: int, state: ReplyState, *, error: str, now: datetime
) -> bool:
    ended = conn.execute(
        update(reply)
        .where(reply.c.id == reply_id, reply.c.state == ReplyState.PENDING)
        .values(
            state=state,
            finished_at=now,
            lease_until=None,
            node=None,
            last_error=error,
            # A fax password may be in it.
            message=case((reply.c.kind == FORWARDED, null()), else_=reply.c.message),
        )
    )
    return ended.rowcount == 1
