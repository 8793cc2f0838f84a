"""
Lists that are being read: leased to whoever reads them, and what comes of it.

I/O: the database, through the caller's transaction.

Whoever reads one holds a lease; after a restart it is read again from its beginning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, null, select, update

from . import lease as leases
from . import recipients
from .content import Content
from .lease import MAX_TRIES, is_free
from .recipient_lists import IS_BEING_READ, IS_THERE
from .states import ListState
from .tables import recipient_list


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A list leased for reading."""

    id: int
    number_column: int | None
    tries: int
    "This one included."

    updated_at: datetime
    "When its column was chosen."

    content: Content


def claim(
    conn: Connection, *, node: str, now: datetime, lease: timedelta
) -> ToRead | None:
    """Lease the oldest list that is to be read; see `preparation.claim_preparation`."""
    oldest = (
        select(recipient_list.c.id)
        .where(
            IS_BEING_READ,
            IS_THERE,
            is_free(recipient_list, now),
            recipient_list.c.tries < MAX_TRIES,
        )
        .order_by(recipient_list.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    content = ("sha256", "size", "inline", "spool")
    known = ("id", "number_column", "tries", "updated_at")
    row = (
        conn.execute(
            update(recipient_list)
            .where(recipient_list.c.id == oldest.scalar_subquery())
            .values(
                node=node, lease_until=now + lease, tries=recipient_list.c.tries + 1
            )
            .returning(
                *(recipient_list.c[name] for name in known),
                *(recipient_list.c[name] for name in content),
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    return ToRead(
        **{name: row[name] for name in known},
        content=Content(**{name: row[name] for name in content}),
    )


def give_back(conn: Connection, *, node: str) -> int:
    """Undo the leases of a node that is at work on none now; how many."""
    return conn.execute(leases.give_back(recipient_list, node)).rowcount


def poisoned(conn: Connection, *, now: datetime) -> list[int]:
    """Lists whose every reading ended without a word: to be failed."""
    query = select(recipient_list.c.id).where(
        IS_BEING_READ,
        IS_THERE,
        is_free(recipient_list, now),
        recipient_list.c.tries >= MAX_TRIES,
    )
    return list(conn.execute(query).scalars())


def note_head(
    conn: Connection,
    leased: ToRead,
    *,
    columns: Sequence[str],
    preview: Sequence[Sequence[str]],
    number_column: int | None,
) -> bool:
    """Note how a list looks; False: it is not ours to read any more."""
    noted = conn.execute(
        _leased(leased).values(
            columns=list(columns),
            preview=[list(row) for row in preview],
            number_column=number_column,
        )
    )
    return noted.rowcount == 1


def add_batch(
    conn: Connection,
    leased: ToRead,
    batch: Sequence[recipients.Row],
    *,
    first: int,
    until: datetime,
) -> bool:
    """
    Write some of a list's recipients; False: it is not ours to read any more.

    Args:
        first: Position of the first one, from 1.

        until: The lease now ends then.
    """
    written = first + len(batch) - 1
    held = _leased(leased).values(valid=written, lease_until=until)
    if conn.execute(held).rowcount != 1:
        return False
    recipients.add(conn, leased.id, batch, first=first)
    return True


def finish(
    conn: Connection,
    leased: ToRead,
    counts: Mapping[str, Any],
    faults: Sequence[recipients.FaultRow],
    *,
    now: datetime,
) -> bool:
    """
    Note that a list was read whole; False: it is not ours any more.

    Args:
        counts: entries, valid, restricted, duplicates, invalid, reasons.
    """
    done = _leased(leased).values(
        state=ListState.READY,
        node=None,
        lease_until=null(),
        failure=None,
        failure_code=None,
        updated_at=now,
        **counts,
    )
    if conn.execute(done).rowcount != 1:
        return False
    recipients.add_faults(conn, leased.id, faults)
    return True


def fail(
    conn: Connection, list_id: int, failure: str, code: str, *, now: datetime
) -> None:
    """Note why a list cannot be read."""
    conn.execute(
        _reading(list_id).values(
            state=ListState.FAILED,
            failure=failure,
            failure_code=code,
            node=None,
            lease_until=null(),
            updated_at=now,
        )
    )


def _reading(list_id: int) -> Update:
    its = recipient_list.c.id == list_id
    return update(recipient_list).where(its, IS_BEING_READ, IS_THERE)


def _leased(leased: ToRead) -> Update:
    # Whoever reads it since took a try of his own, or another column was chosen.
    return _reading(leased.id).where(
        recipient_list.c.tries == leased.tries,
        recipient_list.c.updated_at == leased.updated_at,
        recipient_list.c.lease_until.is_not(None),
    )
