"""
Files that a program sent ahead of the order that will name them.

I/O: the database, through the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from .content import Content
from .tables import upload

KEPT = timedelta(hours=24)
"""Not ordered in this time, it is forgotten."""

MAX_BYTES = 400_000_000
"""Of one line that wait at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that waits for its order."""

    id: str
    line: str
    name: str
    content: Content
    at: datetime


def add(conn: Connection, new: Upload) -> bool:
    """Keep a file; False: the line has `MAX_BYTES` waiting."""
    waiting = select(func.coalesce(func.sum(upload.c.size), 0)).where(
        upload.c.line == new.line
    )
    if conn.execute(waiting).scalar_one() + new.content.size > MAX_BYTES:
        return False
    values = {"id": new.id, "line": new.line, "name": new.name, "at": new.at}
    conn.execute(insert(upload).values(**values, **new.content.columns))
    return True


def get(conn: Connection, line: str, upload_id: str, *, now: datetime) -> Upload | None:
    """A file of a line, or None: there is none, or it waited too long."""
    query = select(upload).where(
        upload.c.line == line, upload.c.id == upload_id, upload.c.at > now - KEPT
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    content = Content(
        sha256=row.sha256, size=row.size, inline=row.inline, spool=row.spool
    )
    return Upload(id=row.id, line=row.line, name=row.name, content=content, at=row.at)


def count(conn: Connection) -> int:
    """How many files wait, of all lines."""
    return conn.execute(select(func.count()).select_from(upload)).scalar_one()


def purge(conn: Connection, *, now: datetime) -> int:
    """Forget what was not ordered in time."""
    return conn.execute(delete(upload).where(upload.c.at <= now - KEPT)).rowcount


def remove(conn: Connection, line: str) -> None:
    """Forget all of a line."""
    conn.execute(delete(upload).where(upload.c.line == line))
