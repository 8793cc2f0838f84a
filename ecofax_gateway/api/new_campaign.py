"""
A campaign that a program orders, from the request to the store.

I/O: the store; a child process for its list of numbers.
"""

import asyncio
from datetime import timedelta
from http import HTTPStatus

from pydantic import Field
from sqlalchemy import Connection

from ..domain.campaign import SendType
from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.order import Requester, Source
from ..domain.window import Window
from ..pipeline import campaigns, drafting
from ..pipeline.campaigns import Rules
from ..pipeline.draft_merge import set_cover, set_overlay
from ..pipeline.routing import Plan
from ..store import lines, opt_outs, trunks
from ..store.campaigns import NewCampaign, NewDocument, Wishes
from ..store.drafts import Changes
from ..web.desk import Desk
from .caller import Caller
from .merge import CoverBody, Overlay, cover_of
from .model import Address, Instant, Line, Model
from .order import File, Numbers, read_bytes, read_files, read_numbers
from .problem import Problem
from .rules import CanaryBody, Pace, Spread, WindowBody
from .shape import (
    RECIPIENTS_NOTE,
    CampaignView,
    DocumentBody,
    FaxQuality,
    RecipientsType,
    campaign_view,
)

MAX_NUMBERS = 100_000
MAX_DOCUMENTS = 50


class NewCampaignBody(Model):
    """A campaign to be."""

    name: Line = Field(min_length=1, examples=["Voeux 2027"])
    send_type: SendType = Field(
        SendType.MANUAL,
        description="automatic: at once; scheduled: at sendDate; manual: by /launch.",
    )
    send_date: Instant | None = None
    recipients_type: RecipientsType = RecipientsType.LIST
    recipients_list: list[Line] = Field(
        [],
        max_length=MAX_NUMBERS,
        description="Numbers as people write them, for recipientsType list.",
        examples=[["0972101010"]],
    )
    recipients_document: DocumentBody | None = Field(
        None, description="TXT, CSV or a spreadsheet, for recipientsType document."
    )
    documents: list[DocumentBody] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    fax_quality: FaxQuality | None = Field(None, description="null: the line's.")
    reply_to: Address | None = None
    cover: CoverBody | None = Field(None, description="A cover page before them.")
    overlay: Overlay | None = Field(
        None, description="What is drawn on the pages for each recipient."
    )
    needs_proof: bool = False
    opt_out: bool = Field(False, description="Print opt-out codes on the pages.")
    window: WindowBody | None = Field(None, description="null: whenever the line may.")
    pace: Pace | None = None
    spread_minutes: Spread | None = None
    canary: CanaryBody | None = None


class Fault(Model):
    """An entry of a list that is no number."""

    line: int | None
    text: str
    reason: str = Field(description="A fragment, in French.")


class RecipientsReport(Model):
    """What became of the numbers of an order."""

    read: int
    valid: int
    duplicates: int
    invalid: int
    restricted: int = Field(description="Left out: they need the best quality.")
    faults: list[Fault] = Field(description="The first ones.")


class CampaignCreated(CampaignView):
    """A new campaign."""

    recipients: RecipientsReport


async def create_campaign(
    desk: Desk, caller: Caller, body: NewCampaignBody
) -> CampaignCreated:
    """
    Carry an order for a campaign out.

    Raises:
        OrderRefused: As the console would say it.
        Problem: What was sent does not fit together.
    """
    ensure_date(body.send_type, body.send_date)
    line = await desk.db.read(lines.get, caller.line)
    if line is None:
        raise OrderRefused(f"La ligne {caller.line} n'existe plus.", code="no-line")
    quality = body.fax_quality.quality if body.fax_quality else line.default_quality
    files = await read_files(desk, caller, body.documents)
    numbers = await _numbers(desk, caller, body, quality)
    closed = await desk.db.read(trunks.closed)
    plan = await asyncio.to_thread(desk.routing.plan, numbers.e164, quality, closed)
    ref = drafting.fresh_reference()
    await desk.db.tx(_begin, _new(ref, line, body, quality, files, numbers), body, desk)
    try:
        await _write_numbers(desk, ref, numbers, plan)
        if body.send_type is not SendType.MANUAL:
            await desk.db.tx(_launch, ref, body, desk)
    except OrderRefused:
        await desk.db.tx(campaigns.delete, ref, now=desk.clock())
        raise
    for bell in (desk.bells.render, desk.bells.call):
        bell.ring()
    made = campaign_view(await desk.db.read(campaigns.found, ref))
    return CampaignCreated(**made.model_dump(), recipients=_report(numbers))


