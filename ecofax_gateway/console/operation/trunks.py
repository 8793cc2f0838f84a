"""
The trunks: how each is, what it carries, how its calls end; pausing one.

I/O: the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from ...domain.outcome import Ending
from ...store import trunk_health, trunks
from ...store.trunk_health import Finding
from ...store.trunks import TrunkStatus, TrunkUse
from ...web.desk import AtDesk
from ...web.mistake import NotFound
from ..calls import cause
from ..page import page, tongue_of
from .access import ActingOperator, Operating, note

router = APIRouter()

RECENT = timedelta(hours=24)

MAX_CAUSES = 5
"""Of each trunk; the rest happens too rarely to tell anything."""

Verb = Literal["pause", "resume"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One trunk, with all that is told of it."""

    status: TrunkStatus
    use: TrunkUse
    findings: tuple[Finding, ...]
    causes: Mapping[Ending, int]
    "Of its calls of the last day, those that arrived left out."

    @property
    def state(self) -> str:
        """The one word for it, over all nodes."""
        if self.status.paused:
            return "paused"
        return "down" if self.status.is_down else "up"


@router.get("/operator/trunks")
async def show_trunks(
    request: Request, desk: AtDesk, session: Operating, done: str = ""
) -> HTMLResponse:
    """Show all trunks."""
    tongue = tongue_of(request, session)
    return page(
        request,
        session,
        "operator/trunks.html",
        trunks=await desk.db.read(_look, now=desk.clock(), zone=desk.zone),
        cause=lambda ending: cause(ending, tongue),
        done=done if done in {"pause", "resume"} else "",
    )


@router.get("/operator/trunks/{name}/{verb}")
async def ask(
    request: Request, desk: AtDesk, session: Operating, name: str, verb: Verb
) -> HTMLResponse:
    """Say what a pause, or its end, will do."""
    known = await desk.db.read(_look, now=desk.clock(), zone=desk.zone)
    its = next((each for each in known if each.status.name == name), None)
    if its is None:
        raise NotFound
    return page(request, session, "operator/trunk_pause.html", its=its, verb=verb)


@router.post("/operator/trunks/{name}/{verb}")
async def set_paused(
    desk: AtDesk, session: ActingOperator, name: str, verb: Verb
) -> RedirectResponse:
    """Let no new call leave by a trunk, or again."""
    if not await desk.db.tx(trunks.set_paused, name, paused=verb == "pause"):
        raise NotFound
    note(session, f"trunk {name}: {verb}")
    desk.bells.call.ring()
    return RedirectResponse(f"/operator/trunks?done={verb}", 303)


def _look(conn: Connection, *, now: datetime, zone: ZoneInfo) -> list[Shown]:
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    used = trunks.use(conn, since=midnight.astimezone(UTC))
    causes = trunks.causes(conn, since=now - RECENT)
    findings = trunk_health.listing(conn)
    return [
        Shown(
            status=each,
            use=used.get(each.name, TrunkUse(name=each.name)),
            findings=tuple(one for one in findings if one.trunk == each.name),
            causes=_troubles(causes.get(each.name, {})),
        )
        for each in trunks.listing(conn)
    ]


def _troubles(endings: Mapping[Ending, int]) -> dict[Ending, int]:
    found = [each for each in endings.items() if each[0] is not Ending.DELIVERED]
    return dict(found[:MAX_CAUSES])
