"""
« Listes »: the lists of recipients that a line keeps, and what is in each.

I/O: the store, the folder of uploads, servers that lists are fetched from.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.principal import Principal
from ..pipeline import list_csv, recipients
from ..store import lines, recipient_lists
from ..store import recipients as rows
from ..store.recipient_lists import MAX_NAME_CHARS, NewList, RecipientList
from ..store.recipients import FaultRow, Placed
from ..store.states import ListState
from ..web.access import list_of
from ..web.desk import AtDesk, Desk
from ..web.mistake import NotFound
from ..web.refusal import sentence
from ..web.session import Acting, LoggedIn, Session
from .given import Given, Source
from .page import page, tongue_of, wants_part
from .remarks import remark

router = APIRouter()

PAGE = 50
"""Recipients shown at a time."""

ListId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Place = Annotated[int, Query(ge=0, le=2**31 - 1)]
Column = Annotated[int, Form(ge=0, le=1000)]


@router.get("/lists")
async def show_lists(
    request: Request, desk: AtDesk, session: LoggedIn, done: str = ""
) -> Response:
    """Show what is kept, and a form for more."""
    return await _show_lists(request, desk, session, done=done)


@router.post("/lists")
async def add_list(
    request: Request,
    desk: AtDesk,
    session: Acting,
    given: Annotated[Given, Depends()],
    name: Annotated[str, Form()] = "",
    line: Annotated[str, Form()] = "",
) -> Response:
    """Keep what was typed, uploaded or named by URL, under a name."""
    owner = session.principal.line or line
    sources, refused = await given.sources(desk)
    if len(sources) > 1:
        refused["numbers"] = OrderRefused(
            "Donnez des numéros, un fichier ou une adresse, mais un seul des trois.",
            code="one-source",
        )
    list_id = 0
    if not refused:
        try:
            list_id = await desk.db.tx(_add, owner, name, sources[0], desk)
        except OrderRefused as error:
            refused["name"] = error
    if refused:
        said = {"name": name, "line": line, "given": given}
        return await _show_lists(request, desk, session, refused=refused, said=said)
    desk.bells.lists.ring()
    return RedirectResponse(f"/lists/{list_id}?done=added", 303)


@router.get("/lists/{list_id}")
async def show_list(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    list_id: ListId,
    q: str = "",
    after: Place = 0,
    done: str = "",
) -> Response:
    """Show what is in a list, a page at a time."""
    return await _show_list(
        request, desk, session, list_id, q=q, after=after, done=done
    )


@router.post("/lists/{list_id}/name")
async def rename_list(
    request: Request,
    desk: AtDesk,
    session: Acting,
    list_id: ListId,
    name: Annotated[str, Form()] = "",
) -> Response:
    """Give it another name."""

    def change(conn: Connection) -> None:
        its = list_of(conn, session.principal, list_id)
        recipients.save(conn, its, name, now=desk.clock())

    try:
        await desk.db.tx(change)
    except OrderRefused as error:
        refused = {f"name-{list_id}": error}
        return await _show_list(request, desk, session, list_id, refused=refused)
    return RedirectResponse(f"/lists/{list_id}?done=renamed", 303)


@router.post("/lists/{list_id}/column")
async def choose_column(
    desk: AtDesk, session: Acting, list_id: ListId, column: Column
) -> RedirectResponse:
    """Read the numbers from another column."""

    def change(conn: Connection) -> None:
        its = list_of(conn, session.principal, list_id)
        recipients.choose_column(conn, its, column, now=desk.clock())

    await desk.db.tx(change)
    desk.bells.lists.ring()
    return RedirectResponse(f"/lists/{list_id}?done=column", 303)


@router.get("/lists/{list_id}/delete")
async def confirm_delete(
    request: Request, desk: AtDesk, session: LoggedIn, list_id: ListId
) -> Response:
    """Say how many numbers would go."""
    its = await desk.db.read(list_of, session.principal, list_id)
    return page(request, session, "lists/delete.html", list=its)


@router.post("/lists/{list_id}/delete")
async def delete_list(
    desk: AtDesk, session: Acting, list_id: ListId
) -> RedirectResponse:
    """Delete it."""

    def change(conn: Connection) -> None:
        its = list_of(conn, session.principal, list_id)
        recipients.delete(conn, its, now=desk.clock())

    await desk.db.tx(change)
    desk.bells.lists.ring()
    return RedirectResponse("/lists?done=deleted", 303)


@router.get("/lists/{list_id}/recipients.csv")
async def download_list(
    desk: AtDesk, session: LoggedIn, list_id: ListId
) -> StreamingResponse:
    """Give it as a file for a spreadsheet."""
    its = await desk.db.read(list_of, session.principal, list_id)
    return StreamingResponse(
        _pieces(desk, its),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="list-{its.id}.csv"'},
    )


async def _pieces(desk: Desk, its: RecipientList) -> AsyncIterator[bytes]:
    yield list_csv.heading(its.columns)
    after = 0
    while found := await desk.db.read(
        rows.listing, its.id, after=after, limit=rows.BATCH
    ):
        yield await asyncio.to_thread(list_csv.lines, found, its.columns)
        after = found[-1].position


async def _show_lists(
    request: Request,
    desk: Desk,
    session: Session,
    *,
    refused: Mapping[str, OrderRefused] | None = None,
    said: Mapping[str, Any] | None = None,
    done: str = "",
) -> Response:
    tongue = tongue_of(request, session)
    found, known = await desk.db.read(_look, session.principal)
    given: Given | None = said["given"] if said else None
    return page(
        request,
        session,
        "lists/found.html" if wants_part(request) else "lists/lists.html",
        status=422 if refused else 200,
        lists_found=found,
        lines=known,
        is_busy=any(each.state is ListState.READING for each in found),
        errors={name: sentence(why, tongue) for name, why in (refused or {}).items()},
        numbers=given.numbers if given else "",
        url=given.url if given else "",
        name=said["name"] if said else "",
        line=said["line"] if said else "",
        max_name=MAX_NAME_CHARS,
        done=done,
    )


async def _show_list(
    request: Request,
    desk: Desk,
    session: Session,
    list_id: int,
    *,
    q: str = "",
    after: int = 0,
    refused: Mapping[str, OrderRefused] | None = None,
    done: str = "",
) -> Response:
    tongue = tongue_of(request, session)
    its, found, faults = await desk.db.read(
        _look_inside, session.principal, list_id, q.strip(), after
    )
    return page(
        request,
        session,
        "lists/inside.html" if wants_part(request) else "lists/list.html",
        status=422 if refused else 200,
        list=its,
        found=found[:PAGE],
        # Places are counted without gaps, but not of those that a search finds.
        previous=(0 if q else max(after - PAGE, 0)) if after else None,
        following=found[PAGE - 1].position if len(found) > PAGE else None,
        faults=faults,
        q=q,
        is_busy=its.state is ListState.READING,
        errors={name: sentence(why, tongue) for name, why in (refused or {}).items()},
        reason=lambda fragment: remark(fragment, tongue),
        failure=lambda kept: sentence(
            OrderRefused(kept.failure or "", code=kept.failure_code or ""), tongue
        ),
        done=done,
    )


def _look(
    conn: Connection, principal: Principal
) -> tuple[list[RecipientList], list[FaxLine]]:
    """His lists; and for an operator the lines that a new one may belong to."""
    known = [each.line for each in lines.listing(conn)] if principal.is_operator else []
    return recipient_lists.named(conn, principal.line), known


def _look_inside(
    conn: Connection, principal: Principal, list_id: int, q: str, after: int
) -> tuple[RecipientList, Sequence[Placed], Sequence[FaultRow]]:
    its = list_of(conn, principal, list_id)
    found = rows.listing(conn, list_id, search=q, after=after, limit=PAGE + 1)
    return its, found, rows.faults(conn, list_id)


def _add(conn: Connection, line: str, name: str, source: Source, desk: Desk) -> int:
    if lines.get(conn, line) is None:
        raise NotFound
    new = NewList(
        line=line,
        name=name,
        campaign=None,
        source=source.source,
        origin=source.origin,
        content=source.content,
    )
    return recipients.add(conn, new, now=desk.clock())
