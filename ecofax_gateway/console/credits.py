"""
« Crédits »: what a line may send, what it has sent of that, and day by day.

I/O: the store.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from ..domain.line import FaxLine
from ..domain.quota import Quota, Used
from ..store import lines, quotas, usage
from ..store.usage import Day
from ..web.desk import AtDesk
from ..web.mistake import NotFound
from ..web.session import LoggedIn
from .page import page

router = APIRouter()

DAYS = 30

WIDTH, HEIGHT = 960, 160
"""Of the drawing of the days, in its own units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One line, its limits and what it used of them."""

    line: FaxLine
    limits: Quota
    used: Used


@dataclass(frozen=True, slots=True)
class Bar:
    """One day as it is drawn."""

    day: Day
    x: float
    y: float
    width: float
    height: float


@router.get("/credits")
async def show_credits(
    request: Request, desk: AtDesk, session: LoggedIn, line: str = ""
) -> HTMLResponse:
    """Show a line's account; to an operator, who chose none, those of all lines."""
    now, number = desk.clock(), session.principal.line or line
    if not number:
        accounts = await desk.db.read(_accounts, now=now, zone=desk.zone)
        return page(request, session, "credits/lines.html", accounts=accounts)
    account, days = await desk.db.read(_look, number, now=now, zone=desk.zone)
    return page(
        request,
        session,
        "credits/line.html",
        its=account,
        bars=bars_of(days),
        most=max(day.pages for day in days),
        total=sum(day.pages for day in days),
        width=WIDTH,
        height=HEIGHT,
    )


def bars_of(days: list[Day]) -> list[Bar]:
    """Draw the days side by side, the highest as high as the drawing."""
    most, step = max((day.pages for day in days), default=0), WIDTH / max(len(days), 1)
    bars = []
    for n, day in enumerate(days):
        height = HEIGHT * day.pages / most if most else 0
        bars.append(
            Bar(
                day,
                x=round(n * step + step * 0.1, 1),
                y=round(HEIGHT - height, 1),
                width=round(step * 0.8, 1),
                height=round(height, 1),
            )
        )
    return bars


def account_of(
    conn: Connection, line: FaxLine, *, now: datetime, zone: ZoneInfo
) -> Account:
    """The account of a line; without limits, what it used is not counted."""
    limits = quotas.get(conn, line.number) or Quota(zone=zone.key)
    used = quotas.used(conn, line.number, zone=limits.zone, now=now)
    return Account(line=line, limits=limits, used=used)


def _look(
    conn: Connection, number: str, *, now: datetime, zone: ZoneInfo
) -> tuple[Account, list[Day]]:
    line = lines.get(conn, number)
    if line is None:
        raise NotFound
    days = usage.by_day(conn, number, days=DAYS, zone=zone, now=now)
    return account_of(conn, line, now=now, zone=zone), days


def _accounts(conn: Connection, *, now: datetime, zone: ZoneInfo) -> list[Account]:
    return [
        account_of(conn, each.line, now=now, zone=zone) for each in lines.listing(conn)
    ]
