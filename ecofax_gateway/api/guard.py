"""
What stands before the API's routes: the size and the type of bodies, headers of answers.

I/O: none of its own; it passes on what is read and answered.

Standards:
    RFC 9110 §15.5.14, §15.5.16 -- 413 and 415
"""

from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .model import VERSION
from .problem import Problem, tell

JSON_BYTES = 2_000_000
"""Of a body that is JSON: 100 000 numbers, or a letter; what is larger is sent ahead to
`/documents`, which streams it. Reading so much JSON keeps the others waiting for 20 ms."""

STREAMED = f"{VERSION}/documents"
"""The one path whose route reads a body itself, after it has seen who sends it."""


class Guard:
    """
    Refuses bodies that no route reads, before one is read.

    Args:
        app: The API.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI 3 has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(scope["state"].get("headers", {}))
            await send(message)

        if scope["path"] == scope.get("root_path", "") + STREAMED:
            await self._app(scope, receive, send_more)
            return
        body, refused = await _read(scope, receive)
        if refused is not None:
            answer = await tell(Request(scope), refused)
            await answer(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send_more)


async def _read(scope: Scope, receive: Receive) -> tuple[bytes, Exception | None]:
    """The body, or why it is not read."""
    pieces, size, more = [], 0, True
    while more:
        try:
            message = await receive()
        except HTTPException as error:
            return b"", error
        if message["type"] == "http.disconnect":
            break
        piece = message.get("body", b"")
        size += len(piece)
        if size > JSON_BYTES:
            return b"", Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "too-large",
                f"The body is over {JSON_BYTES} bytes; send files ahead to /documents.",
            )
        pieces.append(piece)
        more = message.get("more_body", False)
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip()
    if size and kind.lower() != "application/json":
        return b"", Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body must be application/json.",
        )
    return b"".join(pieces), None


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more; after it, what the client does."""
    is_read = False

    async def again() -> Message:
        nonlocal is_read
        if is_read:
            return await receive()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
