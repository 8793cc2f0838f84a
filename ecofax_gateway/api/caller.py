"""
Who calls the API: a token's line, what it may do, and how often.

I/O: the store.

Standards:
    RFC 6750 (2012) §2.1, §3 -- bearer tokens; 401 and 403
    draft-ietf-httpapi-ratelimit-headers-10 (2025) -- RateLimit, RateLimit-Policy
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ..domain.api_token import Scope, parse_token
from ..domain.principal import Principal
from ..store import api_tokens
from ..store.api_tokens import KnownToken
from ..web.desk import AtDesk
from ..web.pace import vouch
from .problem import Problem

PER_SECOND = 10
BURST = 100
"""Of one token; ten faxes a second are more than a line can send."""

MAX_TOKENS = 10_000
"""Remembered at most; the one not heard of for longest is forgotten first."""

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token of a line, made at the console under « Réglages », « Jetons ».",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that calls."""

    token: KnownToken

    @property
    def line(self) -> str:
        """Whose token it is, E.164."""
        return self.token.line

    @property
    def principal(self) -> Principal:
        """Whose things it may see."""
        return Principal(line=self.token.line)


class TokenPace:
    """A token bucket for each API token."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, token_id: str, *, now: datetime) -> float:
        """How many requests are left after this one; below 0: it is one too many."""
        left, at = self._known.pop(token_id, (float(BURST), now))
        won = max((now - at).total_seconds(), 0.0) * PER_SECOND
        left = min(float(BURST), left + won) - 1
        self._known[token_id] = (max(left, 0.0), now)
        if len(self._known) > MAX_TOKENS:
            self._known.popitem(last=False)
        return left


def rate_headers(left: float) -> dict[str, str]:
    """What a caller is told of its pace."""
    wait = max(1, round((BURST - max(left, 0)) / PER_SECOND))
    return {
        "ratelimit-policy": f'"token";q={BURST};w={BURST // PER_SECOND}',
        "ratelimit": f'"token";r={max(int(left), 0)};t={wait}',
    }


async def caller_of(
    request: Request,
    desk: AtDesk,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """
    Give the caller, as a route's dependency.

    Raises:
        Problem: There is no valid token (401), or it was used too often (429).
    """
    if given is None:
        raise _unauthorized("No token was given.", "")
    token, now = parse_token(given.credentials), desk.clock()
    known = None
    if token is not None:
        known = await desk.db.read(api_tokens.find, token, now=now)
    if known is None:
        raise _unauthorized(
            "The token is not valid: mistyped, revoked or expired.",
            ', error="invalid_token"',
        )
    vouch(request)
    left = request.app.state.pace.take(known.id, now=now)
    request.state.headers = rate_headers(left)
    if left < 0:
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many-requests",
            f"A token has {PER_SECOND} requests a second, {BURST} at once.",
            headers={"retry-after": "1"},
        )
    if api_tokens.is_use_due(known, now=now):
        await desk.db.tx(api_tokens.note_use, known.id, now=now)
    return Caller(known)


def needs(scope: Scope) -> Any:
    """A dependency: the caller, if his token has this scope."""

    async def allowed(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.token.scopes:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "missing-scope",
                f"The token does not have the scope {scope}.",
                headers={
                    "www-authenticate": "Bearer"
                    f' error="insufficient_scope", scope="{scope}"'
                },
            )
        return caller

    return Depends(allowed)


def _unauthorized(detail: str, why: str) -> Problem:
    challenge = f'Bearer realm="ecofax"{why}'
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        detail,
        headers={"www-authenticate": challenge},
    )
