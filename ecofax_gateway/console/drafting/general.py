"""
The first step of a campaign: its name, whether it is a proof, what it is made from.

I/O: the store.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from ...domain.campaign import Relation
from ...domain.errors import OrderRefused
from ...domain.line import FaxLine
from ...domain.principal import Principal
from ...pipeline import campaigns, drafting, recipients
from ...pipeline.drafting import Step
from ...store import catalogue, lines
from ...store.campaigns import Campaign
from ...store.catalogue import Search
from ...store.drafts import Changes
from ...web.access import campaign_of
from ...web.desk import AtDesk, Desk
from ...web.mistake import NotFound
from ...web.refusal import sentence
from ...web.session import Acting, LoggedIn, Session
from ..page import page, tongue_of
from ..showing import Showing
from .draft import Draft, draft_of, ensure, go

router = APIRouter()

MAX_NAME = 100
"""Characters: more is no name, and no list shows it."""

KINDS = ("real", "proved", "proof")
"""A campaign; one that must be preceded by a proof; a proof itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the form of this step says."""

    name: str = ""
    kind: str = "real"
    line: str = ""
    earlier: str = ""

    @property
    def changes(self) -> Changes:
        """What becomes of the draft."""
        return Changes(
            name=self.name.strip(),
            line=self.line or None,
            needs_proof=self.kind == "proved",
            is_proof=self.kind == "proof",
        )


async def typed(
    name: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "real",
    line: Annotated[str, Form()] = "",
    earlier: Annotated[str, Form()] = "",
) -> Typed:
    """The form, as a route's dependency."""
    kind = kind if kind in KINDS else "real"
    return Typed(name=name, kind=kind, line=line, earlier=earlier)


Said = Annotated[Typed, Depends(typed)]


@router.get("/campaigns/new")
async def show_new(request: Request, desk: AtDesk, session: LoggedIn) -> Response:
    """Ask for the name of a campaign to be."""
    return await _show(request, desk, session, None, Typed())


@router.post("/campaigns/new")
async def begin(
    request: Request,
    desk: AtDesk,
    session: Acting,
    said: Said,
) -> Response:
    """Begin a draft: empty, or a copy of an earlier campaign."""
    mistakes = _mistakes(said)
    if mistakes:
        return await _show(request, desk, session, None, said, mistakes)
    ref = drafting.fresh_reference()
    try:
        await desk.db.tx(_begin, session.principal, ref, said, desk)
    except OrderRefused as refusal:
        told = {"earlier": sentence(refusal, tongue_of(request, session))}
        return await _show(request, desk, session, None, said, told)
    desk.bells.render.ring()
    return go(ref, Step.DOCUMENT)


@router.get("/campaigns/{ref}/edit")
async def show_first(desk: AtDesk, session: LoggedIn, ref: str) -> RedirectResponse:
    """Go to the first step that lacks something."""
    draft = await draft_of(desk, session.principal, ref)
    return go(ref, draft.lacks[0].step if draft.lacks else Step.CHECK)


@router.get("/campaigns/{ref}/edit/general")
async def show_general(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str
) -> Response:
    """Show what the first step has."""
    draft = await draft_of(desk, session.principal, ref)
    its = draft.campaign
    kind = "proof" if its.relation is Relation.PROOF else "real"
    kind = "proved" if its.needs_proof else kind
    said = Typed(name=its.name, kind=kind, line=its.line)
    return await _show(request, desk, session, draft, said)


@router.post("/campaigns/{ref}/edit/general")
async def save_general(
    request: Request,
    desk: AtDesk,
    session: Acting,
    ref: str,
    said: Said,
) -> Response:
    """Save it and go on."""
    mistakes = _mistakes(said)
    if mistakes:
        draft = await draft_of(desk, session.principal, ref)
        return await _show(request, desk, session, draft, said, mistakes)
    await desk.db.tx(_save, session.principal, ref, said, desk)
    desk.bells.lists.ring()
    return go(ref, Step.DOCUMENT)


async def _show(
    request: Request,
    desk: Desk,
    session: Session,
    draft: Draft | None,
    said: Typed,
    mistakes: dict[str, str] | None = None,
) -> Response:
    known, earlier = await desk.db.read(_choices, session.principal)
    show = Showing(tongue_of(request, session), desk.zone)
    return page(
        request,
        session,
        "drafting/general.html",
        status=422 if mistakes else 200,
        here=Step.GENERAL,
        draft=draft,
        said=said,
        mistakes=mistakes or {},
        lines=[(each.number, _named(show, each)) for each in known],
        earlier=[(each.ref, _told(show, each)) for each in earlier],
        max_name=MAX_NAME,
    )


def _choices(
    conn: Connection, principal: Principal
) -> tuple[list[FaxLine], list[Campaign]]:
    """The lines that an operator chooses from, and campaigns to begin with."""
    search = Search(line=principal.line)
    known = [each.line for each in lines.listing(conn)] if principal.is_operator else []
    found = catalogue.search(conn, search).campaigns
    return known, [each for each in found if each.purged_at is None]


def _mistakes(said: Typed) -> dict[str, str]:
    """Field -> which sentence of the page says what is wrong with it."""
    if not said.name.strip():
        return {"name": "missing"}
    return {"name": "long"} if len(said.name) > MAX_NAME else {}


def _begin(
    conn: Connection, principal: Principal, ref: str, said: Typed, desk: Desk
) -> None:
    now = desk.clock()
    if said.earlier:
        campaign_of(conn, principal, said.earlier)
        campaigns.copy(conn, said.earlier, ref, now=now)
        # The line is the earlier one's, as are its numbers and hours.
        changes = Typed(name=said.name, kind=said.kind).changes
        campaigns.edit(conn, ref, changes, now=now)
        return
    line = lines.get(conn, _line(principal, said))
    if line is None:
        raise NotFound
    drafting.begin(
        conn,
        ref,
        line=line,
        name=said.name.strip(),
        is_proof=said.kind == "proof",
        needs_proof=said.kind == "proved",
        now=now,
    )


def _save(
    conn: Connection, principal: Principal, ref: str, said: Typed, desk: Desk
) -> None:
    ensure(conn, principal, ref)
    if said.line and not principal.is_operator:
        raise NotFound
    now = desk.clock()
    before = campaigns.found(conn, ref).line
    campaigns.edit(conn, ref, said.changes, now=now)
    if said.line not in ("", before):
        # The other line has a do-not-fax list of its own.
        recipients.again(conn, ref, now=now)


def _named(show: Showing, line: FaxLine) -> str:
    return f"{show.number(line.number)} {line.name}".strip()


def _told(show: Showing, earlier: Campaign) -> str:
    title = earlier.name or ", ".join(earlier.names) or earlier.ref
    return f"{title} ({show.date(earlier.created_at)})"


def _line(principal: Principal, said: Typed) -> str:
    return said.line if principal.line is None else principal.line
