"""
Requests that are carried out once, however often a program sends them.

I/O: the store.

Standards:
    draft-ietf-httpapi-idempotency-key-header-06 (2025) §2.6, §2.7 -- what a repetition
    is answered: the same; 409 while the first is under way; 422 for another request
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from ..domain.errors import StoreUnavailable
from ..store import idempotency
from ..store.idempotency import KeptAnswer, Obstacle
from ..web.desk import AtDesk, Desk
from .caller import Caller, caller_of
from .model import VERSION, Model
from .problem import Problem

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text that is new for each thing to be done, e.g. a UUID. The"
        " same request with the same key within 24 hours gets the same answer, and"
        " nothing is done twice.",
    ),
]
_KEPT_HEADERS = ("content-type", "location", "etag")


Work = Callable[[], Awaitable[tuple[Model, str]]]
"""Makes something; gives what is told of it, and its path below the version's."""


@dataclass(frozen=True, slots=True)
class Once:
    """A request that makes something: carried out once for a key."""

    request: Request
    desk: Desk
    caller: Caller
    key: str | None
    "None: it is carried out in any case."

    async def make(self, work: Work) -> Response:
        """
        Do *work*, unless it was done for this key; then answer as the first time.

        Args:
            work: A request that it refuses, by an exception, changed nothing.

        Raises:
            Problem: The first one is under way, was broken off, or was another request.
        """
        if self.key is None:
            return await self._made(work)
        db, line, now = self.desk.db, self.caller.line, self.desk.clock()
        mark = await _fingerprint(self.request)
        begun = await db.tx(
            idempotency.begin, line, self.key, fingerprint=mark, now=now
        )
        if isinstance(begun, KeptAnswer):
            headers = {**begun.headers, "idempotent-replayed": "true"}
            return Response(begun.body, begun.status, headers=headers)
        if begun is not None:
            raise _problem(begun)
        try:
            answer = await self._made(work)
        except StoreUnavailable:
            # As after a cancellation: whether its changes were made is not known.
            raise
        except Exception:
            await db.tx(idempotency.let_go, line, self.key)
            raise
        await db.tx(idempotency.keep, line, self.key, _kept(answer))
        return answer

    async def _made(self, work: Work) -> Response:
        body, path = await work()
        root = self.request.scope.get("root_path", "")
        return created(body, location=f"{root}{VERSION}{path}")


async def once_of(
    request: Request,
    desk: AtDesk,
    caller: Annotated[Caller, Depends(caller_of)],
    idempotency_key: IdempotencyKey = None,
) -> Once:
    """What a route that makes something answers by, as its dependency."""
    return Once(request, desk, caller, idempotency_key)


AtMostOnce = Annotated[Once, Depends(once_of)]
"""As the parameter of a route that makes something."""


def created(body: Model, *, location: str = "") -> Response:
    """An answer that something new is there; *location*: where it can be looked at."""
    content = body.model_dump_json(by_alias=True)
    headers = {"location": location} if location else {}
    return Response(
        content, HTTPStatus.CREATED, headers=headers, media_type="application/json"
    )


async def _fingerprint(request: Request) -> str:
    parts = [request.method.encode(), request.url.path.encode(), await request.body()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _problem(obstacle: Obstacle) -> Problem:
    match obstacle:
        case Obstacle.OTHER_REQUEST:
            return Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "This key was used for another request.",
            )
        case Obstacle.UNDER_WAY:
            return Problem(
                HTTPStatus.CONFLICT,
                "request-under-way",
                "A request with this key is being carried out; ask again in a moment.",
                headers={"retry-after": "1"},
            )
        case Obstacle.BROKEN_OFF:
            return Problem(
                HTTPStatus.CONFLICT,
                "request-broken-off",
                "A request with this key was broken off: look whether it was carried"
                " out; if it was not, send it with another key.",
            )


def _kept(answer: Response) -> KeptAnswer:
    headers = answer.headers
    return KeptAnswer(
        status=answer.status_code,
        headers={name: headers[name] for name in _KEPT_HEADERS if name in headers},
        body=bytes(answer.body),
    )
