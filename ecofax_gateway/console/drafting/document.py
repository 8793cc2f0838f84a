"""
The second step: what is faxed, how finely, and the pages as they will be printed.

I/O: the store, the folder of uploads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from ...domain.document import DocumentRole, Quality
from ...domain.errors import OrderRefused
from ...domain.order import Cover
from ...domain.principal import Principal
from ...orders.documents import MAX_DOCUMENTS
from ...pipeline import campaigns
from ...pipeline.cover import MAX_SUBJECT, MAX_TEXT
from ...pipeline.draft_merge import set_cover
from ...pipeline.draft_quality import set_quality
from ...pipeline.drafting import Step
from ...pipeline.outlook import call_seconds
from ...store import covers, draft_documents, preparation
from ...store.campaigns import NewDocument
from ...store.draft_documents import Fault
from ...store.drafts import DraftAnswer
from ...store.preparation import DocumentRow
from ...store.states import CampaignState
from ...web.desk import AtDesk, Desk
from ...web.refusal import sentence
from ...web.session import Acting, LoggedIn, Session
from ...web.upload import kept, name_of
from ..page import page, tongue_of, wants_part
from ..remarks import remark
from .draft import Draft, ensure, go, look

router = APIRouter()

TABLES = (".csv", ".tsv", ".xls", ".xlsx", ".xlsb", ".ods")
"""Endings of files that may well be a list of recipients, given at the wrong step."""

SHEETS = 12
"""Pages shown at a time: each is drawn when it is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What this step shows of a draft."""

    draft: Draft
    documents: list[DocumentRow]
    "Without the cover page."

    cover: Cover | None
    seconds: float | None
    "On the line for one fax; None: its pages are not made."

    @property
    def is_busy(self) -> bool:
        """Whether its pages are being made."""
        campaign = self.draft.campaign
        has_pages_to_come = bool(self.documents) or self.cover is not None
        is_waiting = campaign.state is CampaignState.PREPARING
        return is_waiting and has_pages_to_come and not campaign.trouble


@router.get("/campaigns/{ref}/edit/document")
async def show_document(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    ref: str,
    done: str = "",
    first: Annotated[int, Query(alias="from", ge=1, le=100_000)] = 1,
) -> Response:
    """Show the documents and their pages; or the pages alone, while they are made."""
    shown = await desk.db.read(_look, session.principal, ref, desk)
    template = (
        "drafting/pages.html" if wants_part(request) else "drafting/document.html"
    )
    return _page(request, session, shown, template, first=first, done=done)


@router.post("/campaigns/{ref}/edit/document")
async def save_document(
    request: Request,
    desk: AtDesk,
    session: Acting,
    ref: str,
    files: Annotated[Sequence[UploadFile], File()] = (),
    quality: Annotated[Quality, Form()] = Quality.PREMIUM,
    cover: Annotated[str, Form()] = "",
    subject: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "",
) -> Response:
    """Take in what was uploaded, save the rest, and stay or go on."""
    says = Cover(subject=subject.strip(), text=text.strip()) if cover else None
    shown = await desk.db.read(_look, session.principal, ref, desk)
    given = [each for each in files if each.filename]
    mistakes = _mistakes(shown, given, says)
    if mistakes:
        return _page(
            request,
            session,
            shown,
            "drafting/document.html",
            mistakes=mistakes,
            says=says,
        )
    new = [
        NewDocument(name=name_of(each), content=await kept(desk, each))
        for each in given
    ]
    await desk.db.tx(_save, session.principal, ref, new, quality, says, desk)
    desk.bells.render.ring()
    desk.bells.lists.ring()
    if then == "next":
        return go(ref, Step.RECIPIENTS)
    return go(ref, Step.DOCUMENT, "added" if new else "saved")


@router.post("/campaigns/{ref}/edit/document/remove")
async def remove_document(
    desk: AtDesk, session: Acting, ref: str, document: Annotated[int, Form()]
) -> RedirectResponse:
    """Take a document out."""
    await desk.db.tx(_remove, session.principal, ref, document)
    desk.bells.render.ring()
    return go(ref, Step.DOCUMENT, "removed")


@router.post("/campaigns/{ref}/edit/document/up")
async def move_document(
    desk: AtDesk, session: Acting, ref: str, document: Annotated[int, Form()]
) -> RedirectResponse:
    """Let a document go before the one it follows."""
    await desk.db.tx(_move_up, session.principal, ref, document)
    desk.bells.render.ring()
    return go(ref, Step.DOCUMENT, "moved")


def _page(
    request: Request,
    session: Session,
    shown: Shown,
    template: str,
    *,
    mistakes: Mapping[str, str] | None = None,
    says: Cover | None = None,
    first: int = 1,
    done: str = "",
) -> Response:
    campaign, tongue = shown.draft.campaign, tongue_of(request, session)
    pages = campaign.pages or 0
    first = min(first, max(pages, 1))
    return page(
        request,
        session,
        template,
        status=422 if mistakes else 200,
        here=Step.DOCUMENT,
        draft=shown.draft,
        shown=shown,
        says=says or shown.cover,
        mistakes=mistakes or {},
        done=done,
        faults=[
            (each.document, sentence(_refusal(each), tongue))
            for each in (Fault(**fault) for fault in campaign.trouble or ())
        ],
        remarks=[remark(each, tongue) for each in campaign.warnings],
        sheets=range(first, min(first + SHEETS, pages + 1)),
        step=SHEETS,
        max_documents=MAX_DOCUMENTS,
        tables=TABLES,
        max_subject=MAX_SUBJECT,
        max_text=MAX_TEXT,
    )


def _look(conn: Connection, principal: Principal, ref: str, desk: Desk) -> Shown:
    draft = look(conn, principal, ref, now=desk.clock())
    asked = covers.asked_of(conn, ref)
    return Shown(
        draft=draft,
        documents=[
            each
            for each in preparation.documents(conn, ref)
            if each.role is not DocumentRole.COVER
        ],
        cover=asked.cover if asked else None,
        seconds=call_seconds(conn, draft.campaign),
    )


def _mistakes(
    shown: Shown, given: Sequence[UploadFile], says: Cover | None
) -> dict[str, str]:
    """Field -> which sentence of the page says what is wrong with it."""
    found = {}
    if any(each.size == 0 for each in given):
        found["files"] = "empty"
    if len(shown.documents) + len(given) > MAX_DOCUMENTS:
        found["files"] = "too-many"
    if says and len(says.subject) > MAX_SUBJECT:
        found["subject"] = "long-subject"
    if says and len(says.text) > MAX_TEXT:
        found["text"] = "long-text"
    return found


def _save(
    conn: Connection,
    principal: Principal,
    ref: str,
    new: Sequence[NewDocument],
    quality: Quality,
    says: Cover | None,
    desk: Desk,
) -> None:
    campaign, now = ensure(conn, principal, ref), desk.clock()
    if new:
        _ensure(draft_documents.append(conn, ref, new), ref)
    if quality is not campaign.quality:
        set_quality(conn, ref, quality, desk.routing, now=now)
    set_cover(conn, ref, says)


def _remove(conn: Connection, principal: Principal, ref: str, document: int) -> None:
    ensure(conn, principal, ref)
    _ensure(draft_documents.remove(conn, ref, document), ref)


def _move_up(conn: Connection, principal: Principal, ref: str, document: int) -> None:
    ensure(conn, principal, ref)
    _ensure(draft_documents.move_up(conn, ref, document), ref)


def _ensure(answer: DraftAnswer, ref: str) -> None:
    if answer is not DraftAnswer.DONE:
        raise campaigns.refusal(answer, ref)


def _refusal(fault: Fault) -> OrderRefused:
    return OrderRefused(fault.sentence, code=fault.code)
