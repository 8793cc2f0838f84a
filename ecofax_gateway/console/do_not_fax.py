"""
« Ne pas faxer »: who must not be faxed by a line; for operators, by any.

I/O: the store, the process that reads a list, the folder of uploads.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.objection import GATEWAY
from ..domain.principal import Principal
from ..orders.list_reader import Batch, ListReader
from ..store import kept, objections
from ..store.content import Content
from ..store.objections import BATCH, Objection
from ..web.desk import AtDesk, Desk
from ..web.mistake import NotFound
from ..web.refusal import sentence
from ..web.session import Acting, LoggedIn, Session
from .given import Given
from .page import page, tongue_of

router = APIRouter()

PAGE = 50

MAX_NOTE = 200
"""Characters of a reason."""

EntryId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Count = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("/do-not-fax")
async def show_objections(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    q: str = "",
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    done: str = "",
    n: Count = 0,
) -> Response:
    """Show the entries, oldest first, and a form for more."""
    return await _show(request, desk, session, q=q, after=after, done=done, n=n)


@router.post("/do-not-fax")
async def add_objections(
    request: Request,
    desk: AtDesk,
    session: Acting,
    given: Annotated[Given, Depends()],
    note: Annotated[str, Form()] = "",
) -> Response:
    """Put numbers on the list."""
    note = " ".join(note.split())[:MAX_NOTE]
    sources, refused = await given.sources(desk)
    numbers: list[str] = []
    for each in sources:
        try:
            numbers += await _numbers(desk, each.content)
        except OrderRefused as error:
            refused["numbers"] = error
    if not numbers and not refused:
        refused["numbers"] = OrderRefused(
            "Il n'y a pas de numéro de fax valable dans ce que vous avez donné.",
            code="no-valid-number",
        )
    if refused:
        return await _show(
            request, desk, session, refused=refused, given=given, note=note
        )
    added = 0
    # In pieces, so that nobody waits long for the database.
    for start in range(0, len(numbers), 10 * BATCH):
        added += await desk.db.tx(
            objections.add,
            numbers[start : start + 10 * BATCH],
            scope=_scope(session.principal),
            source=_source(session.principal),
            note=note,
            now=desk.clock(),
        )
    return RedirectResponse(f"/do-not-fax?done=added&n={added}", 303)


@router.get("/do-not-fax/{entry_id}/remove")
async def confirm_remove(
    request: Request, desk: AtDesk, session: LoggedIn, entry_id: EntryId
) -> Response:
    """Ask for the reason."""
    entry = await desk.db.read(_entry, session.principal, entry_id)
    return page(
        request,
        session,
        "lists/fax_again.html",
        entry=entry,
        errors={},
        max_note=MAX_NOTE,
    )


@router.post("/do-not-fax/{entry_id}/remove")
async def remove_objection(
    request: Request,
    desk: AtDesk,
    session: Acting,
    entry_id: EntryId,
    note: Annotated[str, Form()] = "",
) -> Response:
    """Take a number off the list; the ledger keeps why."""
    entry = await desk.db.read(_entry, session.principal, entry_id)
    note = " ".join(note.split())[:MAX_NOTE]
    if not note:
        why = OrderRefused(
            "Dites pourquoi ce numéro peut de nouveau recevoir des fax.",
            code="reason-missing",
        )
        errors = {"note": sentence(why, tongue_of(request, session))}
        return page(
            request,
            session,
            "lists/fax_again.html",
            status=422,
            entry=entry,
            errors=errors,
            max_note=MAX_NOTE,
        )
    await desk.db.tx(
        objections.remove,
        entry.number or "",
        scope=entry.scope,
        source=_source(session.principal),
        note=note,
        now=desk.clock(),
    )
    return RedirectResponse("/do-not-fax?done=removed", 303)


async def _show(
    request: Request,
    desk: Desk,
    session: Session,
    *,
    q: str = "",
    after: int = 0,
    refused: Mapping[str, OrderRefused] | None = None,
    given: Given | None = None,
    note: str = "",
    done: str = "",
    n: int = 0,
) -> Response:
    tongue = tongue_of(request, session)
    found = await desk.db.read(
        objections.listing,
        scope=_scope(session.principal),
        holding="".join(c for c in q if c.isdecimal()).removeprefix("0"),
        after=after,
        limit=PAGE + 1,
    )
    return page(
        request,
        session,
        "lists/do_not_fax.html",
        status=422 if refused else 200,
        found=found[:PAGE],
        following=found[PAGE - 1].id if len(found) > PAGE else None,
        after=after,
        q=q,
        errors={name: sentence(why, tongue) for name, why in (refused or {}).items()},
        numbers=given.numbers if given else "",
        url=given.url if given else "",
        note=note,
        max_note=MAX_NOTE,
        done=done,
        n=n,
    )


async def _numbers(desk: Desk, content: Content) -> list[str]:
    """The numbers of a list; it is read where it may do no harm."""
    reader = ListReader(folder=desk.uploads)
    found: list[str] = []

    def load(conn: Connection) -> bytes | None:
        return kept.load(conn, content.inline, content.spool)

    data = await desk.db.read(load) or b""
    async for piece in reader.read(data, column=None):
        if isinstance(piece, Batch):
            found += [each.number for each in piece.recipients]
    return found


def _entry(conn: Connection, principal: Principal, entry_id: int) -> Objection:
    """
    Give an entry of his list.

    Raises:
        NotFound: If there is none, or it was erased and is known to nobody.
    """
    found = objections.get(conn, entry_id)
    if found is None or found.number is None or found.scope != _scope(principal):
        raise NotFound
    return found


def _scope(principal: Principal) -> str:
    return GATEWAY if principal.line is None else principal.line


def _source(principal: Principal) -> str:
    """Who did it, as the ledger keeps it."""
    return f"console {principal.operator or ''}".strip()
