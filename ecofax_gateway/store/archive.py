"""
The faxes that a person looks for, over all campaigns, the newest first.

I/O: the database, through the caller's transaction.

A page begins where the last one ended, so that the thousandth costs no more than the
first. Among 100 000 faxes what is rare is found by going through all of them, some
30 ms; by name, among the newest orders only.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from ..domain.fax import FaxState
from . import campaigns
from .campaigns import Campaign
from .catalogue import named
from .faxes import SELECT, Fax
from .roll import forms_of
from .tables import campaign, fax

PAGE = 50
"""Faxes on one page."""

MANY_ORDERS = 2000
"""As numbers in a statement, far below what a database takes."""

READ_ORDERS = 10_000
"""Whose names are read at most, the newest: names are compared one by one, 7 ms for each
thousand. Whoever looks for older ones by their names says of when they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which faxes."""

    line: str | None = None
    "E.164; None: of all lines."

    number: str = ""
    "Part of a number as people write it; empty: all."

    words: str = ""
    "As `catalogue.named` looks for them; empty: all."

    states: AbstractSet[FaxState] = frozenset()
    "Empty: all."

    since: datetime | None = None
    until: datetime | None = None
    "When they were ordered: from the first instant, before the second."

    before: int | None = None
    "Only with a smaller id: the next page."

    after: int | None = None
    "Only with a larger id: the page before."


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was looked for."""

    faxes: list[tuple[Fax, Campaign]]
    newer: int | None
    "For `Search.after`; None: it is the first page."

    older: int | None
    "For `Search.before`; None: it is the last page."

    is_partial: bool = False
    "Only the names of the newest `READ_ORDERS` orders were read; there are older ones."


def search(conn: Connection, wanted: Search, *, size: int = PAGE) -> Found:
    """
    Look faxes up, also those of campaigns that were taken out of the list; none of drafts.

    Args:
        size: Of a page; at most `campaigns.LIST_LIMIT`.
    """
    going_back = wanted.after is not None
    oldest = _oldest_read(conn, wanted)
    query = select(fax.c.id).where(*_conditions(conn, wanted, oldest))
    if wanted.after is not None:
        query = query.where(fax.c.id > wanted.after).order_by(fax.c.id)
    else:
        if wanted.before is not None:
            query = query.where(fax.c.id < wanted.before)
        query = query.order_by(fax.c.id.desc())
    # One more than is shown tells whether there are others.
    ids = list(conn.execute(query.limit(size + 1)).scalars())
    has_more, ids = len(ids) > size, sorted(ids[:size], reverse=True)
    has_newer = has_more if going_back else wanted.before is not None
    has_older = True if going_back else has_more
    return Found(
        _with_campaigns(conn, ids),
        newer=ids[0] if ids and has_newer else None,
        older=ids[-1] if ids and has_older else None,
        is_partial=oldest is not None,
    )


def _conditions(
    conn: Connection, wanted: Search, oldest: int | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.line is not None:
        conditions.append(fax.c.line == wanted.line)
    if wanted.states:
        conditions.append(fax.c.state.in_(sorted(wanted.states)))
    if forms := forms_of(wanted.number):
        conditions.append(or_(*(fax.c.number.contains(form) for form in forms)))
    return [*conditions, _of_orders(conn, wanted, oldest)]


def _oldest_read(conn: Connection, wanted: Search) -> int | None:
    """The id of the oldest order whose name is read; None: all are."""
    if not wanted.words:
        return None
    asked = _when(wanted)
    if wanted.line is not None:
        asked.append(campaign.c.line == wanted.line)
    newest = select(campaign.c.id).where(*asked).order_by(campaign.c.id.desc())
    # One more than is read tells whether there are others.
    query = newest.offset(READ_ORDERS - 1).limit(2)
    [oldest, *others] = [*conn.execute(query).scalars()] or [None]
    return oldest if others else None


def _when(wanted: Search) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        asked.append(campaign.c.created_at >= wanted.since)
    if wanted.until is not None:
        asked.append(campaign.c.created_at < wanted.until)
    return asked


def _of_orders(
    conn: Connection, wanted: Search, oldest: int | None
) -> ColumnElement[bool]:
    """What is asked of their orders; a number of a draft is no fax yet."""
    is_launched = campaign.c.launched_at.is_not(None)
    asked = [*_when(wanted), *named(conn, wanted.words)]
    if not asked:
        return exists().where(campaign.c.id == fax.c.campaign_id, is_launched)
    if wanted.line is not None:
        asked.append(campaign.c.line == wanted.line)
    if oldest is not None:
        # First: what is older is not compared. A reference is found in its own index.
        is_it = campaign.c.ref == wanted.words.strip().upper()
        asked.insert(0, (campaign.c.id >= oldest) | is_it)
    orders = select(campaign.c.id).where(*asked, is_launched)
    # Of a few orders the faxes are looked up; of many, the next are not far.
    few = list(conn.execute(orders.limit(MANY_ORDERS)).scalars())
    if len(few) < MANY_ORDERS:
        return fax.c.campaign_id.in_(few)
    return fax.c.campaign_id.in_(orders)


def _with_campaigns(conn: Connection, ids: list[int]) -> list[tuple[Fax, Campaign]]:
    query = SELECT.add_columns(fax.c.campaign_id).where(fax.c.id.in_(ids))
    rows = list(conn.execute(query.order_by(fax.c.id.desc())).mappings())
    orders = {
        each.id: each
        for each in campaigns.in_order(conn, [row["campaign_id"] for row in rows])
    }
    return [
        (
            Fax(**{name: row[name] for name in Fax.__dataclass_fields__}),
            orders[row["campaign_id"]],
        )
        for row in rows
    ]
