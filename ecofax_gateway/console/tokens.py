"""
« Jetons »: with which programs use the API; made, shown once, revoked.

I/O: the store.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.api_token import Scope
from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..pipeline import tokens
from ..store import api_tokens
from ..web.desk import AtDesk, Desk
from ..web.mistake import NotFound
from ..web.refusal import sentence
from ..web.session import Acting, LoggedIn, Session
from .own_line import LineToChange, LineToShow, of_line
from .page import page, tongue_of
from .settings import said_done

router = APIRouter(prefix="/settings/tokens")

LIVES = {"": None, "30": timedelta(days=30), "365": timedelta(days=365)}
"""How long a token opens something, as the form names it; None: until it is revoked."""

_FIELD_OF = {"token-name": "name", "token-scopes": "scopes"}


@router.get("")
async def show_tokens(
    request: Request, desk: AtDesk, session: LoggedIn, its: LineToShow, done: str = ""
) -> Response:
    """Show a line's tokens, and the form that makes one."""
    return await _page(request, desk, session, its, done=done)


@router.post("")
async def make_token(
    request: Request,
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    name: Annotated[str, Form()] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    life: Annotated[str, Form()] = "",
) -> Response:
    """
    Make a token and show it, this once: it cannot be shown after a redirect.
    """
    now = desk.clock()
    lasts = LIVES.get(life)
    chosen = [Scope(each) for each in scopes or () if each in {*Scope}]
    try:
        token = await desk.db.tx(
            tokens.make,
            its.number,
            name=name,
            scopes=chosen,
            expires_at=None if lasts is None else now + lasts,
            now=now,
        )
    except OrderRefused as refusal:
        said = sentence(refusal, tongue_of(request, session))
        errors = {_FIELD_OF.get(refusal.code, ""): said}
        return await _page(
            request, desk, session, its, errors=errors, name=name, scopes=chosen
        )
    return page(
        request,
        session,
        "settings/token_made.html",
        token=str(token),
        name=name,
        its=its,
    )


@router.get("/{token_id}/revoke")
async def ask_to_revoke(
    request: Request, desk: AtDesk, session: LoggedIn, token_id: str, its: LineToShow
) -> Response:
    """Ask whether a token is to open nothing any more."""
    known = await desk.db.read(api_tokens.listing, its.number)
    found = next((each for each in known if each.id == token_id), None)
    if found is None:
        raise NotFound
    return page(request, session, "settings/revoke.html", token=found, its=its)


@router.post("/{token_id}/revoke")
async def revoke(
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    token_id: str,
) -> Response:
    """Let a token open nothing any more."""
    done = await desk.db.tx(api_tokens.revoke, its.number, token_id, now=desk.clock())
    if not done:
        raise NotFound
    return RedirectResponse(
        f"/settings/tokens?done=revoked{of_line(session, its)}", 303
    )


async def _page(
    request: Request,
    desk: Desk,
    session: Session,
    line: FaxLine,
    *,
    errors: dict[str, str] | None = None,
    name: str = "",
    scopes: list[Scope] | None = None,
    done: str = "",
) -> Response:
    return page(
        request,
        session,
        "settings/tokens.html",
        status=422 if errors else 200,
        its=line,
        tokens=await desk.db.read(api_tokens.listing, line.number),
        now=desk.clock(),
        errors=errors or {},
        name=name,
        chosen=list(Scope)[:4] if scopes is None else scopes,
        scopes=list(Scope),
        done=said_done(done),
    )
