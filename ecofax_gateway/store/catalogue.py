"""
The campaigns that a person looks for: named, filtered, sorted, a page at a time.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    case,
    exists,
    func,
    select,
)

from ..domain.campaign import BEGUN, Stage
from ..domain.document import DocumentRole
from ..domain.folding import fold
from . import campaigns
from .campaigns import Campaign
from .folding import folded
from .tables import campaign, document, fax
from .tallies import IS_FINAL

PAGE = 25
"""Campaigns on one page."""

MAX_WORDS = 8
"""Of a search; more narrow nothing down, and each is looked for in every name."""


class Sort(StrEnum):
    """What the list is sorted by; the newest is always first among equals."""

    CREATED = "created"
    NAME = "name"
    PLANNED = "planned"
    STAGE = "stage"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which campaigns, in which order."""

    line: str | None = None
    "E.164; None: of all lines."

    words: str = ""
    "All of them are in the name, the documents' names or the reference."

    stages: AbstractSet[Stage] = frozenset()
    "Empty: all."

    with_single: bool = False
    "Also orders of one number that nobody gave a name: single faxes."

    sort: Sort = Sort.CREATED
    descending: bool = True
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was looked for."""

    campaigns: list[Campaign]
    total: int
    "Of all pages."


def search(conn: Connection, wanted: Search, *, size: int = PAGE) -> Found:
    """
    Look campaigns up; those that were deleted are not among them.

    Args:
        size: Of a page; at most `campaigns.LIST_LIMIT`.
    """
    conditions = _conditions(conn, wanted)
    total = conn.execute(
        select(func.count()).select_from(campaign).where(*conditions)
    ).scalar_one()
    order = _order(conn, wanted.sort)
    page = (
        select(campaign.c.id)
        .where(*conditions)
        .order_by(order.desc() if wanted.descending else order, campaign.c.id.desc())
        .limit(size)
        .offset((max(wanted.page, 1) - 1) * size)
    )
    ids = list(conn.execute(page).scalars())
    return Found(campaigns.in_order(conn, ids), total)


def _conditions(conn: Connection, wanted: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [campaign.c.deleted_at.is_(None)]
    if wanted.line is not None:
        conditions.append(campaign.c.line == wanted.line)
    if wanted.stages:
        conditions.append(_STAGE.in_(sorted(wanted.stages)))
    if not wanted.with_single:
        conditions.append(_IS_CAMPAIGN)
    return [*conditions, *named(conn, wanted.words)]


def named(conn: Connection, words: str) -> list[ColumnElement[bool]]:
    """
    Each of some words is in a campaign's name, its documents' names or its reference.
    """
    name = folded(conn, _TITLE)
    return [
        name.contains(fold(word), autoescape=True)
        | campaign.c.ref.contains(word.upper(), autoescape=True)
        for word in words.split()[:MAX_WORDS]
    ]


def _order(conn: Connection, sort: Sort) -> ColumnElement[Any]:
    match sort:
        case Sort.CREATED:
            return campaign.c.id
        case Sort.NAME:
            return folded(conn, _TITLE)
        case Sort.PLANNED:
            return func.coalesce(campaign.c.due_at, campaign.c.launched_at)
        case Sort.STAGE:
            return case({each: n for n, each in enumerate(Stage)}, value=_STAGE)
        case Sort.NUMBERS:
            return case((IS_FINAL, campaign.c.final_total), else_=_NUMBERS)


_ITS_FAXES = fax.c.campaign_id == campaign.c.id

_STAGE = case(
    (campaign.c.finished_at.is_not(None), Stage.OVER.value),
    (campaign.c.launched_at.is_(None), Stage.DRAFT.value),
    (campaign.c.paused, Stage.PAUSED.value),
    (exists().where(_ITS_FAXES, fax.c.state.in_(BEGUN)), Stage.RUNNING.value),
    else_=Stage.READY.value,
)
"""`domain.campaign.stage`, for the database."""

_IS_CAMPAIGN = (
    (campaign.c.name != "")
    | campaign.c.launched_at.is_(None)
    | func.coalesce(campaign.c.final_total > 1, False)
    | exists().where(_ITS_FAXES, fax.c.position > 1)
)

_NUMBERS = select(func.count()).where(_ITS_FAXES).scalar_subquery()

_TITLE = func.coalesce(
    func.nullif(campaign.c.name, ""),
    select(document.c.name)
    .where(
        and_(
            document.c.campaign_id == campaign.c.id,
            document.c.role != DocumentRole.COVER,
        )
    )
    .order_by(document.c.position)
    .limit(1)
    .scalar_subquery(),
    "",
    type_=String,
)
"""As a list shows it: the name, or else the first document's."""
