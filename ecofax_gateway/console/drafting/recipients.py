"""
The third step: whom the campaign goes to, and what its lists come to.

I/O: the store, the folder of uploads, servers that lists are fetched from.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from ...domain.errors import OrderRefused
from ...domain.principal import Principal
from ...pipeline import recipients
from ...pipeline.drafting import Step
from ...store import recipient_choices, recipient_lists
from ...store import recipients as rows
from ...store.recipient_choices import Choice, ChoiceRow
from ...store.recipient_lists import NewList, RecipientList
from ...store.recipients import FaultRow
from ...store.sifting import Tally
from ...store.states import ChoiceState, ListState
from ...web.access import list_of
from ...web.desk import AtDesk, Desk
from ...web.refusal import sentence
from ...web.session import Acting, LoggedIn, Session
from ..given import Given, Source
from ..page import page, tongue_of, wants_part
from ..remarks import remark
from .draft import Draft, ensure, go, look

router = APIRouter()

FAULTS = 20
"""That are shown on this page; a list's own page has more."""

ListId = Annotated[int, Form(alias="list", ge=1, le=2**31 - 1)]
Column = Annotated[int, Form(ge=0, le=1000)]

_LIST_FIELD = re.compile(r"list-([0-9]{1,9})")
"""Nine digits are an integer of every database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What this step shows of a draft."""

    draft: Draft
    choice: ChoiceRow | None
    plus: list[RecipientList]
    minus: list[RecipientList]
    own: list[RecipientList]
    "Those that were given for it, also if they were kept under a name since."

    saved: list[RecipientList]
    "All that the line keeps."

    faults: Mapping[int, list[FaultRow]]
    tally: Tally | None
    "None: it is not known yet."

    @property
    def is_busy(self) -> bool:
        """Whether something is done in the background."""
        settling = self.choice and self.choice.state is ChoiceState.SETTLING
        return bool(settling) or any(
            each.state is ListState.READING for each in (*self.plus, *self.minus)
        )

    @property
    def all(self) -> list[RecipientList]:
        """Those that can be combined."""
        known = {each.id: each for each in (*self.own, *self.saved)}
        return list(known.values())

    @property
    def is_copied(self) -> bool:
        """Whether it has numbers that no list of its own gave it."""
        return self.choice is None and bool(self.draft.campaign.counts)


@router.get("/campaigns/{ref}/edit/recipients")
async def show_recipients(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, done: str = ""
) -> Response:
    """Show the lists and their sum; or the sum alone, while it is made."""
    shown = await desk.db.read(_look, session.principal, ref, desk)
    part = "drafting/standing.html" if wants_part(request) else _WHOLE
    return _page(request, session, shown, part, done=done)


@router.post("/campaigns/{ref}/edit/recipients")
async def add_recipients(
    request: Request,
    desk: AtDesk,
    session: Acting,
    ref: str,
    given: Annotated[Given, Depends()],
) -> Response:
    """Take in what was typed, uploaded or named by URL."""
    await desk.db.read(ensure, session.principal, ref)
    sources, refused = await given.sources(desk)
    if sources:
        await desk.db.tx(_add, session.principal, ref, sources, desk)
        desk.bells.lists.ring()
    if not refused:
        return go(ref, Step.RECIPIENTS, "added")
    shown = await desk.db.read(_look, session.principal, ref, desk)
    return _page(request, session, shown, _WHOLE, refused=refused, given=given)


