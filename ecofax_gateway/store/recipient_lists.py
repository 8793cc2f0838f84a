"""
Lists of recipients: kept under a name, or for one draft alone.

I/O: the database, through the caller's transaction.

A list is a file that waits to be read (`list_reading`), then rows (`recipients`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from . import recipients
from .content import Content
from .insertion import insert_into
from .states import ListSource, ListState
from .tables import campaign, recipient_choice, recipient_list

MAX_NAME_CHARS = 80

MAX_LISTS = 200
"""Of one line under names; a listing gives them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """A list that is to be read."""

    line: str
    "E.164."

    name: str | None
    campaign: str | None
    "The draft that it is read for; needed if it has no name."

    source: ListSource
    origin: str
    "A file's name, a server's; empty: it was typed."

    content: Content
    number_column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientList:
    """A list, without its recipients."""

    id: int
    line: str
    name: str | None
    campaign: str | None
    source: ListSource
    origin: str
    state: ListState
    failure: str | None
    "A French sentence."

    failure_code: str | None
    has_content: bool
    "It can be read again, with another column."

    columns: tuple[str, ...]
    "Of a table; empty: a plain list."

    preview: tuple[tuple[str, ...], ...]
    number_column: int | None
    entries: int
    valid: int
    "While it is read: written so far."

    restricted: int
    duplicates: int
    invalid: int
    reasons: Mapping[str, int]
    created_at: datetime
    updated_at: datetime


_PLAIN = [
    name
    for name in RecipientList.__dataclass_fields__
    if name not in ("has_content", "columns", "preview")
]
_COLUMNS = [
    *(recipient_list.c[name] for name in _PLAIN),
    recipient_list.c.columns,
    recipient_list.c.preview,
    recipient_list.c.sha256.is_not(None).label("has_content"),
]
IS_THERE = recipient_list.c.deleted_at.is_(None)
IS_BEING_READ = recipient_list.c.state == ListState.READING

_NO_CONTENT = {"inline": None, "spool": None, "sha256": None}
_UNCOUNTED = {
    "entries": 0,
    "valid": 0,
    "restricted": 0,
    "duplicates": 0,
    "invalid": 0,
    "reasons": {},
}


def create(conn: Connection, new: NewList, *, now: datetime) -> int | None:
    """
    Keep a list that is to be read; its id, or None: the line has one of that name.
    """
    assert new.name or new.campaign, "it would belong to nobody"
    return conn.execute(
        insert_into(conn, recipient_list)
        .on_conflict_do_nothing()
        .values(
            line=new.line,
            name=new.name,
            campaign=new.campaign,
            source=new.source,
            origin=new.origin,
            state=ListState.READING,
            columns=[],
            preview=[],
            number_column=new.number_column,
            tries=0,
            created_at=now,
            updated_at=now,
            **_UNCOUNTED,
            **new.content.columns,
        )
        .returning(recipient_list.c.id)
    ).scalar_one_or_none()


def get(conn: Connection, list_id: int) -> RecipientList | None:
    """A list, or None."""
    query = select(*_COLUMNS).where(recipient_list.c.id == list_id, IS_THERE)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _list(row)


def named(conn: Connection, line: str | None) -> list[RecipientList]:
    """
    The lists that a line keeps, by name.

    Args:
        line: None: every line.
    """
    query = select(*_COLUMNS).where(recipient_list.c.name.is_not(None), IS_THERE)
    if line is not None:
        query = query.where(recipient_list.c.line == line)
    query = query.order_by(func.lower(recipient_list.c.name)).limit(MAX_LISTS)
    return [_list(row) for row in conn.execute(query).mappings()]


def of_draft(conn: Connection, ref: str) -> list[RecipientList]:
    """The lists that were read for a draft, oldest first."""
    query = select(*_COLUMNS).where(recipient_list.c.campaign == ref, IS_THERE)
    query = query.order_by(recipient_list.c.id)
    return [_list(row) for row in conn.execute(query).mappings()]


def rename(conn: Connection, list_id: int, name: str, *, now: datetime) -> bool:
    """Keep a list under a name; False: the line has another of that name."""
    values = {"name": name, "updated_at": now}
    try:
        # The index of names decides, also between two who want the same one.
        with conn.begin_nested():
            conn.execute(_update(list_id).values(values))
    except IntegrityError:
        return False
    return True


