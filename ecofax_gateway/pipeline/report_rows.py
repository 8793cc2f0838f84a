"""
What a campaign's reports tell, in French words: its counts, and a row for each number.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from datetime import datetime

from ..domain.campaign import Result, Stage, ended, result, total
from ..domain.fax import FaxState
from ..domain.number import FaxNumber
from ..replies.explain import explain, raw_code
from ..store.campaigns import Campaign
from ..store.results import FaxResult
from .campaigns import stage_of

STATE_WORDS = {
    FaxState.SENT: "envoyé",
    FaxState.FAILED: "en échec",
    FaxState.UNKNOWN: "interrompu, à vérifier",
    FaxState.CANCELLED: "annulé",
    FaxState.DIALING: "appel en cours",
    FaxState.QUEUED: "en file",
    FaxState.SCHEDULED: "programmé",
    FaxState.WAITING: "en attente",
    FaxState.HELD: "retenu",
}
"""Of every state, in the order that people want to see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number of a campaign."""

    number: FaxNumber
    state: str
    cause: str
    "One sentence; empty for what was sent or is still to come."

    pages_confirmed: int
    pages: int
    ended_at: datetime | None
    duration_s: int
    "Of the last call."

    calls: int
    far_end: str
    "As the other machine names itself: a stranger's text."

    code: str
    "For whoever is asked for help."


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A campaign in a few lines."""

    reference: str
    name: str
    documents: str
    line: FaxNumber
    pages: int
    created_at: datetime
    finished_at: datetime | None
    stage: Stage
    result: Result
    total: int
    ended: int
    counts: tuple[tuple[str, int], ...]
    "(state, how many), only states that occur."


def row_of(campaign: Campaign, fax: FaxResult) -> Row:
    """Tell of one number."""
    outcome = fax.outcome
    is_told = outcome is not None and fax.state is not FaxState.SENT
    return Row(
        number=FaxNumber(fax.number),
        state=STATE_WORDS[fax.state],
        cause=explain(outcome.ending).what if outcome and is_told else "",
        pages_confirmed=fax.pages_confirmed,
        pages=campaign.pages or 0,
        ended_at=fax.ended_at,
        duration_s=round(outcome.duration_s) if outcome else 0,
        calls=fax.calls,
        far_end=" ".join((outcome.remote_id or "").split()) if outcome else "",
        code=raw_code(outcome) if outcome else "",
    )


def summary_of(campaign: Campaign) -> Summary:
    """Tell of a whole campaign."""
    return Summary(
        reference=campaign.ref,
        name=campaign.name,
        documents=", ".join(campaign.names),
        line=FaxNumber(campaign.line),
        pages=campaign.pages or 0,
        created_at=campaign.created_at,
        finished_at=campaign.finished_at,
        stage=stage_of(campaign),
        result=result(campaign.counts, is_finished=campaign.finished_at is not None),
        total=total(campaign.counts),
        ended=ended(campaign.counts),
        counts=tuple(
            (words, campaign.counts[state])
            for state, words in STATE_WORDS.items()
            if campaign.counts.get(state)
        ),
    )
