"""
The fourth step: when it leaves, in which hours, how fast, and what that comes to.

I/O: the store.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from ...domain.cost import Estimate
from ...domain.principal import Principal
from ...orders.dates import Shift
from ...pipeline import campaigns
from ...pipeline.drafting import Step
from ...pipeline.outlook import outlook
from ...store import schedules
from ...web.desk import AtDesk, Desk
from ...web.session import Acting, LoggedIn, Session
from ..page import page
from .draft import Draft, ensure, go, look
from .sending_form import Typed, Understood, understand

router = APIRouter()


@router.get("/campaigns/{ref}/edit/sending")
async def show_sending(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, done: str = ""
) -> Response:
    """Show how a draft will leave, and what that comes to."""
    draft, foreseen = await desk.db.read(_look, session.principal, ref, desk)
    said = Typed.of_campaign(draft.campaign, desk.zone)
    return await _page(request, desk, session, draft, said, foreseen, done=done)


@router.post("/campaigns/{ref}/edit/sending")
async def save_sending(
    request: Request, desk: AtDesk, session: Acting, ref: str
) -> Response:
    """Save it and go on; or stay, if clocks make another time of it."""
    said = Typed.of_form(await request.form())
    draft, foreseen = await desk.db.read(_look, session.principal, ref, desk)
    found = understand(
        said, before=draft.campaign.window, now=desk.clock(), zone=desk.zone
    )
    if isinstance(found, dict):
        return await _page(
            request, desk, session, draft, said, foreseen, mistakes=found
        )
    await desk.db.tx(_save, session.principal, ref, found, desk)
    if found.shift is not None:
        return go(ref, Step.SENDING, found.shift)
    if said.then == "stay":
        return go(ref, Step.SENDING, "saved")
    return go(ref, Step.CHECK)


async def _page(
    request: Request,
    desk: Desk,
    session: Session,
    draft: Draft,
    said: Typed,
    foreseen: Estimate | None,
    *,
    mistakes: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    windows = await desk.db.read(schedules.windows, draft.ref)
    return page(
        request,
        session,
        "drafting/sending.html",
        status=422 if mistakes else 200,
        here=Step.SENDING,
        draft=draft,
        said=said,
        mistakes=mistakes or {},
        foreseen=foreseen,
        has_line_hours=len(windows) > bool(draft.campaign.window),
        zone=desk.zone.key,
        done=done if done in {"saved", *Shift} else "",
    )


def _look(
    conn: Connection, principal: Principal, ref: str, desk: Desk
) -> tuple[Draft, Estimate | None]:
    draft = look(conn, principal, ref, now=desk.clock())
    return draft, outlook(conn, draft.campaign, desk.routing, now=desk.clock())


def _save(
    conn: Connection, principal: Principal, ref: str, found: Understood, desk: Desk
) -> None:
    ensure(conn, principal, ref)
    campaigns.edit(conn, ref, found.changes, now=desk.clock())
    campaigns.set_rules(conn, ref, found.rules, now=desk.clock())
