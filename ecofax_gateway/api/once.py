"""
Requests that are carried out once, however often a program sends them.

I/O: the store.

Standards:
    draft-ietf-httpapi-idempotency-key-header-06 (2025) §2.6, §2.7 -- what a repetition
    is answered: the same; 409 while the first is under way; 422 for another request
"""

import hashlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Request, Response

from ..domain.errors import StoreUnavailable
from ..store import idempotency
from ..store.idempotency import KeptAnswer, Obstacle
from ..web.desk import Desk
from .caller import Caller
from .model import Model
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


async def once(
    request: Request,
    desk: Desk,
    caller: Caller,
    key: str | None,
    work: Callable[[], Awaitable[Response]],
) -> Response:
    """
    Do *work*, unless it was done for this key; then answer as the first time.

    Args:
        key: None: it is done in any case.

        work: A request that it refuses, by an exception, changed nothing.

    Raises:
        Problem: The first one is under way, was broken off, or was another request.
    """
    if key is None:
        return await work()
    mark, now = await _fingerprint(request), desk.clock()
    begun = await desk.db.tx(
        idempotency.begin, caller.line, key, fingerprint=mark, now=now
    )
    if isinstance(begun, KeptAnswer):
        headers = {**begun.headers, "idempotent-replayed": "true"}
        return Response(begun.body, begun.status, headers=headers)
    if begun is not None:
        raise _problem(begun)
    try:
        answer = await work()
    except StoreUnavailable:
        # As after a cancellation: whether its changes were made is not known.
        raise
    except Exception:
        await desk.db.tx(idempotency.let_go, caller.line, key)
        raise
    await desk.db.tx(idempotency.keep, caller.line, key, _kept(answer))
    return answer


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
