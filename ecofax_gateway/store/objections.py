"""
Do-not-fax lists, and the ledger of everything that was added and removed.

I/O: the database, through the caller's transaction.

The ledger only grows: triggers refuse to change or delete its rows, except that the
person whom they are about can be blanked (`erase`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    delete,
    insert,
    select,
    update,
)

from ..domain.objection import GATEWAY, fingerprint
from .insertion import insert_into
from .shared import Kind, Shared
from .states import LedgerAction
from .tables import fax, objection, objection_ledger
from .types import PlainText, UtcTime

LIST_LIMIT = 1000
"""Entries a listing gives at most; the next page begins after the last one's id."""

BATCH = 500
"""Numbers per statement, far below the parameters a database takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One entry: somebody who must not be faxed."""

    id: int
    scope: str
    "A line's number, or `GATEWAY`."

    number: str | None
    "E.164; None: erased, and known by its fingerprint alone."

    source: str
    note: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One thing that happened to an entry."""

    id: int
    at: datetime
    action: LedgerAction
    scope: str
    number: str | None
    fingerprint: str | None
    source: str
    note: str


_OBJECTION = [objection.c[name] for name in Objection.__dataclass_fields__]
_ANY_ERASED = Shared(
    """
    SELECT given.here FROM given
    WHERE EXISTS (SELECT 1 FROM objection WHERE fingerprint IS NOT NULL)
    """,
    given={"here": Boolean()},
    key=["here"],
    kind=Kind.READ,
)
_BLOCKING = Shared(
    f"""
    SELECT given.of_number, given.of_line, objection.id, objection.scope,
        objection.number, objection.source, objection.note, objection.added_at
    FROM given JOIN objection ON objection.scope IN ('{GATEWAY}', given.of_line)
        AND (objection.number = given.of_number OR objection.fingerprint = given.mark)
    ORDER BY objection.id
    """,  # noqa: S608 -- our own words
    given={"of_number": PlainText(), "of_line": PlainText(), "mark": PlainText()},
    key=["of_number", "of_line"],
    returns={"added_at": UtcTime()},
    kind=Kind.READ,
)
_LEDGER = [objection_ledger.c[name] for name in LedgerEntry.__dataclass_fields__]


def add(
    conn: Connection,
    numbers: Sequence[str],
    *,
    scope: str = GATEWAY,
    source: str,
    note: str = "",
    now: datetime,
) -> int:
    """
    Put numbers on a list; those that are on it stay as they are.

    Args:
        numbers: E.164.

        scope: A line's number, or `GATEWAY`.

        source: Who said so: "command", "import", a mail address.

    Returns:
        How many are new.
    """
    common = {"scope": scope, "source": source, "note": note}
    new: list[str] = []
    remaining = iter(dict.fromkeys(numbers))
    while batch := list(islice(remaining, BATCH)):
        added = conn.execute(
            insert_into(conn, objection)
            .on_conflict_do_nothing()
            .returning(objection.c.number),
            [{**common, "number": number, "added_at": now} for number in batch],
        )
        new += added.scalars()
    _note(conn, LedgerAction.ADDED, new, common, now)
    return len(new)


def remove(
    conn: Connection,
    number: str,
    *,
    scope: str = GATEWAY,
    source: str,
    note: str = "",
    now: datetime,
) -> bool:
    """Take a number off a list; False if it was not on it."""
    removed = conn.execute(
        delete(objection).where(objection.c.scope == scope, _is(conn, number))
    ).rowcount
    if removed:
        common = {"scope": scope, "source": source, "note": note}
        _note(conn, LedgerAction.REMOVED, [number], common, now)
    return removed > 0


def blocking(conn: Connection, number: str, *, line: str) -> Objection | None:
    """The entry that forbids *line* to fax *number*, or None."""
    # Making a fingerprint takes its time: only if there is one to compare it with.
    mark = fingerprint(number) if _ANY_ERASED.run(conn, here=True) else None
    rows = _BLOCKING.run(conn, of_number=number, of_line=line, mark=mark)
    if not rows:
        return None
    first = dict(rows[0]._mapping)
    return Objection(**{name: first[name] for name in Objection.__dataclass_fields__})


def blocked(conn: Connection, numbers: Sequence[str], *, line: str) -> set[str]:
    """Those of *numbers* that *line* must not fax."""
    scopes = objection.c.scope.in_([GATEWAY, line])
    found: set[str] = set()
    remaining = iter(numbers)
    while batch := list(islice(remaining, BATCH)):
        query = select(objection.c.number).where(scopes, objection.c.number.in_(batch))
        found.update(n for n in conn.execute(query).scalars() if n is not None)
    erased = select(objection.c.fingerprint).where(scopes, _ERASED)
    marks = set(conn.execute(erased).scalars())
    if marks:
        # A fingerprint takes its 5 ms on purpose: only of those not found without it.
        others = (number for number in numbers if number not in found)
        found.update([number for number in others if fingerprint(number) in marks])
    return found


def listing(
    conn: Connection,
    *,
    scope: str | None = None,
    holding: str = "",
    after: int = 0,
    limit: int = LIST_LIMIT,
) -> list[Objection]:
    """
    Up to `LIST_LIMIT` entries, oldest first.

    Args:
        scope: Only of that list.

        holding: Only whose number has these digits in it.

        after: Only with a larger id: the next page.
    """
    query = select(*_OBJECTION).where(objection.c.id > after).order_by(objection.c.id)
    if scope is not None:
        query = query.where(objection.c.scope == scope)
    if holding:
        query = query.where(objection.c.number.contains(holding, autoescape=True))
    rows = conn.execute(query.limit(min(limit, LIST_LIMIT))).mappings()
    return [Objection(**row) for row in rows]


def get(conn: Connection, entry_id: int) -> Objection | None:
    """One entry, or None."""
    query = select(*_OBJECTION).where(objection.c.id == entry_id)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else Objection(**row)


def every(conn: Connection, *, scope: str | None = None) -> Iterator[Objection]:
    """Every entry, page by page."""
    after = 0
    while page := listing(conn, scope=scope, after=after):
        yield from page
        after = page[-1].id


def ledger(
    conn: Connection, *, scope: str | None = None, after: int = 0
) -> list[LedgerEntry]:
    """Up to `LIST_LIMIT` entries of the ledger, oldest first; see `listing`."""
    query = select(*_LEDGER).where(objection_ledger.c.id > after)
    if scope is not None:
        query = query.where(objection_ledger.c.scope == scope)
    rows = conn.execute(query.order_by(objection_ledger.c.id).limit(LIST_LIMIT))
    return [LedgerEntry(**row) for row in rows.mappings()]


def opt_out(
    conn: Connection, code: str, *, source: str, now: datetime
) -> tuple[str, str] | None:
    """
    Put the recipient whose page carried *code* on the list of the line that sent it.

    Returns:
        (number, line), also when it was on the list before; None: no such code.
    """
    query = select(fax.c.number, fax.c.line).where(fax.c.opt_out_code == code)
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    add(
        conn,
        [row.number],
        scope=row.line,
        source=source,
        note=f"code {code}",
        now=now,
    )
    return row.number, row.line


def erase(conn: Connection, number: str, *, now: datetime) -> int:
    """
    Keep no more of *number* than what protects it; how many rows were blanked.

    An entry becomes a fingerprint; the ledger's rows lose the number and what was
    noted with it.
    """
    mark = fingerprint(number)
    scopes = list(
        conn.execute(
            update(objection)
            .where(objection.c.number == number)
            .values(number=None, fingerprint=mark, source="", note="")
            .returning(objection.c.scope)
        ).scalars()
    )
    blanked = conn.execute(
        update(objection_ledger)
        .where(objection_ledger.c.number == number)
        .values(number=None, fingerprint=mark, source="", note="")
    ).rowcount
    for scope in scopes:
        conn.execute(
            insert(objection_ledger).values(
                at=now,
                action=LedgerAction.ERASED,
                scope=scope,
                fingerprint=mark,
                source="",
                note="",
            )
        )
    return blanked + len(scopes)


def erase_source(conn: Connection, address: str) -> int:
    """Blank a mail address where entries name it as their source; how many rows."""
    blanked = 0
    for table in (objection, objection_ledger):
        for column in (table.c.source, table.c.note):
            blanked += conn.execute(
                update(table)
                .where(column.icontains(address, autoescape=True))
                .values({column.name: ""})
            ).rowcount
    return blanked


_ERASED = objection.c.fingerprint.is_not(None)


def _is(conn: Connection, number: str) -> ColumnElement[bool]:
    """The entry is about *number*; its fingerprint is made only if there is any."""
    erased = select(objection.c.id).where(_ERASED).limit(1)
    if conn.execute(erased).scalar() is None:
        return objection.c.number == number
    return (objection.c.number == number) | (
        objection.c.fingerprint == fingerprint(number)
    )


def _note(
    conn: Connection,
    action: LedgerAction,
    numbers: Sequence[str],
    common: dict[str, str],
    now: datetime,
) -> None:
    if numbers:
        conn.execute(
            insert(objection_ledger),
            [
                {**common, "action": action, "number": number, "at": now}
                for number in numbers
            ],
        )
