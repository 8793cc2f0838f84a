"""
What a request did wrong, as programs read it.

I/O: none of its own; it answers.

Standards:
    RFC 9457 (2023) §3 -- problem details: type, title, status, detail
    RFC 9110 (2022) §12.5.4 -- Accept-Language
    RFC 6750 (2012) §3 -- WWW-Authenticate of a bearer token
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from ..domain.errors import OrderRefused, StoreUnavailable
from ..domain.language import Tongue
from ..web.language import preferred
from ..web.mistake import NotFound
from ..web.refusal import sentence
from .model import Model

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:ecofax:problem:"
"""Begins the type of every problem; its code follows."""

MAX_MISTAKES = 20
"""Of one request that are named."""

_ABSENT = frozenset({"no-campaign", "no-line", "no-recipient", "page-out-of-range"})
_STATES = frozenset(
    {
        "not-a-draft",
        "rendering",
        "incomplete",
        "no-proof",
        "not-paused",
        "not-under-way",
        "not-over",
        "nothing-failed",
        "list-file-gone",
        "list-in-use",
        "list-name-taken",
        "recipients-settling",
        "too-many-lists",
        "too-many-tokens",
        "too-many-webhooks",
        "no-number",
        "no-pages",
        "purged",
        "done",
    }
)
"""Codes of refusals that a later try, or another state, would not meet."""


class Mistake(Model):
    """One value that is wrong."""

    at: str = Field(description="Where, as a path: body.recipientsList.3")
    message: str


class ProblemDetails(Model):
    """The body of every answer that is no success."""

    type: str = Field(examples=[f"{TYPE}not-found"])
    title: str
    status: int
    detail: str = Field(
        description="For a person; of a refusal in French, or in English if"
        " `Accept-Language` asks for it."
    )
    code: str = Field(description="For a program; stays the same.")
    mistakes: list[Mistake] | None = None


class Problem(Exception):
    """
    A request cannot be carried out.

    Args:
        code: For programs.

        detail: A sentence for people.

        headers: Of the answer.
    """

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


async def tell(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that failed; as an exception handler of the application."""
    tongue = preferred(request.headers.get("accept-language", ""))
    problem, mistakes = _problem_of(error, tongue), None
    if isinstance(error, RequestValidationError):
        mistakes = [_mistake(each) for each in error.errors()[:MAX_MISTAKES]]
    details = ProblemDetails(
        type=TYPE + problem.code,
        title=problem.status.phrase,
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        mistakes=mistakes,
    )
    return JSONResponse(
        details.model_dump(by_alias=True, exclude_none=True),
        problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document answers of a route that are problems."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
            },
        }
        for status in statuses
    }


def file_of(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Document an answer that is a file."""
    schema = {"type": "string", "format": "binary"}
    return {
        200: {"description": "The file", "content": {media_type: {"schema": schema}}}
    }


def _problem_of(error: Exception, tongue: Tongue) -> Problem:
    match error:
        case Problem():
            return error
        case OrderRefused():
            return Problem(
                _status_of(error),
                error.code,
                sentence(error, tongue),
                headers={"vary": "Accept-Language"},
            )
        case NotFound():
            return Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such thing.")
        case StoreUnavailable():
            return Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "store-unavailable",
                "The gateway's store does not answer; nothing is lost, try again.",
                headers={"retry-after": "30"},
            )
        case RequestValidationError():
            return Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "invalid-request",
                "The request is not as it should be; each mistake is named.",
            )
        case HTTPException():
            status = HTTPStatus(error.status_code)
            code = status.phrase.lower().replace(" ", "-")
            headers = dict(error.headers or {})
            return Problem(status, code, status.description or code, headers=headers)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "bug",
        "A fault of this program; it was logged.",
    )


def _status_of(refusal: OrderRefused) -> HTTPStatus:
    if refusal.code in _ABSENT:
        return HTTPStatus.NOT_FOUND
    if refusal.code in _STATES:
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


def _mistake(error: Mapping[str, Any]) -> Mistake:
    """Where and what; never the value, which may be a secret."""
    return Mistake(at=".".join(map(str, error["loc"])), message=str(error["msg"]))
