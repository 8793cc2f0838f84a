"""
How a campaign stands, in the figures and words that lists and pages show.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..domain.campaign import Result, Stage, result, total
from ..domain.fax import FaxState
from ..pipeline.campaigns import stage_of
from ..store.campaigns import Campaign

STAGES: Mapping[Stage, str] = {
    Stage.DRAFT: "draft",
    Stage.READY: "ready",
    Stage.RUNNING: "running",
    Stage.PAUSED: "paused",
    Stage.OVER: "finished",
}
"""In addresses and for badges."""


class Action(StrEnum):
    """What people do with a campaign; the word stands in the address."""

    EDIT = "edit"
    LAUNCH = "launch"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RESEND = "resend"
    COPY = "copy"
    DELETE = "delete"


_ALLOWED: Mapping[Stage, tuple[Action, ...]] = {
    Stage.DRAFT: (Action.LAUNCH, Action.EDIT, Action.COPY, Action.DELETE),
    Stage.READY: (Action.PAUSE, Action.STOP, Action.COPY),
    Stage.RUNNING: (Action.PAUSE, Action.STOP, Action.COPY),
    Stage.PAUSED: (Action.RESUME, Action.STOP, Action.COPY),
    Stage.OVER: (Action.RESEND, Action.COPY, Action.DELETE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One campaign as it stands now."""

    campaign: Campaign
    ends_at: datetime | None
    "When it will be over; None: nobody knows, or it is."

    stage: Stage
    result: Result
    total: int
    sent: int
    "Every page was confirmed."

    failed: int
    unknown: int
    "Told apart: it may have arrived or not."

    cancelled: int
    waiting: int
    "All the rest: to come, being called, held."

    @property
    def title(self) -> str:
        """Its name, or else its documents'."""
        return self.campaign.name or ", ".join(self.campaign.names)

    @property
    def is_live(self) -> bool:
        """Whether anything may change by itself."""
        return self.stage in {Stage.READY, Stage.RUNNING, Stage.PAUSED}

    @property
    def is_bare(self) -> bool:
        """Whether it still has no document or no number."""
        return not (self.campaign.names and self.expected)

    @property
    def ended(self) -> int:
        """Faxes that came to their end."""
        return self.total - self.waiting

    @property
    def expected(self) -> int:
        """Numbers that it will have when its list is written."""
        return max(self.campaign.expected or 0, self.total)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What may be done with it, the most likely first."""
        allowed = _ALLOWED[self.stage]
        is_gone = self.campaign.purged_at is not None
        nothing_to_resend = not (self.failed or self.unknown)
        left_out = {Action.RESEND} if is_gone or nothing_to_resend else set()
        left_out |= {Action.COPY} if is_gone else set()
        left_out |= {Action.LAUNCH} if self.is_bare else set()
        return tuple(each for each in allowed if each not in left_out)


def standing_of(campaign: Campaign, ends_at: datetime | None = None) -> Standing:
    """Count what people are told."""
    counts = campaign.counts
    told = {
        state: counts.get(state, 0)
        for state in (
            FaxState.SENT,
            FaxState.FAILED,
            FaxState.UNKNOWN,
            FaxState.CANCELLED,
        )
    }
    return Standing(
        campaign=campaign,
        ends_at=ends_at,
        stage=stage_of(campaign),
        result=result(counts, is_finished=campaign.finished_at is not None),
        total=total(counts),
        sent=told[FaxState.SENT],
        failed=told[FaxState.FAILED],
        unknown=told[FaxState.UNKNOWN],
        cancelled=told[FaxState.CANCELLED],
        waiting=total(counts) - sum(told.values()),
    )
