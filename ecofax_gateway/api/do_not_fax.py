"""
Numbers that the line must not fax.

I/O: the store.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from ..domain.api_token import Scope
from ..store import objections
from ..store.objections import LIST_LIMIT
from ..web.desk import AtDesk
from .caller import Caller, needs
from .model import Cursor, Instant, Line, Model, Page
from .order import read_number
from .problem import Problem, answers

router = APIRouter(prefix="/do-not-fax", tags=["do-not-fax"])

Reads = Annotated[Caller, needs(Scope.LISTS_READ)]
Writes = Annotated[Caller, needs(Scope.LISTS_WRITE)]
Number = Annotated[
    str, Path(max_length=40, pattern=r"^[0-9+. -]+$", examples=["+33972101010"])
]


class ObjectionView(Model):
    """Somebody who must not be faxed."""

    number: str | None = Field(description="null: it was erased, and still protects.")
    note: str
    creation_date: Instant


class ObjectionBody(Model):
    """Why."""

    note: Line = ""


@router.get("", operation_id="listDoNotFax")
async def list_objections(
    desk: AtDesk, caller: Reads, cursor: Cursor = None
) -> Page[ObjectionView]:
    """Give the line's own list, oldest first."""
    found = await desk.db.read(
        objections.listing, scope=caller.line, after=int(cursor or 0)
    )
    return Page(
        items=[
            ObjectionView(
                number=each.number, note=each.note, creation_date=each.added_at
            )
            for each in found
        ],
        next_cursor=str(found[-1].id) if len(found) == LIST_LIMIT else None,
    )


@router.put("/{number}", operation_id="addDoNotFax", status_code=204)
async def add(
    desk: AtDesk, caller: Writes, number: Number, body: ObjectionBody | None = None
) -> None:
    """Put a number on the line's list; it is not faxed from then on."""
    await desk.db.tx(
        objections.add,
        [read_number(number).e164],
        scope=caller.line,
        source=f"API {caller.token.id}",
        note=body.note if body else "",
        now=desk.clock(),
    )


@router.delete(
    "/{number}",
    operation_id="removeDoNotFax",
    status_code=204,
    responses=answers(404),
)
async def remove(desk: AtDesk, caller: Writes, number: Number) -> None:
    """Take a number off the line's list."""
    removed = await desk.db.tx(
        objections.remove,
        read_number(number).e164,
        scope=caller.line,
        source=f"API {caller.token.id}",
        now=desk.clock(),
    )
    if not removed:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "It is not on the list.")
