"""
The session of a browser: its cookie, who it is, and that a form is ours.

I/O: the store.

Standards:
    RFC 6265bis §4.1.3 -- the `__Host-` prefix: no other host can set the cookie
    Fetch Metadata (W3C, 2025) §2.3 -- Sec-Fetch-Site
"""

import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from ..domain.language import Tongue
from ..domain.principal import Principal
from ..store import web_sessions
from ..store.web_sessions import OLDEST, TOUCH_EVERY, WebSession
from .desk import AtDesk, Desk
from .mistake import Forged, NotLoggedIn

TOKEN_BYTES = 32
"""256 random bits."""

MAX_BROWSER_LETTERS = 120

CSRF_FIELD = "csrf"
"""The form field that carries the session's own secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is looking at the console."""

    token: str
    known: WebSession

    def __repr__(self) -> str:
        return f"Session({self.known.principal!r})"

    @property
    def principal(self) -> Principal:
        """Whose it is."""
        return self.known.principal


def cookie_name(desk: Desk) -> str:
    """The cookie's name; over https it has the prefix that binds it to this host."""
    return "__Host-ecofax" if desk.secure else "ecofax"


async def begin(
    request: Request, response: Response, principal: Principal, tongue: Tongue
) -> None:
    """Log a browser in: a fresh token, whatever it had before."""
    desk: Desk = request.app.state.desk
    token, now = secrets.token_urlsafe(TOKEN_BYTES), desk.clock()
    session = WebSession(
        principal=principal,
        csrf=secrets.token_urlsafe(TOKEN_BYTES),
        tongue=tongue,
        browser=request.headers.get("user-agent", "")[:MAX_BROWSER_LETTERS],
        created_at=now,
        seen_at=now,
    )
    await desk.db.tx(web_sessions.begin, token, session)
    response.set_cookie(
        cookie_name(desk),
        token,
        max_age=int(OLDEST.total_seconds()),
        secure=desk.secure,
        httponly=True,
        samesite="lax",
        path="/",
    )


def end(request: Request, response: Response) -> None:
    """Take the cookie back; the row is `store.web_sessions.end`'s."""
    desk: Desk = request.app.state.desk
    response.delete_cookie(
        cookie_name(desk), secure=desk.secure, httponly=True, samesite="lax", path="/"
    )


async def find(request: Request) -> Session | None:
    """The session that a request belongs to; None: nobody is logged in."""
    desk: Desk = request.app.state.desk
    token = request.cookies.get(cookie_name(desk), "")
    if not token:
        return None
    now = desk.clock()
    known = await desk.db.read(web_sessions.find, token, now=now)
    if known is None:
        return None
    if now - known.seen_at > TOUCH_EVERY:
        await desk.db.tx(web_sessions.touch, token, now=now)
    return Session(token=token, known=known)


async def session_of(request: Request, _: AtDesk) -> Session:
    """
    Give the session, as a route's dependency.

    Raises:
        NotLoggedIn: If there is none.
    """
    session = await find(request)
    if session is None:
        raise NotLoggedIn
    return session


LoggedIn = Annotated[Session, Depends(session_of)]
"""As the parameter of a route that shows something."""


async def acting_session(request: Request, session: LoggedIn) -> Session:
    """
    Give the session of a form that came from a page of ours.

    Raises:
        NotLoggedIn: If there is none.
        Forged: If the form is not of this session, or of another site.
    """
    ensure_same_site(request)
    form = await request.form()
    given = form.get(CSRF_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode(), session.known.csrf.encode()
    ):
        raise Forged
    return session


Acting = Annotated[Session, Depends(acting_session)]
"""As the parameter of a route that changes something."""


def ensure_same_site(request: Request) -> None:
    """
    See that a form was sent by a page of ours, also where nobody is logged in.

    A browser that says nothing of where the form was is let through: then the session's
    own secret counts alone.

    Raises:
        Forged: If the browser says that it was not.
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forged
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forged
