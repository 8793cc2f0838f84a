"""
« Campagnes »: all campaigns, found by name, filtered, sorted, a page at a time.

I/O: the store.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from ..pipeline.forecast import expected_ends
from ..store import catalogue
from ..store.catalogue import Search, Sort
from ..web.desk import AtDesk
from ..web.session import LoggedIn
from .page import page, wants_part
from .standing import STAGES, Standing, standing_of

router = APIRouter()

_BY_WORD = {word: stage for stage, word in STAGES.items()}

_ORDERS = ("ascending", "descending")

_FALLING = frozenset({Sort.CREATED, Sort.PLANNED, Sort.NUMBERS})
"""What people want to see the largest or latest of first."""

MAX_PAGE = 1_000_000
"""A larger number of a page is nobody's; databases count so far and not much further."""


@router.get("/campaigns")
async def show_campaigns(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    q: str = "",
    stage: str = "",
    single: str = "",
    sort: str = "",
    order: str = "",
    done: str = "",
    number: Annotated[int, Query(alias="page")] = 1,
) -> HTMLResponse:
    """Show a page of the list; what the address says and means nothing is ignored."""
    by = Sort(sort) if sort in {*Sort} else Sort.CREATED
    wanted = Search(
        line=session.principal.line,
        words=q,
        stages=frozenset({_BY_WORD[stage]}) if stage in _BY_WORD else frozenset(),
        with_single=bool(single),
        sort=by,
        descending=(order if order in _ORDERS else _usual(by)) == "descending",
        page=min(max(number, 1), MAX_PAGE),
    )
    found, total = await desk.db.read(_look, wanted, now=desk.clock())
    part = "campaigns/found.html" if wants_part(request) else "campaigns/list.html"
    return page(
        request,
        session,
        part,
        done=done,
        found=found,
        live=[each.campaign.ref for each in found if each.is_live],
        total=total,
        first=(wanted.page - 1) * catalogue.PAGE + 1,
        wanted=wanted,
        for_operator=session.principal.is_operator,
        stages=STAGES,
        url=_Addresses(wanted),
    )


class _Addresses:
    """
    The addresses of the same list, otherwise.

    Args:
        wanted: What is shown.
    """

    def __init__(self, wanted: Search) -> None:
        self._wanted = wanted

    def page(self, by: int) -> str:
        """So many pages on."""
        return _address(replace(self._wanted, page=self._wanted.page + by))

    def sort(self, word: str) -> str:
        """By a column; by the same again, the other way round."""
        by = Sort(word)
        falls = _usual(by) == "descending"
        if by is self._wanted.sort:
            falls = not self._wanted.descending
        return _address(replace(self._wanted, sort=by, descending=falls, page=1))

    def direction(self, word: str) -> str:
        """How a column is sorted now; empty: it is not."""
        if self._wanted.sort != word:
            return ""
        return "descending" if self._wanted.descending else "ascending"


def _usual(sort: Sort) -> str:
    return "descending" if sort in _FALLING else "ascending"


def _address(wanted: Search) -> str:
    order = "descending" if wanted.descending else "ascending"
    values = {
        "q": wanted.words,
        "stage": "".join(STAGES[each] for each in wanted.stages),
        "single": "yes" if wanted.with_single else "",
        "sort": "" if wanted.sort is Sort.CREATED else wanted.sort.value,
        "order": "" if order == _usual(wanted.sort) else order,
        "page": "" if wanted.page == 1 else wanted.page,
    }
    said = urlencode({name: value for name, value in values.items() if value})
    return f"/campaigns?{said}" if said else "/campaigns"


def _look(
    conn: Connection, wanted: Search, *, now: datetime
) -> tuple[list[Standing], int]:
    found = catalogue.search(conn, wanted)
    ends = expected_ends(conn, found.campaigns, now=now)
    told = [standing_of(each, ends.get(each.ref)) for each in found.campaigns]
    return told, found.total