def choose_column(
    conn: Connection, list_id: int, column: int, *, now: datetime
) -> bool:
    """Read a list again, its numbers in another column; False: its file is gone."""
    chosen = conn.execute(
        _update(list_id, recipient_list.c.sha256.is_not(None)).values(
            state=ListState.READING,
            number_column=column,
            tries=0,
            lease_until=null(),
            node=null(),
            failure=None,
            failure_code=None,
            updated_at=now,
            **_UNCOUNTED,
        )
    )
    return chosen.rowcount == 1


def mark_deleted(conn: Connection, list_id: int, *, now: datetime) -> bool:
    """Let a list be there no more; its rows go in batches (`clear_deleted`)."""
    values = {**_NO_CONTENT, "deleted_at": now}
    gone = conn.execute(_update(list_id).values(values))
    return gone.rowcount == 1


def remove(conn: Connection, line: str) -> None:
    """Delete every list of a line that is removed; see `mark_deleted`."""
    its = update(recipient_list).where(recipient_list.c.line == line, IS_THERE)
    conn.execute(its.values(**_NO_CONTENT, deleted_at=recipient_list.c.updated_at))


def clear_deleted(conn: Connection) -> int:
    """Delete some rows of a list that is there no more; how many."""
    query = select(recipient_list.c.id).where(recipient_list.c.deleted_at.is_not(None))
    oldest = conn.execute(query.order_by(recipient_list.c.id).limit(1)).scalar()
    if oldest is None:
        return 0
    rows = recipients.clear(conn, oldest)
    if rows:
        return rows
    its = recipient_list.c.id == oldest
    return conn.execute(delete(recipient_list).where(its)).rowcount


def forget(conn: Connection, *, before: datetime, now: datetime) -> int:
    """
    Forget files of lists that were read before then, and all of drafts that have left.

    Returns:
        How many rows were touched.
    """
    is_draft = exists().where(
        campaign.c.ref == recipient_list.c.campaign,
        campaign.c.launched_at.is_(None),
        campaign.c.finished_at.is_(None),
    )
    useless = and_(
        recipient_list.c.name.is_(None),
        recipient_list.c.deleted_at.is_(None),
        ~is_draft,
    )
    deleted = conn.execute(
        update(recipient_list).where(useless).values(**_NO_CONTENT, deleted_at=now)
    ).rowcount
    old = and_(
        recipient_list.c.sha256.is_not(None),
        recipient_list.c.updated_at < before,
        ~IS_BEING_READ,
    )
    emptied = conn.execute(update(recipient_list).where(old).values(**_NO_CONTENT))
    open_draft = exists().where(
        campaign.c.ref == recipient_choice.c.campaign,
        campaign.c.launched_at.is_(None),
        campaign.c.finished_at.is_(None),
    )
    choices = conn.execute(delete(recipient_choice).where(~open_draft)).rowcount
    return deleted + emptied.rowcount + choices


def drop_contents(conn: Connection) -> tuple[int, set[str]]:
    """
    Forget every file that lists were read from: nobody can search them.

    Returns:
        How many; names of spool files, to be removed after the commit.
    """
    files = select(recipient_list.c.spool).where(recipient_list.c.spool.is_not(None))
    names = set(conn.execute(files).scalars())
    having = or_(
        recipient_list.c.sha256.is_not(None), recipient_list.c.inline.is_not(None)
    )
    conn.execute(
        update(recipient_list)
        .where(having, IS_BEING_READ)
        .values(
            state=ListState.FAILED,
            failure="Le fichier de cette liste a été effacé : donnez-le de nouveau.",
            failure_code="list-erased",
        )
    )
    dropped = conn.execute(
        update(recipient_list).where(having).values(**_NO_CONTENT, preview=[])
    )
    return dropped.rowcount, names


def _update(list_id: int, *conditions: ColumnElement[bool]) -> Update:
    its = recipient_list.c.id == list_id
    return update(recipient_list).where(its, IS_THERE, *conditions)


def _list(row: Mapping[Any, Any]) -> RecipientList:
    return RecipientList(
        **{name: row[name] for name in _PLAIN},
        has_content=bool(row["has_content"]),
        columns=tuple(row["columns"]),
        preview=tuple(tuple(cells) for cells in row["preview"]),
    )
