"""
How many requests one client may make, and have open at once.

I/O: none; the clock is the caller's.

A page of the console asks for some ten files and stays; whoever asks for more than this
is a program that ran wild, and keeps the others waiting.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..domain.guesses import site_of
from .connection import MAX_OF_CLIENT

PER_SECOND = 30.0
BURST = 300
"""Enough for ten people behind one address who open the console in the same second."""

MAX_CLIENTS = 10_000
"""Remembered at most: some 2 MB. The one not heard of for longest is forgotten first."""


def vouch(request: Request) -> None:
    """Say that the token of a request is valid: from the next one on it has its own pace."""
    request.state.is_vouched_for = True


class Pace:
    """
    A token bucket for each client.

    A program with a token of its own is not everybody's who shares its address. But a
    token counts only once it was seen to be valid: anybody can make up a new one for
    each request. What is open at the same time, such as streams, is counted by address
    alone: behind a proxy that is believed, by the one it names.

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
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI 3 has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token, address = _token_of(scope), _address_of(scope)
        client = token if token in self._clients else address
        if self._open[address] >= MAX_OF_CLIENT or not self._may(client):
            answer = PlainTextResponse(
                "Trop de demandes / too many requests\n",
                status_code=429,
                headers={"retry-after": "10"},
            )
            await answer(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        self._open[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]
        if state.get("is_vouched_for"):
            self._clients.setdefault(token, (float(BURST), self._seconds()))
        elif token:
            self._clients.pop(token, None)

    def _may(self, client: str) -> bool:
        now = self._seconds()
        left, at = self._clients.pop(client, (float(BURST), now))
        left = min(float(BURST), left + (now - at) * PER_SECOND)
        self._clients[client] = (max(left - 1.0, 0.0), now)
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return left >= 1.0


def _token_of(scope: Scope) -> str:
    given = Headers(scope=scope).get("authorization", "")
    return f"token {hash(given)}" if given else ""


def _address_of(scope: Scope) -> str:
    return site_of((scope.get("client") or ("",))[0])
