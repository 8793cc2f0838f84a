"""
How many requests one client may make.

I/O: none; the clock is the caller's.

A page of the console asks for some ten files and stays; whoever asks for more than this
is a program that ran wild, and keeps the others waiting.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PER_SECOND = 30.0
BURST = 300
"""Enough for ten people behind one address who open the console in the same second."""

MAX_CLIENTS = 10_000
"""Remembered at most: some 2 MB. The one not heard of for longest is forgotten first."""


class Pace:
    """
    A token bucket for each client.

    Args:
        app: The site.

        seconds: A clock that never goes back.
    """

    def __init__(
        self, app: ASGIApp, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._seconds = seconds
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI 3 has it."""
        if scope["type"] == "http" and not self._may(self._client(scope)):
            answer = PlainTextResponse(
                "Trop de demandes / too many requests\n",
                status_code=429,
                headers={"retry-after": "10"},
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _client(self, scope: Scope) -> str:
        # A program with a token of its own is not everybody's who shares its address.
        token = Headers(scope=scope).get("authorization", "")
        return str(hash(token)) if token else (scope.get("client") or ("",))[0]

    def _may(self, client: str) -> bool:
        now = self._seconds()
        left, at = self._clients.pop(client, (float(BURST), now))
        left = min(float(BURST), left + (now - at) * PER_SECOND)
        self._clients[client] = (max(left - 1.0, 0.0), now)
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return left >= 1.0
