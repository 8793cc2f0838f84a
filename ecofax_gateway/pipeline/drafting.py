"""
A campaign on its way from nothing to its launch: begun, tried out, and what it lacks.

I/O: the database, through the caller's transaction.

What is changed in between are `campaigns.edit` and `set_rules`, and
`store.draft_documents`.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from ..domain.campaign import Relation, SendType, Stage, total
from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.order import Requester, Source
from ..domain.window import next_opening
from ..store import (
    covers,
    preparation,
    proofs,
    recipient_choices,
    repeats,
    schedules,
    trunks,
)
from ..store.campaigns import Campaign, NewCampaign, Wishes
from ..store.drafts import DraftAnswer
from ..store.reference import reference
from ..store.states import CampaignState
from . import campaigns
from .answer import Answer
from .campaigns import MAX_PROOF_NUMBERS
from .line_settings import ADDRESS
from .personal import lacking_of
from .preview import no_pages
from .routing import Routing

MAX_ADDRESS = 254
"""RFC 5321 §4.5.3.1.3, without its brackets."""


class Step(StrEnum):
    """The steps of a new campaign, in their order."""

    GENERAL = "general"
    DOCUMENT = "document"
    RECIPIENTS = "recipients"
    SENDING = "sending"
    CHECK = "check"


class LackCode(StrEnum):
    """What a draft can lack."""

    NAME = "name"
    DOCUMENT = "document"
    PRINTABLE = "printable"
    "Another document than the one that cannot be printed."

    PAGES = "pages"
    "They are being made."

    RECIPIENTS = "recipients"
    WHOLE_LIST = "whole-list"
    "Some of its numbers are not written yet."

    READABLE_LISTS = "readable-lists"
    "Others than those whose numbers could not be written."

    FEWER = "fewer"
    "A proof goes to a few numbers only."

    VALUES = "values"
    "Some recipients have nothing for a field of the pages."

    SEND_TYPE = "send-type"
    TIME_TO_COME = "time-to-come"
    OPEN_HOURS = "open-hours"
    "Its hours and its line's are never open together."

    PROOF = "proof"
    "A proof that arrived."


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that keeps a draft from being launched, and where it is put right."""

    step: Step
    code: LackCode
    field: str = ""
    "Of the pages, as templates write it; for `VALUES`."

    numbers: tuple[str, ...] = ()
    "For `VALUES`: who has nothing; the first ones as people write them."


def fresh_reference() -> str:
    """A reference that no campaign has."""
    return reference(secrets.randbits(64))


def begin(
    conn: Connection,
    ref: str,
    *,
    line: FaxLine,
    name: str = "",
    quality: Quality | None = None,
    is_proof: bool = False,
    needs_proof: bool = False,
    now: datetime,
) -> Campaign:
    """
    Write a draft with nothing in it.

    Args:
        ref: A fresh reference.

        quality: None: the line's.

        is_proof: It is itself a proof, to a few numbers.

        needs_proof: It is not launched before a proof of it has arrived.

    Raises:
        OrderRefused: If the line was removed.
    """
    new = NewCampaign(
        ref=ref,
        line=line.number,
        trunk="",
        source=Source.COMMAND,
        requester=Requester(address=None),
        quality=quality or line.default_quality,
        documents=(),
        numbers=(),
        notes={repeats.ALLOWED: is_proof},
        draft=True,
        wishes=Wishes(
            name=name,
            needs_proof=needs_proof,
            relation=Relation.PROOF if is_proof else None,
        ),
    )
    campaigns.create(conn, new, now=now)
    return campaigns.found(conn, ref)


def draft(conn: Connection, ref: str) -> Campaign:
    """
    Give a campaign that may be changed.

    Raises:
        OrderRefused: If there is none, or it was launched or is over.
    """
    found = campaigns.found(conn, ref)
    if campaigns.stage_of(found) is not Stage.DRAFT:
        raise campaigns.refusal(DraftAnswer.NOT_A_DRAFT, ref)
    return found


def try_out(
    conn: Connection,
    ref: str,
    number: FaxNumber,
    routing: Routing,
    answer: Answer,
    *,
    recipient: int = 1,
    now: datetime,
) -> Campaign:
    """
    Send the pages of a draft to one number, to see them on paper.

    Args:
        recipient: Whose pages, by the place in the list.

    Returns:
        The proof.

    Raises:
        OrderRefused: See `campaigns.proof`; or no trunk serves the number.
    """
    quality = draft(conn, ref).quality
    plan = routing.plan([number.e164], quality, trunks.closed(conn))
    return campaigns.proof(
        conn,
        ref,
        fresh_reference(),
        [number],
        answer,
        trunk=plan.trunk,
        recipient=recipient,
        now=now,
    )


