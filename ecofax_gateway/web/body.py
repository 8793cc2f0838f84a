"""
How large a request may be, and how slow.

I/O: none of its own; it passes on what the server reads.

Standards:
    RFC 9110 §15.5.9, §15.5.14 -- 408 Request Timeout, 413 Content Too Large
"""

import asyncio
import time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..domain.errors import StoreUnavailable
from .session import find

FIELDS_BYTES = 1_000_000
"""What a form has beside its file: names, and a list of numbers typed in. Forms are read
before their route sees who sent them, so nobody who is not logged in may send more."""

PATIENCE_SECONDS = 30.0
"""For a body's first byte, and for pauses on the way."""

SLOWEST = 2_000
"""Bytes a second; a telephone at the edge of its network has more. Whoever sends less
keeps a connection that others need."""

API = "/api/"
"""Its routes have limits of their own, and see a token before they read a file."""


class BodyLimit:
    """
    Refuses a request whose body is too large or too slow, as soon as that is known.

    Args:
        app: The site; whoever reads the body in it gets the 413 or 408, or the 401 if
            only somebody who is logged in may send so much.

        max_bytes: Of one document.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes + FIELDS_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI 3 has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, _Body(scope, receive, max_bytes=self._max), send)


class _Body:
    """A request's body, piece by piece; afterwards, what the client does."""

    def __init__(self, scope: Scope, receive: Receive, *, max_bytes: int) -> None:
        self._scope = scope
        self._receive = receive
        self._max = max_bytes
        self._is_allowed = scope["path"].startswith(API)
        self._is_whole = False
        self._taken = 0
        self._waited = 0.0

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()
        message = await self._in_time()
        self._is_whole = not message.get("more_body", False)
        self._taken += len(message.get("body", b""))
        if self._taken > self._max:
            raise HTTPException(413)
        if self._taken > FIELDS_BYTES and not self._is_allowed:
            await _ensure_file(Request(self._scope))
            self._is_allowed = True
        return message

    async def _in_time(self) -> Message:
        """What comes next; only the time that the client takes is counted."""
        began = time.monotonic()
        left = PATIENCE_SECONDS + self._taken / SLOWEST - self._waited
        try:
            async with asyncio.timeout(left):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        finally:
            self._waited += time.monotonic() - began


async def _ensure_file(request: Request) -> None:
    """
    See that a large form has a file in it, of somebody who is logged in.

    Raises:
        HTTPException: Otherwise.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise HTTPException(413)
    try:
        session = await find(request)
    except StoreUnavailable:
        # Whoever reads a form takes any other error for a broken form.
        raise HTTPException(503) from None
    if session is None:
        raise HTTPException(401)
