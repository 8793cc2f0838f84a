"""
Campaigns and faxes as programs see them.

Pure: no I/O, no clock, no randomness.
"""

import hashlib
from enum import StrEnum
from typing import Any

from pydantic import Field

from ..domain.campaign import Result, SendType, Stage, result, total
from ..domain.document import Quality
from ..domain.fax import FaxState
from ..domain.outcome import Ending
from ..domain.window import Window
from ..pipeline.campaigns import stage_of
from ..replies.explain import explain
from ..store import campaigns, faxes
from .model import Instant, Line, Model
from .rules import CanaryBody, WindowBody


class FaxQuality(StrEnum):
    """As the service's public API names them."""

    NORMAL = "normal"
    HIGH = "high"
    BEST = "best"

    @property
    def quality(self) -> Quality:
        """As we name it."""
        return Quality.PREMIUM if self is FaxQuality.HIGH else Quality(self.value)

    @classmethod
    def of(cls, quality: Quality) -> "FaxQuality":
        """As programs are told."""
        return cls.HIGH if quality is Quality.PREMIUM else cls(quality.value)


class RecipientsType(StrEnum):
    """Where a campaign's numbers come from."""

    DOCUMENT = "document"
    "A file."

    LIST = "list"
    "They are named one by one."


class CampaignStatus(StrEnum):
    """What a campaign is doing."""

    DRAFT = "draft"
    READY = "ready"
    DOING = "doing"
    PAUSED = "paused"
    DONE = "done"


class CampaignResult(StrEnum):
    """How a campaign went."""

    NONE = "none"
    SUCCESS = "success"
    PARTIAL = "partial"
    ERROR = "error"


class Cause(Model):
    """Why a fax did not arrive, or not yet."""

    code: Ending
    message: str = Field(description="A sentence, in French.")


class CampaignView(Model):
    """A campaign."""

    reference: str = Field(examples=["K7M2XQ9D"])
    name: str
    status: CampaignStatus
    result: CampaignResult
    send_type: SendType
    send_date: Instant | None = Field(description="When it is planned for.")
    recipients_type: RecipientsType
    fax_quality: FaxQuality
    documents: list[str] = Field(description="Names of its documents.")
    pages: int | None = Field(description="Of one fax; null until they are made.")
    count_total: int
    count_success: int = Field(description="Every page was confirmed.")
    count_failed: int
    count_unknown: int = Field(description="Nobody knows what arrived.")
    count_cancelled: int
    count_todo: int
    needs_proof: bool
    reply_to: str | None
    window: WindowBody | None = Field(description="null: whenever the line may.")
    pace: float | None = Field(description="Calls a minute at most.")
    spread_minutes: float | None
    canary: CanaryBody | None
    origin: str | None = Field(description="The campaign that it was made from.")
    pause_reason: str | None
    creation_date: Instant
    end_date: Instant | None

    @property
    def etag(self) -> str:
        """What changes when somebody changes it, and not with every call."""
        told = self.model_dump_json(include=_EDITED)
        return f'"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


_EDITED = {
    *("name", "status", "send_type", "send_date", "fax_quality", "documents"),
    *("needs_proof", "reply_to", "pace", "reference", "count_total"),
    *("window", "spread_minutes", "canary"),
}


class FaxView(Model):
    """One number of one campaign."""

    reference: str = Field(examples=["K7M2XQ9D-3"])
    campaign: str
    number: str = Field(examples=["+33972101010"])
    status: FaxState
    pages_confirmed: int
    attempts: int
    send_date: Instant | None = Field(description="Of its next call, if it is planned.")
    cause: Cause | None
    end_date: Instant | None


class AttemptView(Model):
    """One call."""

    number: int
    begin_date: Instant | None
    answer_date: Instant | None
    end_date: Instant | None
    first_page: int
    pages_confirmed: int
    duration: float = Field(description="Seconds.")
    cause: Cause | None
    remote_id: str | None = Field(description="As the far end calls itself.")
    bit_rate: int | None
    error_correction: bool | None


class FaxDetails(FaxView):
    """A fax with its calls."""

    calls: list[AttemptView]


