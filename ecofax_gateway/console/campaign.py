"""
The page of one campaign: how it stands, its numbers, its charts, its calls.

I/O: the store.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from ..domain.fax import FINAL, FaxState
from ..domain.principal import Principal
from ..pipeline.forecast import expected_ends
from ..store import faxes, roll, schedules
from ..store.faxes import Attempt, Fax
from ..store.roll import Choice
from ..web.access import campaign_of
from ..web.desk import AtDesk
from ..web.mistake import NotFound
from ..web.session import LoggedIn
from .calls import calls_of, cause
from .chart import chart
from .figures import Figures
from .page import page, tongue_of, wants_part
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

MAX_NUMBERS = 1_000_000
"""More than any list has; databases count further, but not as far as Python."""

Place = Annotated[int, Path(ge=1, le=MAX_NUMBERS)]
"""Of a number in its list."""

DONE = frozenset(
    {"launched", "paused", "resumed", "stopped", "resent", "copied", "cancelled"}
)
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
    place: Annotated[int, Query(alias="page")] = 1,
) -> HTMLResponse:
    """Show a campaign, or only its table of numbers."""
    choice = Choice(
        states=SHOWN.get(show, frozenset()),
        number=number,
        page=min(max(place, 1), MAX_NUMBERS),
    )
    now, principal = desk.clock(), session.principal
    its, numbers, count = await desk.db.read(_look, principal, ref, choice, now=now)
    tongue = tongue_of(request, session)
    values: dict[str, Any] = {
        "its": its,
        "numbers": numbers,
        "count": count,
        "choice": choice,
        "shown": show if show in SHOWN else "",
        "first": (choice.page - 1) * roll.PAGE + 1,
        "cause": lambda ending: cause(ending, tongue),
        "url": lambda by: _address(ref, show, number, choice.page + by),
    }
    if wants_part(request):
        return page(request, session, "campaigns/numbers.html", **values)
    figures: Figures = request.app.state.figures
    told = await figures.of(its.campaign)
    causes = list(told.causes.items())
    return page(
        request,
        session,
        "campaigns/campaign.html",
        **values,
        done=done if done in DONE else "",
        windows=await desk.db.read(schedules.windows, ref),
        causes=causes[:MAX_CAUSES],
        other_causes=sum(n for _, n in causes[MAX_CAUSES:]),
        chart=chart(told.minutes, offset=_offset(now, desk.zone)),
    )


@router.get("/campaigns/{ref}/numbers/{position}")
async def show_number(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, position: Place
) -> HTMLResponse:
    """Show one number of a campaign with all of its calls."""
    its, fax, attempts = await desk.db.read(_look_at, session.principal, ref, position)
    tongue = tongue_of(request, session)
    return page(
        request,
        session,
        "campaigns/number.html",
        its=its,
        fax=fax,
        calls=calls_of(attempts, tongue),
        cause=cause(fax.ending, tongue),
        may_cancel=fax.state not in FINAL,
    )


def _look(
    conn: Connection, principal: Principal, ref: str, choice: Choice, *, now: datetime
) -> tuple[Standing, list[Fax], int]:
    campaign = campaign_of(conn, principal, ref)
    ends_at = expected_ends(conn, [campaign], now=now).get(ref)
    its = standing_of(campaign, ends_at)
    if choice.states or choice.number:
        count = roll.count(conn, campaign.id, choice)
    else:
        count = its.total
    return its, roll.look(conn, campaign.id, choice), count


def _look_at(
    conn: Connection, principal: Principal, ref: str, position: int
) -> tuple[Standing, Fax, list[Attempt]]:
    campaign = campaign_of(conn, principal, ref)
    fax = roll.at(conn, campaign.id, position)
    if fax is None:
        raise NotFound
    return standing_of(campaign), fax, faxes.attempts(conn, fax.ref)


def _address(ref: str, show: str, number: str, place: int) -> str:
    values = {"show": show, "number": number, "page": "" if place == 1 else place}
    said = urlencode({name: value for name, value in values.items() if value})
    return f"/campaigns/{ref}{'?' if said else ''}{said}#numbers"


def _offset(now: datetime, zone: ZoneInfo) -> timedelta:
    return now.astimezone(zone).utcoffset() or timedelta()
