"""
The API as an application.

Pure: no I/O, no clock, no randomness.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ..domain.errors import OrderRefused, StoreUnavailable
from ..web.desk import Desk
from ..web.mistake import NotFound
from . import (
    campaign_actions,
    campaigns,
    do_not_fax,
    docs,
    documents,
    faxes,
    line,
    lists,
    merge,
    preview,
    webhooks,
)
from .caller import TokenPace
from .guard import Guard
from .model import VERSION
from .problem import Problem, ProblemDetails, answers, tell

ROUTERS = (
    documents.router,
    campaigns.router,
    campaign_actions.router,
    preview.router,
    merge.router,
    faxes.router,
    lists.router,
    do_not_fax.router,
    line.router,
    webhooks.router,
)
"""In the order of the documentation; one line here adds a resource."""

COMMON = (400, 401, 403, 408, 413, 415, 422, 429, 500, 503)
"""Problems that any request may meet."""

_ABOUT = """\
Faxes and campaigns of one fax line, for programs.

A token is made at the console, under settings; send it as `Authorization: Bearer
ecofax_...`. Every answer that is no success is a problem (RFC 9457) with a `code`.
"""


def make_api(desk: Desk) -> FastAPI:
    """Build the application; it is mounted at `/api`."""
    app = FastAPI(
        title="ecofax",
        version="1.0.0",
        description=_ABOUT,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.desk = desk
    app.state.pace = TokenPace()
    for router in ROUTERS:
        app.include_router(router, prefix=VERSION, responses=answers(*COMMON))
    app.include_router(docs.router, include_in_schema=False)
    for kind in (
        Problem,
        OrderRefused,
        NotFound,
        StoreUnavailable,
        RequestValidationError,
        HTTPException,
        Exception,
    ):
        app.add_exception_handler(kind, tell)
    app.add_middleware(Guard)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's own way
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the schema of problems."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        schemas = document["components"]["schemas"]
        reference = "#/components/schemas/{model}"
        problem = ProblemDetails.model_json_schema(ref_template=reference)
        schemas |= problem.pop("$defs") | {"ProblemDetails": problem}
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = document
    return app.openapi_schema
