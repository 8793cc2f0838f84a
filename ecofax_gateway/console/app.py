"""
The console as an application: its rooms, its files, and what it says when it cannot.

I/O: reads static files.
"""

import asyncio
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from ..domain.errors import OrderRefused, StoreUnavailable
from ..web import session as sessions
from ..web.desk import Desk
from ..web.login import Login
from ..web.mistake import Forbidden, Forged, NotFound, NotLoggedIn
from ..web.refusal import sentence
from .figures import Figures
from .live import Live
from .page import FOLDER, page, tongue_of
from .rooms import ROOMS

_OF_CAMPAIGN = re.compile(r"/campaigns/([0-9A-Z]{8})/")


def make_console(desk: Desk) -> FastAPI:
    """Build the application."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.desk = desk
    app.state.login = Login(desk.db, clock=desk.clock)
    app.state.figures = Figures(desk)
    app.state.live = Live(desk)
    # A report of 100 000 numbers takes seconds of a processor: never two at a time.
    app.state.reports = asyncio.Lock()
    for router in ROOMS:
        app.include_router(router)
    app.mount("/static", _Files(directory=FOLDER / "static"), name="static")
    app.add_exception_handler(NotLoggedIn, _to_login)
    app.add_exception_handler(HTTPStatus.UNAUTHORIZED, _to_login)
    for kind in (
        Forbidden,
        Forged,
        NotFound,
        OrderRefused,
        StoreUnavailable,
        RequestValidationError,
        HTTPException,
        Exception,
    ):
        app.add_exception_handler(kind, _tell)
    return app


class _Files(StaticFiles):
    """Nothing of a line is in them: a browser keeps them, and asks if they changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = "no-cache"
        return answer


async def _to_login(request: Request, _: Exception) -> Response:
    is_lost = request.method != "GET"
    wanted = _page_before(request) if is_lost else request.url.path
    if "hx-request" in request.headers:
        # A part of a page cannot become the login page: the whole page goes there.
        return Response(status_code=401, headers={"hx-redirect": "/login"})
    # What a form brought is not kept: that is said.
    lost = "&lost=yes" if is_lost else ""
    return RedirectResponse(f"/login?next={quote(wanted)}{lost}", 303)


async def _tell(request: Request, error: Exception) -> Response:
    """
    Say in a sentence what went wrong, and what can be done.

    A bug's traceback goes to the log: Starlette raises it again for the server.
    """
    status, kind = _kind_of(error)
    try:
        session = await sessions.find(request)
    except StoreUnavailable:
        session = None
    why = ""
    if isinstance(error, OrderRefused):
        why = sentence(error, tongue_of(request, session))
    return page(
        request,
        session,
        "mistake.html",
        status=status,
        kind=kind,
        why=why,
        back=_page_before(request),
        campaign=_campaign_of(request) if kind == "refused" else "",
        max_mb=request.app.state.desk.max_bytes // 1_000_000,
    )


def _campaign_of(request: Request) -> str:
    """The reference of the campaign that something was wanted of; empty: of none."""
    found = _OF_CAMPAIGN.match(request.url.path)
    return found[1] if found else ""


def _page_before(request: Request) -> str:
    """
    Where the form stood that was refused; empty: nobody knows, or it was no form.

    Only the path of one of our own pages is taken: a form elsewhere leads nowhere.
    """
    told = urlsplit(request.headers.get("referer", ""))
    is_ours = told.netloc == request.headers.get("host")
    if request.method != "POST" or not is_ours or not told.path.startswith("/"):
        return ""
    return "/" + told.path.lstrip("/")


def _kind_of(error: Exception) -> tuple[int, str]:
    """(status, which of the sentences of `mistake.html`)."""
    match error:
        case OrderRefused():
            return HTTPStatus.CONFLICT, "refused"
        case NotFound():
            return HTTPStatus.NOT_FOUND, "not-found"
        case Forbidden():
            return HTTPStatus.FORBIDDEN, "forbidden"
        case Forged():
            return HTTPStatus.FORBIDDEN, "forged"
        case StoreUnavailable() | HTTPException(status_code=503):
            return HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"
        case RequestValidationError():
            return HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"
        case HTTPException(status_code=404):
            return HTTPStatus.NOT_FOUND, "not-found"
        case HTTPException(status_code=413):
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large"
        case HTTPException():
            return error.status_code, "invalid"
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR, "bug"
