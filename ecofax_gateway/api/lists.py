"""
Lists of recipients that a line keeps, and which of them a draft goes to.

I/O: the store.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from ..domain.api_token import Scope
from ..orders.number_list import BULK
from ..pipeline import recipients
from ..store import recipient_choices, recipient_lists
from ..store import recipients as rows
from ..store.content import Content
from ..store.recipient_choices import Choice, ChoiceRow
from ..store.recipient_lists import MAX_NAME_CHARS, NewList, RecipientList
from ..store.sifting import Tally
from ..store.states import ChoiceState, ListSource, ListState
from ..web.access import campaign_of, list_of
from ..web.desk import AtDesk, Desk
from ..web.mistake import NotFound
from .caller import Caller, needs
from .model import PAGE, Cursor, Instant, Limit, Line, Model, Page, Reference
from .once import AtMostOnce
from .order import read_files
from .problem import Problem, answers
from .shape import DocumentBody

router = APIRouter(tags=["lists"])

Reads = Annotated[Caller, needs(Scope.LISTS_READ)]
Writes = Annotated[Caller, needs(Scope.LISTS_WRITE)]
Orders = Annotated[Caller, needs(Scope.CAMPAIGNS_WRITE)]
Sees = Annotated[Caller, needs(Scope.CAMPAIGNS_READ)]
ListId = Annotated[int, Path(ge=1, le=2**31 - 1, alias="listId")]
Name = Annotated[Line, Field(min_length=1, max_length=MAX_NAME_CHARS)]
Ids = Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(max_length=20)]


class ListBody(Model):
    """A list to be: either its numbers or a document."""

    name: Name = Field(examples=["Clients"])
    numbers: list[Line] = Field(
        [], max_length=BULK.numbers, examples=[["0972101010", "0972101019"]]
    )
    document: DocumentBody | None = Field(
        None, description="TXT, CSV, XLSX, XLS or ODS."
    )
    number_column: int | None = Field(
        None, ge=0, le=1000, description="From 0; null: it is found."
    )


class ListChanges(Model):
    """What is to be otherwise."""

    name: Name | None = None
    number_column: int | None = Field(
        None, ge=0, le=1000, description="From 0; the list is read again."
    )


class ListView(Model):
    """A list of recipients; its counts are complete when it is ready."""

    id: int
    name: str | None
    status: ListState
    error: str | None = Field(description="Why it cannot be read; in French.")
    columns: list[str] = Field(description="Of a table; empty: a plain list.")
    number_column: int | None
    count_read: int
    count_valid: int
    count_restricted: int = Field(description="Surtaxed or foreign, of the valid ones.")
    count_duplicates: int
    count_invalid: int
    creation_date: Instant


class RecipientView(Model):
    """One number of a list."""

    position: int
    number: str = Field(examples=["+33972101010"])
    restricted: bool
    fields: dict[str, str] = Field(description="Its row of the table.")


class InvalidView(Model):
    """What of a list is no number."""

    line_number: int
    text: str
    reason: str = Field(description="A fragment, in French.")


class ChoiceBody(Model):
    """Whom a draft goes to."""

    lists: Ids
    minus: Ids = Field([], description="Lists whose numbers are not called.")
    clean: bool = Field(
        False, description="Without numbers that failed for good before."
    )


class ChoiceView(ChoiceBody):
    """Whom a draft goes to, and what that comes to."""

    status: ChoiceState
    error: str | None
    count_written: int = Field(description="Of countFaxed, as far as it is.")
    count_numbers: int = Field(description="In all lists together.")
    count_repeated: int
    count_subtracted: int
    count_objected: int = Field(description="On a do-not-fax list: left out.")
    count_failed: int = Field(description="Failed for good before.")
    count_restricted: int = Field(description="They need the best quality.")
    count_faxed: int


@router.get("/lists", operation_id="listLists")
async def list_lists(desk: AtDesk, caller: Reads) -> Page[ListView]:
    """Give the lists that the line keeps, by name."""
    found = await desk.db.read(recipient_lists.named, caller.line)
    return Page(items=[_view(each) for each in found], next_cursor=None)


@router.post(
    "/lists",
    operation_id="createList",
    status_code=201,
    response_model=ListView,
    responses=answers(409),
)
async def create_list(
    desk: AtDesk, caller: Writes, body: ListBody, once: AtMostOnce
) -> Response:
    """Keep a list; it is read in the background."""

    async def make() -> tuple[Model, str]:
        source, origin, content = await _given(desk, caller, body)
        new = NewList(
            line=caller.line,
            name=body.name,
            campaign=None,
            source=source,
            origin=origin,
            content=content,
            number_column=body.number_column,
        )
        list_id = await desk.db.tx(recipients.add, new, now=desk.clock())
        desk.bells.lists.ring()
        made = await desk.db.read(_mine, caller, list_id)
        return _view(made), f"/lists/{list_id}"

    return await once.make(make)


@router.get("/lists/{listId}", operation_id="getList", responses=answers(404))
async def get_list(desk: AtDesk, caller: Reads, list_id: ListId) -> ListView:
    """Show a list."""
    return _view(await desk.db.read(_mine, caller, list_id))


@router.patch("/lists/{listId}", operation_id="changeList", responses=answers(404, 409))
async def change_list(
    desk: AtDesk, caller: Writes, list_id: ListId, body: ListChanges
) -> ListView:
    """Rename a list, or have its numbers read from another column."""

    def change(conn: Connection) -> RecipientList:
        its, now = _mine(conn, caller, list_id), desk.clock()
        if body.name is not None:
            recipients.save(conn, its, body.name, now=now)
        if body.number_column is not None:
            recipients.choose_column(conn, its, body.number_column, now=now)
        return _mine(conn, caller, list_id)

    changed = await desk.db.tx(change)
    desk.bells.lists.ring()
    return _view(changed)


@router.delete(
    "/lists/{listId}",
    operation_id="deleteList",
    status_code=204,
    responses=answers(404, 409),
)
async def delete_list(desk: AtDesk, caller: Writes, list_id: ListId) -> None:
    """Delete a list that no draft goes to."""

    def delete(conn: Connection) -> None:
        recipients.delete(conn, _mine(conn, caller, list_id), now=desk.clock())

    await desk.db.tx(delete)
    desk.bells.lists.ring()


@router.get(
    "/lists/{listId}/recipients",
    operation_id="listRecipients",
    responses=answers(404),
)
async def list_recipients(
    desk: AtDesk,
    caller: Reads,
    list_id: ListId,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    q: Annotated[
        Line, Query(description="Only those whose number or fields hold this.")
    ] = "",
) -> Page[RecipientView]:
    """Give what is in a list, in its order."""

    def look(conn: Connection) -> list[rows.Placed]:
        _mine(conn, caller, list_id)
        after = int(cursor or 0)
        return rows.listing(conn, list_id, search=q, after=after, limit=limit)

    found = await desk.db.read(look)
    return Page(
        items=[
            RecipientView(
                position=each.position,
                number=each.number,
                restricted=each.restricted,
                fields=dict(each.fields or {}),
            )
            for each in found
        ],
        next_cursor=str(found[-1].position) if len(found) == limit else None,
    )


@router.get(
    "/lists/{listId}/invalid", operation_id="listInvalid", responses=answers(404)
)
async def list_invalid(
    desk: AtDesk, caller: Reads, list_id: ListId, limit: Limit = PAGE
) -> Page[InvalidView]:
    """Give what of a list is no number, the first ones."""

    def look(conn: Connection) -> list[rows.FaultRow]:
        _mine(conn, caller, list_id)
        return rows.faults(conn, list_id, limit=limit)

    found = await desk.db.read(look)
    return Page(
        items=[InvalidView.model_validate(each) for each in found], next_cursor=None
    )


@router.put(
    "/campaigns/{reference}/recipients",
    operation_id="chooseRecipients",
    responses=answers(404, 409),
)
async def choose_recipients(
    desk: AtDesk, caller: Orders, reference: Reference, body: ChoiceBody
) -> ChoiceView:
    """Say which lists a draft goes to; its numbers are written in the background."""

    def choose(conn: Connection) -> None:
        campaign_of(conn, caller.principal, reference)
        choice = Choice(
            lists=tuple(body.lists), minus=tuple(body.minus), clean=body.clean
        )
        recipients.choose(conn, reference, choice, now=desk.clock())

    await desk.db.tx(choose)
    desk.bells.lists.ring()
    return await _chosen(desk, caller, reference)


@router.get(
    "/campaigns/{reference}/recipients",
    operation_id="getRecipients",
    responses=answers(404),
)
async def get_recipients(
    desk: AtDesk, caller: Sees, reference: Reference
) -> ChoiceView:
    """Show which lists a draft goes to, and what they come to."""
    return await _chosen(desk, caller, reference)


async def _given(
    desk: Desk, caller: Caller, body: ListBody
) -> tuple[ListSource, str, Content]:
    if bool(body.numbers) == (body.document is not None):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "bad-list",
            "A list has either numbers or a document.",
        )
    if body.document is not None:
        [file] = await read_files(desk, caller, [body.document])
        return ListSource.FILE, file.name, file.content
    content = await desk.db.keep("\n".join(body.numbers).encode())
    return ListSource.TYPED, "", content


async def _chosen(desk: Desk, caller: Caller, reference: str) -> ChoiceView:
    def look(conn: Connection) -> tuple[ChoiceRow, Tally]:
        campaign_of(conn, caller.principal, reference)
        choice = recipient_choices.get(conn, reference)
        if choice is None:
            raise NotFound
        return choice, recipients.tally(conn, reference, now=desk.clock())

    choice, tally = await desk.db.read(look)
    return ChoiceView(
        lists=list(choice.lists),
        minus=list(choice.minus),
        clean=choice.clean,
        status=choice.state,
        error=choice.failure,
        count_written=choice.written,
        count_numbers=tally.numbers,
        count_repeated=tally.repeated,
        count_subtracted=tally.subtracted,
        count_objected=tally.objected,
        count_failed=tally.failed,
        count_restricted=tally.restricted,
        count_faxed=tally.faxed,
    )


def _mine(conn: Connection, caller: Caller, list_id: int) -> RecipientList:
    return list_of(conn, caller.principal, list_id)


def _view(its: RecipientList) -> ListView:
    return ListView(
        id=its.id,
        name=its.name,
        status=its.state,
        error=its.failure,
        columns=list(its.columns),
        number_column=its.number_column,
        count_read=its.entries,
        count_valid=its.valid,
        count_restricted=its.restricted,
        count_duplicates=its.duplicates,
        count_invalid=its.invalid,
        creation_date=its.created_at,
    )
