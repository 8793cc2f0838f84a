"""
What lists come to for a draft: whom it goes to, and how many it leaves out.

I/O: the database, through the caller's transaction.

Lists are joined in their order, each number once; others are subtracted. Whoever is on
a do-not-fax list is left out at once; it is asked again before each call anyway, and
there also of numbers that were erased and are known by a fingerprint alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    exists,
    false,
    func,
    select,
)

from ..domain.document import Quality
from ..domain.objection import GATEWAY
from .memory import FINAL_FOR_ALL
from .recipient_choices import Choice
from .recipients import Placed
from .tables import number_memory, objection, recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What lists come to for a line."""

    numbers: int = 0
    "In all lists together."

    repeated: int = 0
    "Of these, in more than one."

    subtracted: int = 0
    "On a list that is taken away."

    objected: int = 0
    "Of what is left, on a do-not-fax list."

    failed: int = 0
    "Of what is left, failed for good before."

    restricted: int = 0
    "Of what is left, surtaxed or foreign."

    faxed: int = 0
    "Those that the draft goes to."

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(Tally)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What decides whether a number of a list is called."""

    line: str
    quality: Quality
    clean: bool
    now: datetime


def tally(conn: Connection, choice: Choice, sieve: Sieve) -> Tally:
    """Count what lists come to."""
    total = Tally()
    for place, list_id in enumerate(choice.lists):
        repeated = _on(choice.lists[:place])
        subtracted = and_(~repeated, _on(choice.minus))
        left = and_(~repeated, ~subtracted)
        flags = (
            select(
                repeated.label("repeated"),
                subtracted.label("subtracted"),
                and_(left, _objected(sieve)).label("objected"),
                and_(left, _failed(sieve)).label("failed"),
                and_(left, recipient.c.restricted).label("restricted"),
                and_(left, _passes(sieve)).label("faxed"),
            )
            .where(recipient.c.list_id == list_id)
            .subquery()
        )
        counts = {
            column.name: func.coalesce(func.sum(case((column, 1), else_=0)), 0)
            for column in flags.c
        }
        query = select(func.count(), *counts.values()).select_from(flags)
        numbers, *found = conn.execute(query).one()
        counted = dict(zip(counts, map(int, found), strict=True))
        total += Tally(numbers=numbers, **counted)
    return total


def numbers(
    conn: Connection,
    choice: Choice,
    sieve: Sieve,
    *,
    place: int,
    after: int,
    limit: int,
) -> list[Placed]:
    """
    Some of the recipients that a draft goes to, in the order of one list.

    Args:
        place: Of the list among those it goes to, from 0.

        after: Only behind this position in the list.
    """
    columns = [recipient.c[name] for name in Placed.__dataclass_fields__]
    query = (
        select(*columns)
        .where(
            recipient.c.list_id == choice.lists[place],
            recipient.c.position > after,
            ~_on(choice.lists[:place]),
            ~_on(choice.minus),
            _passes(sieve),
        )
        .order_by(recipient.c.position)
        .limit(limit)
    )
    return [Placed(**row) for row in conn.execute(query).mappings()]


def _passes(sieve: Sieve) -> ColumnElement[bool]:
    conditions = [~_objected(sieve)]
    if sieve.clean:
        conditions.append(~_failed(sieve))
    if sieve.quality is not Quality.BEST:
        conditions.append(~recipient.c.restricted)
    return and_(*conditions)


def _on(lists: Sequence[int]) -> ColumnElement[bool]:
    if not lists:
        return false()
    other = recipient.alias()
    return exists().where(
        other.c.number == recipient.c.number, other.c.list_id.in_(lists)
    )


def _objected(sieve: Sieve) -> ColumnElement[bool]:
    return exists().where(
        objection.c.number == recipient.c.number,
        objection.c.scope.in_([GATEWAY, sieve.line]),
    )


def _failed(sieve: Sieve) -> ColumnElement[bool]:
    return exists().where(
        number_memory.c.number == recipient.c.number,
        number_memory.c.ending.in_(FINAL_FOR_ALL),
        number_memory.c.expires_at > sieve.now,
    )
