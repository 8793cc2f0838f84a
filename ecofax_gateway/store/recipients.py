"""
The recipients of a list: written thousands at a time, looked at a page at a time.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from ..domain.folding import fold
from .folding import folded
from .tables import recipient, recipient_fault

PAGE = 100
"""Recipients that a listing gives, if it is not told otherwise."""

BATCH = 5000
"""Rows deleted in one transaction: some 150 ms, which everybody else waits."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient."""

    number: str
    "E.164."

    restricted: bool
    "Surtaxed or foreign."

    fields: Mapping[str, str] | None
    "Its row of the table."


@dataclass(frozen=True, slots=True)
class FaultRow:
    """What was to be a number and is none."""

    line_number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A recipient and its place in its list."""

    position: int
    number: str
    restricted: bool
    fields: Mapping[str, str] | None


_PLACED = [recipient.c[name] for name in Placed.__dataclass_fields__]


def add(conn: Connection, list_id: int, batch: Sequence[Row], *, first: int) -> None:
    """
    Write some recipients of a list.

    Args:
        batch: Each number once in the whole list.

        first: Position of the first one, from 1.
    """
    rows = [
        {
            "list_id": list_id,
            "position": position,
            "number": each.number,
            "restricted": each.restricted,
            "fields": None if each.fields is None else dict(each.fields),
        }
        for position, each in enumerate(batch, start=first)
    ]
    if rows:
        # With RETURNING, a thousand rows go in one statement on either database.
        conn.execute(insert(recipient).returning(recipient.c.position), rows)


def add_faults(conn: Connection, list_id: int, faults: Sequence[FaultRow]) -> None:
    """Write what of a list is no number."""
    rows = [
        {
            "list_id": list_id,
            "n": n,
            "line_number": each.line_number,
            "text": each.text,
            "reason": each.reason,
        }
        for n, each in enumerate(faults, start=1)
    ]
    if rows:
        conn.execute(insert(recipient_fault).returning(recipient_fault.c.n), rows)


def listing(
    conn: Connection,
    list_id: int,
    *,
    search: str = "",
    after: int = 0,
    limit: int = PAGE,
) -> list[Placed]:
    """
    Some recipients of a list, in its order.

    Args:
        search: Only those whose number or fields hold it.

        after: Only places behind this one: the next page.
    """
    query = select(*_PLACED).where(
        recipient.c.list_id == list_id, recipient.c.position > after
    )
    if search:
        query = query.where(_holds(conn, search))
    rows = conn.execute(query.order_by(recipient.c.position).limit(limit)).mappings()
    return [Placed(**row) for row in rows]


def _holds(conn: Connection, search: str) -> ColumnElement[bool]:
    """A recipient's number, or a value of its row, has *search* in it."""
    if not any(c.isalpha() for c in search):
        digits = "".join(c for c in search if c.isdecimal()).removeprefix("0")
        if digits:
            return recipient.c.number.contains(digits, autoescape=True)
    unfold = (
        func.json_each_text if conn.dialect.name == "postgresql" else func.json_each
    )
    value = unfold(recipient.c.fields).table_valued("value", name="cell").c.value
    matches = folded(conn, value).contains(fold(search), autoescape=True)
    return exists(select(1).where(matches))


def every(conn: Connection, list_id: int) -> Iterator[Placed]:
    """All recipients of a list, page by page."""
    after = 0
    while page := listing(conn, list_id, after=after, limit=BATCH):
        yield from page
        after = page[-1].position


def faults(conn: Connection, list_id: int, *, limit: int = PAGE) -> list[FaultRow]:
    """What of a list is no number, as far as it was noted, in its order."""
    columns = [recipient_fault.c[name] for name in FaultRow.__dataclass_fields__]
    query = select(*columns).where(recipient_fault.c.list_id == list_id)
    rows = conn.execute(query.order_by(recipient_fault.c.n).limit(limit)).mappings()
    return [FaultRow(**row) for row in rows]


def clear(conn: Connection, list_id: int, *, batch: int = BATCH) -> int:
    """Delete some recipients of a list, and its faults with the last; how many."""
    its = recipient.c.list_id == list_id
    places = select(recipient.c.position).where(its)
    places = places.order_by(recipient.c.position).limit(batch)
    last = places.subquery()
    gone = delete(recipient).where(
        its, recipient.c.position.in_(select(last.c.position))
    )
    rows = conn.execute(gone).rowcount
    if rows:
        return rows
    its_faults = recipient_fault.c.list_id == list_id
    return conn.execute(delete(recipient_fault).where(its_faults)).rowcount


def erase(conn: Connection, number: str, forms: Sequence[str]) -> int:
    """
    Delete a number from every list; how many rows.

    Args:
        forms: As it may stand in the fields of others, and in what was no number.
    """
    own = delete(recipient).where(recipient.c.number == number)
    rows = conn.execute(own).rowcount
    as_text = cast(recipient.c.fields, String)
    mentioned = or_(*(as_text.contains(form, autoescape=True) for form in forms))
    rows += conn.execute(
        delete(recipient).where(and_(recipient.c.fields.is_not(None), mentioned))
    ).rowcount
    quoted = or_(
        *(recipient_fault.c.text.contains(form, autoescape=True) for form in forms)
    )
    return rows + conn.execute(delete(recipient_fault).where(quoted)).rowcount
