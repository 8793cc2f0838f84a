"""
Single faxes: sent, looked up, cancelled, proved.

I/O: the store.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from ..domain.api_token import Scope
from ..domain.document import Document
from ..domain.fax import FaxState
from ..domain.language import Tongue
from ..domain.number import FaxNumber
from ..pipeline import campaigns, drafting, proof, sending
from ..pipeline.preview import as_pdf, preview
from ..pipeline.resending import resend_fax
from ..pipeline.sending import MAX_NUMBERS, Sending
from ..store import archive, faxes
from ..store.archive import Search
from ..store.reference import fax_reference
from ..web.access import fax_of
from ..web.desk import AtDesk, Desk
from .caller import Caller, needs
from .model import PAGE, Address, Cursor, Instant, Limit, Line, Model, Page, Reference
from .new_campaign import MAX_DOCUMENTS
from .once import AtMostOnce
from .order import read_bytes, read_files, read_number
from .preview import Compose
from .problem import Problem, answers, file_of
from .shape import (
    CampaignView,
    DocumentBody,
    FaxDetails,
    FaxQuality,
    FaxView,
    campaign_view,
    fax_details,
    fax_view,
)

router = APIRouter(prefix="/faxes", tags=["faxes"])

Reads = Annotated[Caller, needs(Scope.FAXES_READ)]
Writes = Annotated[Caller, needs(Scope.FAXES_WRITE)]


class NewFax(Model):
    """What is to be sent."""

    numbers: list[Line] = Field(
        min_length=1, max_length=MAX_NUMBERS, examples=[["0972101010"]]
    )
    documents: list[DocumentBody] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    fax_quality: FaxQuality | None = Field(None, description="null: the line's.")
    send_date: Instant | None = Field(None, description="null: at once.")
    reply_to: Address | None = None
    again: bool = Field(
        False, description="Also if the same pages went there a short time ago."
    )


class FaxOrder(Model):
    """What was taken in."""

    reference: str = Field(description="Of the order; of a single fax, too.")
    faxes: list[str] = Field(description="References, in the order of the numbers.")


@router.post(
    "",
    operation_id="sendFax",
    status_code=201,
    response_model=FaxOrder,
    responses=answers(404, 409),
)
async def send_fax(
    desk: AtDesk, caller: Writes, body: NewFax, once: AtMostOnce
) -> Response:
    """Send documents to a number, or to a few."""

    async def make() -> tuple[Model, str]:
        order = await _send(desk, caller, body)
        return order, f"/faxes/{order.faxes[0]}"

    return await once.make(make)


@router.get("", operation_id="listFaxes")
async def list_faxes(
    desk: AtDesk,
    caller: Reads,
    number: Annotated[Line, Query(description="A part of it.")] = "",
    status: Annotated[list[FaxState] | None, Query(max_length=len(FaxState))] = None,
    since: Annotated[
        Instant | None, Query(description="Ordered then or later.")
    ] = None,
    until: Annotated[Instant | None, Query(description="Ordered before.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[FaxView]:
    """Give the line's faxes of all campaigns, newest first."""
    wanted = Search(
        line=caller.line,
        number=number,
        states=frozenset(status or ()),
        since=since,
        until=until,
        before=int(cursor) if cursor else None,
    )
    found = await desk.db.read(archive.search, wanted, size=limit)
    return Page(
        items=[fax_view(each) for each, _ in found.faxes],
        next_cursor=None if found.older is None else str(found.older),
    )


@router.get("/{reference}", operation_id="getFax", responses=answers(404))
async def get_fax(desk: AtDesk, caller: Reads, reference: Reference) -> FaxDetails:
    """Show a fax with each of its calls."""

    def look(conn: Connection) -> FaxDetails:
        found = fax_of(conn, caller.principal, reference)
        return fax_details(found, faxes.attempts(conn, reference))

    return await desk.db.read(look)


@router.post(
    "/{reference}/cancel", operation_id="cancelFax", responses=answers(404, 409)
)
async def cancel_fax(desk: AtDesk, caller: Writes, reference: Reference) -> FaxView:
    """Do not send it, or hang up."""

    def cancel(conn: Connection) -> FaxView:
        found = fax_of(conn, caller.principal, reference)
        number = FaxNumber(found.number)
        campaigns.cancel_number(
            conn, found.campaign, number, desk.answer, now=desk.clock()
        )
        return fax_view(fax_of(conn, caller.principal, reference))

    done = await desk.db.tx(cancel)
    desk.bells.post.ring()
    return done