def ensure_date(send_type: SendType, send_date: Instant | None) -> None:
    """
    See that a date is there exactly if one is needed.

    Raises:
        Problem: Otherwise.
    """
    if (send_type is SendType.SCHEDULED) != (send_date is not None):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "bad-date",
            "sendDate goes with sendType scheduled, and with no other.",
        )


async def _numbers(
    desk: Desk, caller: Caller, body: NewCampaignBody, quality: Quality
) -> Numbers:
    listed, document = body.recipients_list, body.recipients_document
    is_list = body.recipients_type is RecipientsType.LIST
    if is_list != bool(listed) or is_list == (document is not None):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "bad-recipients",
            "recipientsType list goes with recipientsList, document with"
            " recipientsDocument.",
        )
    if document is None:
        return await read_numbers(desk, "\n".join(listed).encode(), quality)
    [file] = await read_files(desk, caller, [document])
    return await read_numbers(desk, await read_bytes(desk, file), quality)


def _new(
    ref: str,
    line: FaxLine,
    body: NewCampaignBody,
    quality: Quality,
    files: tuple[File, ...],
    numbers: Numbers,
) -> NewCampaign:
    return NewCampaign(
        ref=ref,
        line=line.number,
        trunk="",
        source=Source.COMMAND,
        requester=Requester(address=body.reply_to),
        quality=quality,
        due_at=body.send_date,
        documents=tuple(
            NewDocument(name=each.name, content=each.content) for each in files
        ),
        numbers=(),
        notes={
            opt_outs.WANTED: body.opt_out,
            RECIPIENTS_NOTE: body.recipients_type.value,
        },
        draft=True,
        wishes=Wishes(
            name=body.name,
            needs_proof=body.needs_proof,
            canary=body.canary.canary if body.canary else None,
            expected=len(numbers.e164),
        ),
    )


def _begin(
    conn: Connection, new: NewCampaign, body: NewCampaignBody, desk: Desk
) -> None:
    now = desk.clock()
    campaigns.create(conn, new, now=now)
    campaigns.edit(conn, new.ref, Changes(send_type=body.send_type), now=now)
    window, spread = body.window, body.spread_minutes
    rules = Rules(
        window=window.window(Window(zone=desk.zone.key)) if window else None,
        pace=body.pace,
        spread=None if spread is None else timedelta(minutes=spread),
    )
    campaigns.set_rules(conn, new.ref, rules, now=now)
    if body.cover:
        set_cover(conn, new.ref, cover_of(body.cover))
    if body.overlay:
        set_overlay(conn, new.ref, body.overlay.places, now=now)


def _launch(conn: Connection, ref: str, body: NewCampaignBody, desk: Desk) -> None:
    campaigns.launch(
        conn,
        ref,
        desk.answer,
        due_at=body.send_date,
        repeat_window=desk.repeat_window,
        now=desk.clock(),
    )


async def _write_numbers(desk: Desk, ref: str, numbers: Numbers, plan: Plan) -> None:
    for batch in campaigns.batches(numbers.e164):
        chosen = set(batch.numbers)
        await desk.db.tx(
            campaigns.add_batch,
            ref,
            batch,
            trunk=plan.trunk,
            other_trunks={n: plan.others[n] for n in chosen & plan.others.keys()},
            fields={n: numbers.fields[n] for n in chosen & numbers.fields.keys()},
            now=desk.clock(),
        )


def _report(numbers: Numbers) -> RecipientsReport:
    total = numbers.total
    return RecipientsReport(
        read=total.entries,
        valid=len(numbers.e164),
        duplicates=total.duplicates,
        invalid=total.invalid,
        restricted=numbers.restricted,
        faults=[
            Fault(line=each.line_number, text=each.text, reason=each.reason)
            for each in numbers.faults
        ],
    )
