"""
The page of one campaign: how it stands, its charts, its numbers; `fax` has the calls.

I/O: the store.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from ..domain.fax import FINAL, FaxState
from ..domain.principal import Principal
from ..domain.window import Window
from ..pipeline.forecast import expected_ends
from ..store import drafts, roll, schedules
from ..store.faxes import Fax
from ..store.roll import Choice
from ..web.access import campaign_of
from ..web.desk import AtDesk
from ..web.session import LoggedIn
from .calls import cause
from .chart import chart
from .figures import Figures
from .page import page, tongue_of, wants_part
from .remarks import remark
from .standing import Standing, standing_of

router = APIRouter()

SHOWN: Mapping[str, frozenset[FaxState]] = {
    "sent": frozenset({FaxState.SENT}),
    "failed": frozenset({FaxState.FAILED}),
    "unknown": frozenset({FaxState.UNKNOWN}),
    "waiting": frozenset(FaxState) - FINAL,
    "cancelled": frozenset({FaxState.CANCELLED}),
}
"""What the table of numbers is filtered by, as addresses name it."""

MAX_CAUSES = 8
"""Rows of the chart of causes; the rest is one more."""

MAX_PAGE = 1_000_000
"""More than any list has; databases do not count as far as Python."""

DONE = frozenset({"launched", "paused", "resumed", "stopped", "resent", "copied"})
"""What may have been done just now; the page says it in a sentence."""


@router.get("/campaigns/{ref}")
async def show_campaign(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    ref: str,
    show: str = "",
    number: str = "",
    done: str = "",
    seen: str = "",
    place: Annotated[int, Query(alias="page")] = 1,
) -> Response:
    """Show a campaign, or only its table of numbers: if that differs from what is seen."""
    choice = Choice(
        states=SHOWN.get(show, frozenset()),
        number=number,
        page=min(max(place, 1), MAX_PAGE),
    )
    now, principal = desk.clock(), session.principal
    its, windows, numbers, count = await desk.db.read(
        _look, principal, ref, choice, now=now
    )
    digest = _digest(numbers, count, is_live=its.is_live)
    if wants_part(request) and seen == digest:
        return Response(status_code=204)
    tongue = tongue_of(request, session)
    values: dict[str, Any] = {
        "its": its,
        "now": now,
        "numbers": numbers,
        "count": count,
        "choice": choice,
        "shown": show if show in SHOWN else "",
        "digest": digest,
        "first": (choice.page - 1) * roll.PAGE + 1,
        "cause": lambda ending: cause(ending, tongue),
        "url": lambda by: _address(ref, show, number, choice.page + by),
    }
    if wants_part(request):
        return page(request, session, "campaigns/number_rows.html", **values)
    return page(
        request,
        session,
        "campaigns/campaign.html",
        **values,
        **await _charted(request, its, now),
        done=done if done in DONE else "",
        kept_days=drafts.KEPT.days,
        windows=windows,
        remarks=[remark(each, tongue) for each in its.campaign.warnings],
    )


@router.get("/campaigns/{ref}/charts")
async def show_charts(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str
) -> HTMLResponse:
    """Show why faxes did not arrive and when calls were made, after a change of stage."""
    its = standing_of(await desk.db.read(campaign_of, session.principal, ref))
    tongue = tongue_of(request, session)
    return page(
        request,
        session,
        "campaigns/charts.html",
        its=its,
        cause=lambda ending: cause(ending, tongue),
        **await _charted(request, its, desk.clock()),
    )


async def _charted(request: Request, its: Standing, now: datetime) -> dict[str, Any]:
    """What the charts are drawn from."""
    figures: Figures = request.app.state.figures
    told = await figures.of(its.campaign)
    causes = list(told.causes.items())
    zone = request.app.state.desk.zone
    return {
        "causes": causes[:MAX_CAUSES],
        "other_causes": sum(n for _, n in causes[MAX_CAUSES:]),
        "chart": chart(told.minutes, offset=_offset(now, zone)),
    }


def _digest(numbers: Iterable[Fax], count: int, *, is_live: bool) -> str:
    """Tells one state of the table of numbers from another."""
    rows = [
        (
            f.ref,
            f.state,
            f.attempt,
            f.pages_confirmed,
            f.ending,
            f.finished_at,
            f.due_at,
        )
        for f in numbers
    ]
    return hashlib.sha256(repr((rows, count, is_live)).encode()).hexdigest()[:16]


def _look(
    conn: Connection, principal: Principal, ref: str, choice: Choice, *, now: datetime
) -> tuple[Standing, list[Window], list[Fax], int]:
    campaign = campaign_of(conn, principal, ref)
    ends_at = expected_ends(conn, [campaign], now=now).get(ref)
    its = standing_of(campaign, ends_at)
    if choice.states or choice.number:
        count = roll.count(conn, campaign.id, choice)
    else:
        count = its.total
    windows, numbers = (
        schedules.windows(conn, ref),
        roll.look(conn, campaign.id, choice),
    )
    return its, windows, numbers, count


def _address(ref: str, show: str, number: str, place: int) -> str:
    values = {"show": show, "number": number, "page": "" if place == 1 else place}
    said = urlencode({name: value for name, value in values.items() if value})
    return f"/campaigns/{ref}{'?' if said else ''}{said}#numbers"


def _offset(now: datetime, zone: ZoneInfo) -> timedelta:
    return now.astimezone(zone).utcoffset() or timedelta()
