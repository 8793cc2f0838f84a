"""
Logging in and out, and the language.

I/O: the store.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ..domain.errors import TooManyGuesses
from ..domain.language import Tongue
from ..store import web_sessions
from ..web import session as sessions
from ..web.desk import AtDesk
from ..web.login import Login
from ..web.session import Acting, LoggedIn, ensure_same_site
from .page import TONGUE_COOKIE, page, tongue_of

router = APIRouter()

HOME = "/campaigns"

ONE_YEAR = 365 * 24 * 3600


@router.get("/", response_class=RedirectResponse)
async def show_home(_: LoggedIn) -> RedirectResponse:
    """Go to the campaigns."""
    return RedirectResponse(HOME, 303)


@router.get("/login")
async def show_login(
    request: Request, next_: Annotated[str, Query(alias="next")] = "", lost: str = ""
) -> HTMLResponse:
    """Ask who it is."""
    session = await sessions.find(request)
    return page(
        request,
        session,
        "login.html",
        user="",
        next_=next_,
        mistake="lost" if lost else "",
    )


@router.post("/login")
async def log_in(
    request: Request,
    user: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next_: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Let in, or say that the name or the password is wrong, never which."""
    ensure_same_site(request)
    peer = request.client.host if request.client else ""
    check: Login = request.app.state.login
    try:
        principal = await check(user, password, peer)
    except TooManyGuesses:
        return _again(request, user, next_, "too-many", 429)
    if principal is None:
        return _again(request, user, next_, "wrong", 422)
    answer = RedirectResponse(inside(next_), 303)
    await sessions.begin(request, answer, principal, tongue_of(request))
    return answer


@router.post("/logout")
async def log_out(
    request: Request,
    desk: AtDesk,
    session: Acting,
    everywhere: Annotated[str, Form()] = "",
) -> Response:
    """End this session, or all of this line or operator."""
    if everywhere:
        await desk.db.tx(web_sessions.end_all, session.principal)
    else:
        await desk.db.tx(web_sessions.end, session.token)
    answer = RedirectResponse("/login", 303)
    sessions.end(request, answer)
    return answer


@router.post("/language")
async def choose_language(
    request: Request,
    desk: AtDesk,
    tongue: Annotated[Tongue, Form()],
    back: Annotated[str, Form()] = "",
) -> Response:
    """Speak another language from now on."""
    ensure_same_site(request)
    answer = RedirectResponse(inside(back), 303)
    answer.set_cookie(
        TONGUE_COOKIE, tongue, max_age=ONE_YEAR, secure=desk.secure, samesite="lax"
    )
    session = await sessions.find(request)
    if session is not None:
        await desk.db.tx(web_sessions.set_tongue, session.token, tongue)
    return answer


def inside(path: str) -> str:
    """A path of this site, or the first page: nobody is sent elsewhere."""
    # Two slashes or more begin a host's name in a browser (URL Standard, "special
    # authority ignore slashes state"), and it takes a backslash for a slash.
    is_ours = path.startswith("/") and not path.startswith("//")
    return path if is_ours and "\\" not in path and path.isprintable() else HOME


def _again(
    request: Request, user: str, next_: str, mistake: str, status: int
) -> HTMLResponse:
    values = {"user": user[:50], "next_": next_, "mistake": mistake}
    return page(request, None, "login.html", status=status, **values)