def mail_pages(
    conn: Connection, ref: str, address: str, answer: Answer, *, now: datetime
) -> None:
    """
    Mail the pages of a draft as a PDF, as its first recipient will get them.

    Raises:
        OrderRefused: If it is no draft, its pages are not made, or that is no address.
    """
    if draft(conn, ref).state is not CampaignState.READY:
        raise no_pages(ref)
    if len(address) > MAX_ADDRESS or not ADDRESS.fullmatch(address):
        raise OrderRefused(
            f"« {address} » n'est pas une adresse mail.", code="bad-address"
        )
    answer.show_draft(conn, ref, address, event=fresh_reference(), now=now)


def lacks(conn: Connection, campaign: Campaign, *, now: datetime) -> list[Lack]:
    """
    Say what keeps a draft from being launched, in the order of the steps.

    The rows of its list are not looked at: see `value_lacks`.
    """
    return [
        *_of_general(campaign),
        *_of_document(conn, campaign),
        *_of_recipients(conn, campaign),
        *_of_sending(conn, campaign, now),
        *_of_check(conn, campaign),
    ]


def value_lacks(conn: Connection, campaign: Campaign) -> list[Lack]:
    """
    Say which fields of its pages some recipients have nothing for.

    Each recipient's row is looked at: a second for 100 000; none, if the pages have no
    such fields or are not made.
    """
    asked = covers.asked_of(conn, campaign.ref)
    if asked is None or campaign.state is not CampaignState.READY:
        return []
    return [
        Lack(
            step=Step.RECIPIENTS,
            code=LackCode.VALUES,
            field=key.replace("_", " "),
            numbers=tuple(who),
        )
        for key, who in lacking_of(conn, campaign.ref, asked).items()
    ]


def _of_general(campaign: Campaign) -> Iterator[Lack]:
    if not campaign.name:
        yield Lack(step=Step.GENERAL, code=LackCode.NAME)


def _of_document(conn: Connection, campaign: Campaign) -> Iterator[Lack]:
    if campaign.trouble:
        yield Lack(step=Step.DOCUMENT, code=LackCode.PRINTABLE)
    elif not preparation.documents(conn, campaign.ref):
        yield Lack(step=Step.DOCUMENT, code=LackCode.DOCUMENT)
    elif campaign.state is CampaignState.PREPARING:
        yield Lack(step=Step.DOCUMENT, code=LackCode.PAGES)


def _of_recipients(conn: Connection, campaign: Campaign) -> Iterator[Lack]:
    written = total(campaign.counts)
    standing = recipient_choices.standing(conn, campaign.ref)
    if standing is DraftAnswer.INCOMPLETE:
        yield Lack(step=Step.RECIPIENTS, code=LackCode.READABLE_LISTS)
    elif standing is DraftAnswer.SETTLING or written < (campaign.expected or 0):
        yield Lack(step=Step.RECIPIENTS, code=LackCode.WHOLE_LIST)
    elif not written:
        yield Lack(step=Step.RECIPIENTS, code=LackCode.RECIPIENTS)
    if campaign.relation is Relation.PROOF and written > MAX_PROOF_NUMBERS:
        yield Lack(step=Step.RECIPIENTS, code=LackCode.FEWER)


def _of_sending(conn: Connection, campaign: Campaign, now: datetime) -> Iterator[Lack]:
    if campaign.send_type is None:
        yield Lack(step=Step.SENDING, code=LackCode.SEND_TYPE)
    is_planned = campaign.send_type is SendType.SCHEDULED
    if is_planned and (campaign.due_at is None or campaign.due_at <= now):
        yield Lack(step=Step.SENDING, code=LackCode.TIME_TO_COME)
    windows = schedules.windows(conn, campaign.ref)
    if any(next_opening(window, now) is None for window in windows):
        yield Lack(step=Step.SENDING, code=LackCode.OPEN_HOURS)


def _of_check(conn: Connection, campaign: Campaign) -> Iterator[Lack]:
    if campaign.needs_proof and not proofs.has_arrived(conn, campaign.ref):
        yield Lack(step=Step.CHECK, code=LackCode.PROOF)
