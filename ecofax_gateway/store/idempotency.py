"""
Requests that must be carried out once, however often they are sent.

I/O: the database, through the caller's transaction.

Standards:
    draft-ietf-httpapi-idempotency-key-header-06 (2025) §2 -- the key, its fingerprint,
    and what a repetition is answered
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import Connection, delete, select, update

from .insertion import insert_into
from .tables import idempotency

KEPT = timedelta(hours=24)
"""How long a key is known."""

ABANDONED = timedelta(minutes=5)
"""A request that has no answer for so long was broken off, or died with its process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class Obstacle(Enum):
    """Why a request with a known key is not carried out."""

    OTHER_REQUEST = auto()
    "The key was used for another one."

    UNDER_WAY = auto()
    "It is being carried out at this moment."

    BROKEN_OFF = auto()
    "Nobody knows whether it was carried out: nothing is faxed twice by itself."


def begin(
    conn: Connection, line: str, key: str, *, fingerprint: str, now: datetime
) -> KeptAnswer | Obstacle | None:
    """
    Take a key.

    Args:
        fingerprint: Of method, path and body.

    Returns:
        None: carry the request out, then `keep` its answer or `let_go` of the key.
    """
    mine = (idempotency.c.line == line, idempotency.c.key == key)
    forgotten = idempotency.c.at <= now - KEPT
    conn.execute(delete(idempotency).where(*mine, forgotten))
    taken = conn.execute(
        insert_into(conn, idempotency)
        .values(line=line, key=key, fingerprint=fingerprint, at=now)
        .on_conflict_do_nothing(index_elements=[idempotency.c.line, idempotency.c.key])
        .returning(idempotency.c.key)
    )
    if taken.scalar() is not None:
        return None
    row = conn.execute(select(idempotency).where(*mine)).one_or_none()
    if row is None:  # let go of between the two statements
        return Obstacle.UNDER_WAY
    if row.fingerprint != fingerprint:
        return Obstacle.OTHER_REQUEST
    if row.status is None:
        is_lost = row.at <= now - ABANDONED
        return Obstacle.BROKEN_OFF if is_lost else Obstacle.UNDER_WAY
    return KeptAnswer(
        status=row.status, headers=dict(row.headers or {}), body=bytes(row.body or b"")
    )


def keep(conn: Connection, line: str, key: str, answer: KeptAnswer) -> None:
    """Keep what the request was answered, for its repetitions."""
    conn.execute(
        update(idempotency)
        .where(idempotency.c.line == line, idempotency.c.key == key)
        .values(status=answer.status, headers=answer.headers, body=answer.body)
    )


def let_go(conn: Connection, line: str, key: str) -> None:
    """Forget a key whose request changed nothing: it may be sent again."""
    conn.execute(
        delete(idempotency).where(idempotency.c.line == line, idempotency.c.key == key)
    )


def purge(conn: Connection, *, now: datetime) -> int:
    """Forget keys that are too old to be asked for."""
    return conn.execute(
        delete(idempotency).where(idempotency.c.at <= now - KEPT)
    ).rowcount


def erase(conn: Connection, words: Sequence[str]) -> int:
    """
    Blank the answers that hold one of *words*; how many.

    Their keys stay: nothing is done twice because somebody was forgotten.
    """
    marks = [json.dumps(word.lower()).strip('"').encode() for word in words]
    kept = select(idempotency.c.line, idempotency.c.key, idempotency.c.body).where(
        idempotency.c.body.is_not(None)
    )
    blanked = 0
    for row in conn.execute(kept).all():
        if any(mark in bytes(row.body).lower() for mark in marks):
            mine = (idempotency.c.line == row.line, idempotency.c.key == row.key)
            conn.execute(update(idempotency).where(*mine).values(body=b"{}"))
            blanked += 1
    return blanked


def remove(conn: Connection, line: str) -> None:
    """Forget all of a line."""
    conn.execute(delete(idempotency).where(idempotency.c.line == line))
