"""
The last step: everything on one page, a trial on paper or as PDF, then the launch.

I/O: the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from ...domain.campaign import total
from ...domain.cost import Estimate
from ...domain.errors import OrderRefused
from ...domain.number import FaxNumber, NotANumber, parse_number
from ...domain.order import Cover
from ...domain.principal import Principal
from ...pipeline import drafting
from ...pipeline.drafting import Lack, Step
from ...pipeline.outlook import outlook
from ...pipeline.preview import as_pdf
from ...store import campaigns, covers, drafts, schedules
from ...store import proofs as trials
from ...store.campaigns import Campaign
from ...web.access import campaign_of
from ...web.desk import AtDesk, Desk
from ...web.refusal import sentence
from ...web.session import Acting, LoggedIn, Session
from ..page import page, tongue_of
from ..remarks import remark
from ..standing import Standing, standing_of
from .draft import Draft, ensure, go, look
from .pictures import MOST

router = APIRouter()

MAX_PROOFS = 10
"""Shown of the latest."""

Place = Annotated[int, Form(ge=1, le=MOST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A draft before its launch."""

    draft: Draft
    lacks: list[Lack]
    "With those of its recipients' rows."

    foreseen: Estimate | None
    cover: Cover | None
    places: int
    "Drawn on the documents' pages for each recipient."

    proofs: list[Standing]

    @property
    def numbers(self) -> int:
        """Recipients that it has now."""
        return total(self.draft.campaign.counts)


@router.get("/campaigns/{ref}/edit/check")
async def show_check(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, done: str = ""
) -> Response:
    """Show everything before the launch."""
    return await _page(request, desk, session, ref, done=done)


@router.post("/campaigns/{ref}/edit/try")
async def try_out(
    request: Request,
    desk: AtDesk,
    session: Acting,
    ref: str,
    number: Annotated[str, Form()] = "",
    recipient: Place = 1,
) -> Response:
    """Send its pages to one number, to see them on paper."""
    try:
        tried = parse_number(number)
    except NotANumber:
        mistakes = {"number": "no-number"}
        return await _page(
            request, desk, session, ref, mistakes=mistakes, number=number
        )
    try:
        await desk.db.tx(_try, session.principal, ref, tried, recipient, desk)
    except OrderRefused as refusal:
        if refusal.code == "not-a-draft":
            raise
        mistakes = {"number": sentence(refusal, tongue_of(request, session))}
        return await _page(
            request, desk, session, ref, mistakes=mistakes, number=number
        )
    desk.bells.render.ring()
    desk.bells.call.ring()
    return go(ref, Step.CHECK, "tried")


@router.post("/campaigns/{ref}/edit/mail")
async def mail_pages(
    request: Request,
    desk: AtDesk,
    session: Acting,
    ref: str,
    address: Annotated[str, Form()] = "",
) -> Response:
    """Send its pages as a PDF by mail."""
    try:
        await desk.db.tx(_mail, session.principal, ref, address.strip(), desk)
    except OrderRefused as refusal:
        if refusal.code == "not-a-draft":
            raise
        mistakes = {"address": sentence(refusal, tongue_of(request, session))}
        return await _page(
            request, desk, session, ref, mistakes=mistakes, address=address
        )
    desk.bells.post.ring()
    return go(ref, Step.CHECK, "mailed")


@router.get("/campaigns/{ref}/preview.pdf")
async def show_pdf(
    desk: AtDesk,
    session: LoggedIn,
    ref: str,
    recipient: Annotated[int | None, Query(ge=1, le=MOST)] = None,
) -> Response:
    """All pages as one recipient gets them."""
    content = await desk.db.read(_pdf, session.principal, ref, recipient, desk)
    name = f'inline; filename="{ref}.pdf"'
    headers = {"content-disposition": name}
    return Response(content, media_type="application/pdf", headers=headers)


async def _page(
    request: Request,
    desk: Desk,
    session: Session,
    ref: str,
    *,
    mistakes: Mapping[str, str] | None = None,
    number: str = "",
    address: str = "",
    done: str = "",
) -> Response:
    checked = await desk.db.read(_look, session.principal, ref, desk)
    campaign, tongue = checked.draft.campaign, tongue_of(request, session)
    return page(
        request,
        session,
        "drafting/check.html",
        status=422 if mistakes else 200,
        here=Step.CHECK,
        draft=checked.draft,
        checked=checked,
        foreseen=checked.foreseen,
        windows=await desk.db.read(schedules.windows, ref),
        remarks=[remark(each, tongue) for each in campaign.warnings],
        mistakes=mistakes or {},
        number=number,
        address=address or campaign.requester.address or "",
        done=done if done in {"tried", "mailed"} else "",
        kept_days=drafts.KEPT.days,
    )


def _look(conn: Connection, principal: Principal, ref: str, desk: Desk) -> Checked:
    now = desk.clock()
    draft = look(conn, principal, ref, now=now)
    asked = covers.asked_of(conn, ref)
    proofs = [
        campaigns.get(conn, each) for each in trials.of_draft(conn, ref)[:MAX_PROOFS]
    ]
    return Checked(
        draft=draft,
        lacks=[*draft.lacks, *drafting.value_lacks(conn, draft.campaign)],
        foreseen=outlook(conn, draft.campaign, desk.routing, now=now),
        cover=asked.cover if asked else None,
        places=len(asked.overlay) if asked else 0,
        proofs=[standing_of(each) for each in proofs if each is not None],
    )


def _try(
    conn: Connection,
    principal: Principal,
    ref: str,
    number: FaxNumber,
    recipient: int,
    desk: Desk,
) -> Campaign:
    ensure(conn, principal, ref)
    return drafting.try_out(
        conn,
        ref,
        number,
        desk.routing,
        desk.answer,
        recipient=recipient,
        now=desk.clock(),
    )


def _mail(
    conn: Connection, principal: Principal, ref: str, address: str, desk: Desk
) -> None:
    ensure(conn, principal, ref)
    drafting.mail_pages(conn, ref, address, desk.answer, now=desk.clock())


def _pdf(
    conn: Connection, principal: Principal, ref: str, recipient: int | None, desk: Desk
) -> bytes:
    campaign_of(conn, principal, ref)
    return as_pdf(conn, ref, recipient, at=desk.clock(), zone=desk.zone)