@router.post(
    "/{reference}/resend",
    operation_id="resendFax",
    status_code=201,
    response_model=CampaignView,
    responses=answers(404, 409),
)
async def resend(
    desk: AtDesk, caller: Writes, reference: Reference, once: AtMostOnce
) -> Response:
    """Send the same pages to the same number again, as a new order."""

    def work(conn: Connection) -> CampaignView:
        found = fax_of(conn, caller.principal, reference)
        made = resend_fax(
            conn,
            found,
            drafting.fresh_reference(),
            desk.answer,
            desk.routing,
            now=desk.clock(),
        )
        return campaign_view(made)

    async def make() -> tuple[Model, str]:
        made = await desk.db.tx(work)
        desk.bells.render.ring()
        return made, f"/faxes/{made.reference}"

    return await once.make(make)


@router.get(
    "/{reference}/pages.tif",
    operation_id="getFaxPages",
    response_class=Response,
    responses={**answers(404, 409), **file_of("image/tiff")},
)
async def pages_as_tiff(desk: AtDesk, caller: Reads, reference: Reference) -> Response:
    """Give its pages, as they are sent."""
    content = await _pages(desk, caller, reference, preview)
    return Response(content, media_type="image/tiff")


@router.get(
    "/{reference}/pages.pdf",
    operation_id="getFaxPagesPdf",
    response_class=Response,
    responses={**answers(404, 409), **file_of("application/pdf")},
)
async def pages_as_pdf(desk: AtDesk, caller: Reads, reference: Reference) -> Response:
    """Give its pages, as they are sent, pixel for pixel in a PDF."""
    content = await _pages(desk, caller, reference, as_pdf)
    return Response(content, media_type="application/pdf")


@router.get(
    "/{reference}/proof.pdf",
    operation_id="getFaxProofPdf",
    response_class=Response,
    responses={**answers(404), **file_of("application/pdf")},
)
async def proof_as_pdf(
    desk: AtDesk,
    caller: Reads,
    reference: Reference,
    language: Annotated[Tongue, Query()] = Tongue.FR,
) -> Response:
    """Give the pages that were confirmed, stamped with when, where and to whom."""
    content = await _proof(
        desk,
        caller,
        reference,
        lambda conn, fax: proof.as_pdf(conn, fax, language, zone=desk.zone),
    )
    return Response(content, media_type="application/pdf")


@router.get(
    "/{reference}/proof.tif",
    operation_id="getFaxProofTiff",
    response_class=Response,
    responses={**answers(404), **file_of("image/tiff")},
)
async def proof_as_tiff(desk: AtDesk, caller: Reads, reference: Reference) -> Response:
    """Give the pages that were confirmed, as they were coded for the call."""
    content = await _proof(
        desk,
        caller,
        reference,
        lambda conn, fax: proof.as_tiff(conn, fax, zone=desk.zone),
    )
    return Response(content, media_type="image/tiff")


async def _send(desk: Desk, caller: Caller, body: NewFax) -> FaxOrder:
    files = await read_files(desk, caller, body.documents)
    numbers = tuple(dict.fromkeys(map(read_number, body.numbers)))
    wanted = Sending(
        line=caller.line,
        numbers=numbers,
        documents=tuple(
            [
                Document(name=each.name, content=await read_bytes(desk, each))
                for each in files
            ]
        ),
        quality=body.fax_quality.quality if body.fax_quality else None,
        due_at=body.send_date,
        repeats_allowed=body.again,
        address=body.reply_to,
    )
    ref = await sending.send(desk.db, desk.routing, wanted, now=desk.clock())
    desk.bells.render.ring()
    count = len(numbers)
    return FaxOrder(
        reference=ref,
        faxes=[fax_reference(ref, place + 1, of=count) for place in range(count)],
    )


async def _pages(desk: Desk, caller: Caller, reference: str, compose: Compose) -> bytes:
    def look(conn: Connection) -> bytes:
        found = fax_of(conn, caller.principal, reference)
        at, zone = desk.clock(), desk.zone
        return compose(conn, found.campaign, found.position, at=at, zone=zone)

    return await desk.db.read(look)


async def _proof(
    desk: Desk,
    caller: Caller,
    reference: str,
    draw: Callable[[Connection, faxes.Fax], bytes],
) -> bytes:
    def look(conn: Connection) -> bytes:
        return draw(conn, fax_of(conn, caller.principal, reference))

    try:
        return await desk.db.read(look)
    except LookupError:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "no-proof",
            "No page was confirmed, or the pages are not kept any more.",
        ) from None
