"""
« Fax »: every fax, of campaigns too, found by number, name, state and date.

I/O: the store.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from ..domain.principal import Principal
from ..store import archive
from ..store.archive import Found, Search
from ..web.desk import AtDesk
from ..web.session import LoggedIn
from .calls import cause
from .campaign import SHOWN
from .page import page, tongue_of, wants_part

router = APIRouter()

MAX_ID = 2**31 - 1
"""A larger one no database has."""

_ONE_OF_MANY = re.compile(r"^([A-Za-z0-9]{8})-[0-9]{1,6}$")
"""The reference of one fax of a campaign; all of that campaign are shown."""

Cursor = Annotated[int | None, Query(ge=1, le=MAX_ID)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the form says, as it was typed."""

    q: str
    state: str
    since: str
    until: str

    @property
    def is_empty(self) -> bool:
        """Nothing was asked for: all faxes are shown."""
        return not (self.q or self.state or self.since or self.until)

    def search(
        self,
        principal: Principal,
        zone: ZoneInfo,
        *,
        before: int | None,
        after: int | None,
    ) -> Search:
        """As the store is asked; what makes no sense is ignored."""
        looks_for_number = any(c.isdigit() for c in self.q) and not any(
            c.isalpha() for c in self.q
        )
        return Search(
            line=principal.line,
            number=self.q if looks_for_number else "",
            words="" if looks_for_number else _ONE_OF_MANY.sub(r"\1", self.q),
            states=SHOWN.get(self.state, frozenset()),
            since=midnight(self.since, zone),
            until=midnight(self.until, zone, days=1),
            before=before,
            after=after,
        )

    def address(self, **cursor: int | None) -> str:
        """The same list, from another place on."""
        values = {
            "q": self.q,
            "state": self.state,
            "since": self.since,
            "until": self.until,
            **cursor,
        }
        said = urlencode({name: value for name, value in values.items() if value})
        return f"/faxes?{said}" if said else "/faxes"


@router.get("/faxes")
async def show_faxes(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    q: str = "",
    state: str = "",
    since: str = "",
    until: str = "",
    before: Cursor = None,
    after: Cursor = None,
) -> HTMLResponse:
    """Show a page of the history, the newest first."""
    wishes = Wishes(q=q.strip(), state=state, since=since, until=until)
    wanted = wishes.search(session.principal, desk.zone, before=before, after=after)
    found: Found = await desk.db.read(archive.search, wanted)
    tongue = tongue_of(request, session)
    return page(
        request,
        session,
        "faxes/found.html" if wants_part(request) else "faxes/list.html",
        found=found.faxes,
        newer=wishes.address(after=found.newer) if found.newer else None,
        older=wishes.address(before=found.older) if found.older else None,
        wishes=wishes,
        read_orders=archive.READ_ORDERS if found.is_partial else 0,
        states=SHOWN,
        cause=lambda ending: cause(ending, tongue),
    )


def midnight(text: str, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    """
    When a day begins, as a date field has it; None: it is no date.

    Args:
        days: So many later.
    """
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
        return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
