"""
What a reply tells: small values that the pipeline fills from the store.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from ..domain.document import Quality
from ..domain.fax import FaxState
from ..domain.number import FaxNumber
from ..domain.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """One order: what is the same for all its numbers."""

    reference: str
    "As told to the requester, and what he quotes when he asks."

    documents: tuple[str, ...]
    "Their names, in the order printed."

    line: FaxNumber
    "The line that sends."

    pages: int
    "Of the whole fax."

    quality: Quality

    zone: ZoneInfo
    "In which the requester reads times."

    lines: Mapping[str, Sequence[int]] = field(default_factory=dict)
    "By number (E.164): where those that a reply names stand in the list that was sent."


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxFacts:
    """One number of an order, and what became of it."""

    number: FaxNumber
    state: FaxState

    outcome: Outcome | None = None
    "Of the last attempt; None if there was none."

    pages_confirmed: int = 0
    "Over all attempts: the recipient has pages 1 to this one."

    attempts: int = 0
    "Calls placed."

    ended_at: datetime | None = None
    "Timezone-aware."
