"""
What is done with a campaign: launched, stopped, sent again, reported on.

I/O: the store.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from ..domain.api_token import Scope
from ..pipeline import campaigns, drafting, report_csv, report_pdf
from ..pipeline.report_rows import Row, row_of, summary_of
from ..store import trunks
from ..store.campaigns import Campaign
from ..store.drafts import Changes
from ..store.results import results
from ..web.access import campaign_of
from ..web.desk import AtDesk, Desk
from .caller import Caller, needs
from .model import Instant, Line, Model, Reference
from .once import AtMostOnce, Once
from .order import read_number
from .problem import answers, file_of
from .shape import CampaignView, FaxQuality, campaign_view

router = APIRouter(prefix="/campaigns/{reference}", tags=["campaigns"])

Reads = Annotated[Caller, needs(Scope.CAMPAIGNS_READ)]
Writes = Annotated[Caller, needs(Scope.CAMPAIGNS_WRITE)]

Work = Callable[[Connection], Campaign]


class Launch(Model):
    """When it is to leave."""

    send_date: Instant | None = Field(None, description="null: now, or as planned.")


class Resend(Model):
    """What is to be otherwise the second time."""

    with_unknown: bool = Field(
        False, description="Also those whose fax may have arrived."
    )
    fax_quality: FaxQuality | None = None


class Proof(Model):
    """Who gets a proof."""

    numbers: list[Line] = Field(
        min_length=1, max_length=campaigns.MAX_PROOF_NUMBERS, examples=[["0972101010"]]
    )
    recipient: int = Field(1, ge=1, le=1_000_000, description="Whose pages they get.")


class Number(Model):
    """One of its numbers."""

    number: Line = Field(examples=["0972101010"])


@router.post("/launch", operation_id="launchCampaign", responses=answers(404, 409))
async def launch(
    desk: AtDesk, caller: Writes, reference: Reference, body: Launch | None = None
) -> CampaignView:
    """Let a draft leave."""

    def work(conn: Connection) -> Campaign:
        return campaigns.launch(
            conn,
            reference,
            desk.answer,
            due_at=body.send_date if body else None,
            repeat_window=desk.repeat_window,
            now=desk.clock(),
        )

    return await _do(desk, caller, reference, work)


@router.post("/pause", operation_id="pauseCampaign", responses=answers(404, 409))
async def pause(desk: AtDesk, caller: Writes, reference: Reference) -> CampaignView:
    """Begin no call any more; those under way go on."""

    def work(conn: Connection) -> Campaign:
        campaigns.pause(conn, reference, now=desk.clock())
        return campaigns.found(conn, reference)

    return await _do(desk, caller, reference, work)


@router.post("/resume", operation_id="resumeCampaign", responses=answers(404, 409))
async def resume(desk: AtDesk, caller: Writes, reference: Reference) -> CampaignView:
    """Go on after a pause."""

    def work(conn: Connection) -> Campaign:
        campaigns.resume(conn, reference, now=desk.clock())
        return campaigns.found(conn, reference)

    return await _do(desk, caller, reference, work)


@router.post("/stop", operation_id="stopCampaign", responses=answers(404))
async def stop(desk: AtDesk, caller: Writes, reference: Reference) -> CampaignView:
    """End it: what has not left does not leave any more."""

    def work(conn: Connection) -> Campaign:
        campaigns.stop(conn, reference, desk.answer, now=desk.clock())
        return campaigns.found(conn, reference)

    return await _do(desk, caller, reference, work)


@router.post("/cancel-number", operation_id="cancelNumber", responses=answers(404, 409))
async def cancel_number(
    desk: AtDesk, caller: Writes, reference: Reference, body: Number
) -> CampaignView:
    """Take one number out."""
    number = read_number(body.number)

    def work(conn: Connection) -> Campaign:
        campaigns.cancel_number(conn, reference, number, desk.answer, now=desk.clock())
        return campaigns.found(conn, reference)

    return await _do(desk, caller, reference, work)


@router.post(
    "/resend",
    operation_id="resendCampaign",
    status_code=201,
    response_model=CampaignView,
    responses=answers(404, 409),
)
async def resend(
    desk: AtDesk,
    caller: Writes,
    reference: Reference,
    once: AtMostOnce,
    body: Resend | None = None,
) -> Response:
    """Launch a new campaign to the numbers that failed."""
    wanted = body or Resend(with_unknown=False, fax_quality=None)
    quality = wanted.fax_quality.quality if wanted.fax_quality else None

    def work(conn: Connection) -> Campaign:
        return campaigns.resend(
            conn,
            reference,
            drafting.fresh_reference(),
            desk.answer,
            with_unknown=wanted.with_unknown,
            changes=Changes(quality=quality) if quality else None,
            routing=desk.routing,
            now=desk.clock(),
        )

    return await _make(once, reference, work)


@router.post(
    "/copy",
    operation_id="copyCampaign",
    status_code=201,
    response_model=CampaignView,
    responses=answers(404, 409),
)
async def copy(
    desk: AtDesk, caller: Writes, reference: Reference, once: AtMostOnce
) -> Response:
    """Make a draft with the same documents, numbers and rules."""

    def work(conn: Connection) -> Campaign:
        return campaigns.copy(
            conn, reference, drafting.fresh_reference(), now=desk.clock()
        )

    return await _make(once, reference, work)


@router.post(
    "/proof",
    operation_id="proofCampaign",
    status_code=201,
    response_model=CampaignView,
    responses=answers(404, 409),
)
async def proof(
    desk: AtDesk,
    caller: Writes,
    reference: Reference,
    body: Proof,
    once: AtMostOnce,
) -> Response:
    """Send a draft's pages to a few numbers first."""
    numbers = list(dict.fromkeys(map(read_number, body.numbers)))

    def work(conn: Connection) -> Campaign:
        quality = campaigns.found(conn, reference).quality
        e164 = [each.e164 for each in numbers]
        plan = desk.routing.plan(e164, quality, trunks.closed(conn))
        return campaigns.proof(
            conn,
            reference,
            drafting.fresh_reference(),
            numbers,
            desk.answer,
            trunk=plan.trunk,
            other_trunks=plan.others,
            recipient=body.recipient,
            now=desk.clock(),
        )

    return await _make(once, reference, work)


