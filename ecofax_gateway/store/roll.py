"""
The numbers of a campaign, a page at a time: 100 000 are looked through like ten.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from ..domain.fax import FINAL, FaxState
from .faxes import SELECT, Fax
from .tables import fax

PAGE = 50
"""Numbers on one page."""

MIN_FROM_START = 4
"""Digits from which on a 0 at the start is taken for a number's own start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which numbers of a campaign."""

    states: AbstractSet[FaxState] = frozenset()
    "Empty: all."

    number: str = ""
    "Part of a number as people write it; empty: all."

    page: int = 1


def look(
    conn: Connection, campaign_id: int, choice: Choice, *, size: int = PAGE
) -> list[Fax]:
    """
    Give a page of its faxes, in the order of its list.

    Its places have no gaps, so that a page of the whole list is found by them; of a
    choice an index of states or of numbers is gone through.
    """
    page = max(choice.page, 1)
    if not choice.states and not forms_of(choice.number):
        shown = (page - 1) * size < fax.c.position, fax.c.position <= page * size
        query = SELECT.where(fax.c.campaign_id == campaign_id, *shown)
        return _faxes(conn, query.order_by(fax.c.position))
    # Faxes are written in the order of the list, and an index of SQLite ends in the id.
    chosen = (
        select(fax.c.id)
        .where(*_conditions(campaign_id, choice))
        .order_by(fax.c.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    ids = list(conn.execute(chosen).scalars())
    return _faxes(conn, SELECT.where(fax.c.id.in_(ids)).order_by(fax.c.id))


def count(conn: Connection, campaign_id: int, choice: Choice) -> int:
    """How many numbers are chosen."""
    query = select(func.count()).select_from(fax)
    chosen = query.where(*_conditions(campaign_id, choice))
    return conn.execute(chosen).scalar_one()


def forms_of(written: str) -> list[str]:
    """
    What part of a number may be in E.164: "09 72 10" is "097210" or "97210".

    The national 0 and the international 00 stand for what E.164 writes otherwise; of a
    few digits they are more likely to be the end of a number.
    """
    digits = "".join(c for c in written if c in "0123456789")
    forms = [digits] if digits else []
    for sign in ("0", "00"):
        if digits.startswith(sign) and len(digits) >= MIN_FROM_START:
            forms.append(digits.removeprefix(sign))
    return forms


def by_trunk(conn: Connection, campaign_id: int) -> dict[str, int]:
    """How many numbers of a campaign are still to be called, by their trunk."""
    query = select(fax.c.trunk, func.count().label("calls")).where(
        fax.c.campaign_id == campaign_id, fax.c.state.not_in(FINAL)
    )
    rows = conn.execute(query.group_by(fax.c.trunk))
    return {row.trunk: row.calls for row in rows}


def sample(conn: Connection, campaign_id: int, *, size: int) -> list[str]:
    """Some numbers of a campaign, spread evenly over its list; at most twice *size*."""
    its = fax.c.campaign_id == campaign_id
    last = conn.execute(select(func.max(fax.c.position)).where(its)).scalar() or 0
    places = range(1, last + 1, max(last // size, 1))
    query = select(fax.c.number).where(its, fax.c.position.in_(places))
    return list(conn.execute(query.order_by(fax.c.position)).scalars())


def _conditions(campaign_id: int, choice: Choice) -> list[ColumnElement[bool]]:
    conditions = [fax.c.campaign_id == campaign_id]
    if choice.states:
        conditions.append(fax.c.state.in_(sorted(choice.states)))
    if forms := forms_of(choice.number):
        conditions.append(or_(*(fax.c.number.contains(form) for form in forms)))
    return conditions


def _faxes(conn: Connection, query: Select[Any]) -> list[Fax]:
    return [Fax(**row) for row in conn.execute(query).mappings()]
