"""
How large a request may be.

I/O: none of its own; it passes on what the server reads.

Standards:
    RFC 9110 §15.5.14 -- 413 Content Too Large
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIELDS_BYTES = 1_000_000
"""What a form has beside its file: names, and a list of numbers typed in."""


class BodyLimit:
    """
    Refuses a request whose body is too large, as soon as that is known.

    Args:
        app: The site; whoever reads the body in it gets the 413.

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
        taken = 0

        async def receive_some() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_some, send)
