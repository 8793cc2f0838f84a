"""
How large a request may be.

I/O: none of its own; it passes on what the server reads.

Standards:
    RFC 9110 §15.5.14 -- 413 Content Too Large
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..domain.errors import StoreUnavailable
from .session import find

FIELDS_BYTES = 1_000_000
"""What a form has beside its file: names, and a list of numbers typed in. Forms are read
before their route sees who sent them, so nobody who is not logged in may send more."""

API = "/api/"
"""Its routes have limits of their own, and see a token before they read a file."""


class BodyLimit:
    """
    Refuses a request whose body is too large, as soon as that is known.

    Args:
        app: The site; whoever reads the body in it gets the 413, or the 401 if only
            somebody who is logged in may send so much.

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
        taken, is_allowed = 0, scope["path"].startswith(API)

        async def receive_some() -> Message:
            nonlocal taken, is_allowed
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max:
                raise HTTPException(413)
            if taken > FIELDS_BYTES and not is_allowed:
                await _ensure_file(Request(scope))
                is_allowed = True
            return message

        await self._app(scope, receive_some, send)


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