@router.get(
    "/report.csv",
    operation_id="getCampaignReportCsv",
    response_class=Response,
    responses={**answers(404), **file_of("text/csv")},
)
async def report_as_csv(desk: AtDesk, caller: Reads, reference: Reference) -> Response:
    """Give a line for each number: RFC 4180, E.164, ISO 8601."""
    _, rows = await desk.db.read(_rows, caller, reference)
    content = await asyncio.to_thread(
        lambda: b"".join(report_csv.rfc4180(rows, zone=desk.zone))
    )
    return Response(content, media_type="text/csv; charset=utf-8")


@router.get(
    "/report.pdf",
    operation_id="getCampaignReportPdf",
    response_class=Response,
    responses={**answers(404), **file_of("application/pdf")},
)
async def report_as_pdf(desk: AtDesk, caller: Reads, reference: Reference) -> Response:
    """Give the report for people, in French."""
    campaign, rows = await desk.db.read(_rows, caller, reference)
    content = await asyncio.to_thread(
        report_pdf.pdf, summary_of(campaign), rows, zone=desk.zone, at=desk.clock()
    )
    return Response(content, media_type="application/pdf")


async def _do(desk: Desk, caller: Caller, reference: str, work: Work) -> CampaignView:
    """Do something with a campaign of the caller's."""

    def mine(conn: Connection) -> Campaign:
        campaign_of(conn, caller.principal, reference)
        return work(conn)

    done = await desk.db.tx(mine)
    for bell in (desk.bells.render, desk.bells.call, desk.bells.post):
        bell.ring()
    return campaign_view(done)


async def _make(once: Once, reference: str, work: Work) -> Response:
    """Make a new campaign of one of the caller's."""

    async def make() -> tuple[Model, str]:
        made = await _do(once.desk, once.caller, reference, work)
        return made, f"/campaigns/{made.reference}"

    return await once.make(make)


def _rows(conn: Connection, caller: Caller, ref: str) -> tuple[Campaign, list[Row]]:
    campaign = campaign_of(conn, caller.principal, ref)
    return campaign, [row_of(campaign, result) for result in results(conn, ref)]