class DocumentBody(Model):
    """A document of an order: sent ahead, or in here."""

    name: Line = Field("", examples=["letter.pdf"])
    upload: Line | None = Field(None, description="Its id from `POST /documents`.")
    content: str | None = Field(None, description="Base64; up to some 1 MB.")


_STATUS = {
    Stage.DRAFT: CampaignStatus.DRAFT,
    Stage.READY: CampaignStatus.READY,
    Stage.RUNNING: CampaignStatus.DOING,
    Stage.PAUSED: CampaignStatus.PAUSED,
    Stage.OVER: CampaignStatus.DONE,
}
STAGES = {status: stage for stage, status in _STATUS.items()}
_RESULT = {
    Result.NONE: CampaignResult.NONE,
    Result.SUCCESS: CampaignResult.SUCCESS,
    Result.PARTIAL: CampaignResult.PARTIAL,
    Result.ERROR: CampaignResult.ERROR,
}
_ENDED = (FaxState.SENT, FaxState.FAILED, FaxState.UNKNOWN, FaxState.CANCELLED)

RECIPIENTS_NOTE = "recipients-type"
"""In a campaign's notes: where its numbers came from."""


def campaign_view(campaign: campaigns.Campaign) -> CampaignView:
    """Show a campaign."""
    counts = campaign.counts
    sent, failed, unknown, cancelled = (counts.get(each, 0) for each in _ENDED)
    given = campaign.send_type
    if given is None:
        given = SendType.SCHEDULED if campaign.due_at else SendType.MANUAL
    ended, window = campaign.finished_at is not None, campaign.window
    return CampaignView(
        reference=campaign.ref,
        name=campaign.name,
        status=_STATUS[stage_of(campaign)],
        result=_RESULT[result(counts, is_finished=ended)],
        send_type=given,
        send_date=campaign.due_at,
        recipients_type=RecipientsType(
            campaign.notes.get(RECIPIENTS_NOTE, RecipientsType.LIST)
        ),
        fax_quality=FaxQuality.of(campaign.quality),
        documents=list(campaign.names),
        pages=campaign.pages,
        count_total=total(counts),
        count_success=sent,
        count_failed=failed,
        count_unknown=unknown,
        count_cancelled=cancelled,
        count_todo=total(counts) - sent - failed - unknown - cancelled,
        needs_proof=campaign.needs_proof,
        reply_to=campaign.requester.address,
        window=WindowBody.of(Window.from_json(window)) if window else None,
        pace=campaign.pace,
        spread_minutes=None if campaign.spread_s is None else campaign.spread_s / 60,
        canary=CanaryBody.of(campaign.canary) if campaign.canary else None,
        origin=campaign.origin,
        pause_reason=campaign.pause_reason,
        creation_date=campaign.created_at,
        end_date=campaign.finished_at,
    )


def fax_view(fax: faxes.Fax) -> FaxView:
    """Show a fax."""
    return FaxView(**_fax(fax))


def fax_details(fax: faxes.Fax, calls: list[faxes.Attempt]) -> FaxDetails:
    """Show a fax with its calls."""
    return FaxDetails(**_fax(fax), calls=[_attempt(each) for each in calls])


def _fax(fax: faxes.Fax) -> dict[str, Any]:
    return {
        "reference": fax.ref,
        "campaign": fax.campaign,
        "number": fax.number,
        "status": fax.state,
        "pages_confirmed": fax.pages_confirmed,
        "attempts": fax.attempt,
        "send_date": fax.due_at,
        "cause": None if fax.state is FaxState.SENT else _cause(fax.ending),
        "end_date": fax.finished_at,
    }


def _attempt(call: faxes.Attempt) -> AttemptView:
    return AttemptView(
        number=call.n,
        begin_date=call.started_at,
        answer_date=call.answered_at,
        end_date=call.ended_at,
        first_page=call.first_page,
        pages_confirmed=call.pages_confirmed,
        duration=call.duration_s,
        cause=_cause(call.ending),
        remote_id=call.remote_id,
        bit_rate=call.bit_rate,
        error_correction=call.ecm,
    )


def _cause(ending: Ending | None) -> Cause | None:
    if ending is None:
        return None
    return Cause(code=ending, message=explain(ending).what)
