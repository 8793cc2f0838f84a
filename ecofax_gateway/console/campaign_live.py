"""
What a browser follows live: one campaign on its page, or those of a list.

I/O: the store.
"""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from ..domain.principal import Principal
from ..store.catalogue import PAGE
from ..web.access import campaign_of
from ..web.desk import AtDesk
from ..web.session import LoggedIn, Session
from .live import Live, Stream, View
from .page import tongue_of

router = APIRouter()

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""A proxy that collects an answer before it passes it on would pass nothing on."""


@router.get("/campaigns/live")
async def follow_list(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    ref: Annotated[list[str], Query(max_length=PAGE)],
) -> StreamingResponse:
    """Send the row of each of these campaigns when it changes."""
    refs = list(dict.fromkeys(ref))
    await desk.db.read(_ensure_his, session.principal, refs)
    view = View(
        "campaigns/row.html",
        tongue_of(request, session),
        for_operator=session.principal.is_operator,
    )
    live = _live(request, session)
    return _stream(live.follow_all(refs, view, session.token))


@router.get("/campaigns/{ref}/live")
async def follow_campaign(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, stage: str = ""
) -> StreamingResponse:
    """Send how a campaign stands when that changes."""
    await desk.db.read(_ensure_his, session.principal, [ref])
    view = View("campaigns/standing.html", tongue_of(request, session))
    live = _live(request, session)
    return _stream(live.follow(ref, view, session.token, stage=stage))


def _ensure_his(conn: Connection, principal: Principal, refs: Collection[str]) -> None:
    for ref in refs:
        campaign_of(conn, principal, ref)


def _live(request: Request, session: Session) -> Live:
    live = request.app.state.live
    assert isinstance(live, Live)
    if not live.has_room(session.token):
        raise HTTPException(429)
    return live


def _stream(events: Stream) -> StreamingResponse:
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)