@router.post("/campaigns/{ref}/edit/recipients/choose")
async def choose_lists(
    request: Request,
    desk: AtDesk,
    session: Acting,
    ref: str,
    clean: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Combine and subtract lists; with or without numbers that failed for good."""
    form = await request.form()
    wanted = {
        int(found[1]): value
        for name, value in form.items()
        if (found := _LIST_FIELD.fullmatch(name))
    }
    choice = Choice(
        lists=tuple(each for each, sign in wanted.items() if sign == "plus"),
        minus=tuple(each for each, sign in wanted.items() if sign == "minus"),
        clean=bool(clean),
    )
    await desk.db.tx(_choose, session.principal, ref, choice, desk)
    desk.bells.lists.ring()
    return go(ref, Step.RECIPIENTS, "saved")


@router.post("/campaigns/{ref}/edit/recipients/column")
async def choose_column(
    desk: AtDesk, session: Acting, ref: str, list_id: ListId, column: Column
) -> RedirectResponse:
    """Read the numbers of a list from another column."""

    def change(conn: Connection, its: RecipientList) -> None:
        recipients.choose_column(conn, its, column, now=desk.clock())

    return await _change(desk, session.principal, ref, list_id, change, done="column")


@router.post("/campaigns/{ref}/edit/recipients/drop")
async def drop_list(
    desk: AtDesk, session: Acting, ref: str, list_id: ListId
) -> RedirectResponse:
    """Let the campaign go to a list no more."""

    def change(conn: Connection, its: RecipientList) -> None:
        recipients.drop(conn, its, ref, now=desk.clock())

    return await _change(desk, session.principal, ref, list_id, change, done="dropped")


@router.post("/campaigns/{ref}/edit/recipients/save")
async def save_list(
    request: Request,
    desk: AtDesk,
    session: Acting,
    ref: str,
    list_id: ListId,
    name: Annotated[str, Form()] = "",
) -> Response:
    """Keep a list under a name, also for other campaigns."""

    def change(conn: Connection, its: RecipientList) -> None:
        recipients.save(conn, its, name, now=desk.clock())

    try:
        return await _change(
            desk, session.principal, ref, list_id, change, done="named"
        )
    except OrderRefused as error:
        shown = await desk.db.read(_look, session.principal, ref, desk)
        refused = {f"name-{list_id}": error}
        return _page(request, session, shown, _WHOLE, refused=refused)


_WHOLE = "drafting/recipients.html"


def _page(
    request: Request,
    session: Session,
    shown: Shown,
    template: str,
    *,
    refused: Mapping[str, OrderRefused] | None = None,
    given: Given | None = None,
    done: str = "",
) -> Response:
    tongue = tongue_of(request, session)
    return page(
        request,
        session,
        template,
        status=422 if refused else 200,
        here=Step.RECIPIENTS,
        draft=shown.draft,
        shown=shown,
        errors={name: sentence(why, tongue) for name, why in (refused or {}).items()},
        numbers=given.numbers if given else "",
        url=given.url if given else "",
        done=done,
        reason=lambda fragment: remark(fragment, tongue),
        failure=lambda kept: sentence(
            OrderRefused(kept.failure or "", code=kept.failure_code or ""), tongue
        ),
    )


def _look(conn: Connection, principal: Principal, ref: str, desk: Desk) -> Shown:
    draft = look(conn, principal, ref, now=desk.clock())
    choice = recipient_choices.get(conn, ref)
    plus = _lists(conn, choice.lists if choice else ())
    minus = _lists(conn, choice.minus if choice else ())
    own = [
        each
        for each in recipient_lists.of_draft(conn, ref)
        if each.name is None or each in (*plus, *minus)
    ]
    shown = Shown(
        draft=draft,
        choice=choice,
        plus=plus,
        minus=minus,
        own=own,
        saved=recipient_lists.named(conn, draft.campaign.line),
        faults={each.id: rows.faults(conn, each.id, limit=FAULTS) for each in own},
        tally=None,
    )
    if choice is None or shown.is_busy:
        return shown
    return replace(shown, tally=recipients.tally(conn, ref, now=desk.clock()))


def _lists(conn: Connection, ids: tuple[int, ...]) -> list[RecipientList]:
    found = (recipient_lists.get(conn, each) for each in ids)
    return [each for each in found if each is not None]


def _add(
    conn: Connection, principal: Principal, ref: str, sources: list[Source], desk: Desk
) -> None:
    line = ensure(conn, principal, ref).line
    for each in sources:
        new = NewList(
            line=line,
            name=None,
            campaign=ref,
            source=each.source,
            origin=each.origin,
            content=each.content,
        )
        recipients.add_to_draft(conn, new, now=desk.clock())


def _choose(
    conn: Connection, principal: Principal, ref: str, choice: Choice, desk: Desk
) -> None:
    ensure(conn, principal, ref)
    recipients.choose(conn, ref, choice, now=desk.clock())


async def _change(
    desk: Desk,
    principal: Principal,
    ref: str,
    list_id: int,
    change: Callable[[Connection, RecipientList], None],
    *,
    done: str,
) -> RedirectResponse:
    """Do something to a list of a draft of his, in one transaction."""

    def do(conn: Connection) -> None:
        ensure(conn, principal, ref)
        change(conn, list_of(conn, principal, list_id))

    await desk.db.tx(do)
    desk.bells.lists.ring()
    return go(ref, Step.RECIPIENTS, done)
