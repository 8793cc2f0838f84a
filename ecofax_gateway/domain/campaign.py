"""
A campaign as people see it: what state it is in, how it went, how its canary does.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .fax import FINAL, FaxState

MAX_CANARY_PERCENT = 100


class Relation(StrEnum):
    """What a campaign is to the one that it was made from."""

    COPY = "copy"

    REPLACEMENT = "replacement"
    "A copy with another date or quality, for which its origin was cancelled."

    RESEND = "resend"
    "To the numbers of the other that failed."

    PROOF = "proof"
    "The same pages to a short list first; counted apart."


class SendType(StrEnum):
    """How a campaign is let go; named as the service's public API names it."""

    AUTOMATIC = "automatic"
    "As soon as it is complete."

    MANUAL = "manual"
    "When somebody says so."

    SCHEDULED = "scheduled"
    "At a time that was planned."


class CanaryState(StrEnum):
    """How the first numbers of a campaign do, which are called before the rest."""

    UNDER_WAY = "under-way"
    STOPPED = "stopped"
    "Too many failed: the campaign paused itself and a person decides."

    PASSED = "passed"
    "The rest goes."


BEGUN = (
    FaxState.QUEUED,
    FaxState.DIALING,
    FaxState.SENT,
    FaxState.FAILED,
    FaxState.UNKNOWN,
)
"""A fax in one of these: its campaign's time has come."""

HOLDING = frozenset({CanaryState.UNDER_WAY, CanaryState.STOPPED})
"""The rest of the numbers waits."""


class Stage(StrEnum):
    """What people are told a campaign is doing; the words are shown as they are."""

    DRAFT = "brouillon"
    READY = "prête"
    "Launched, but its time has not come or its pages are being made."

    RUNNING = "en cours"
    PAUSED = "en pause"
    OVER = "terminée"


class Result(StrEnum):
    """How a campaign went; the words are shown as they are."""

    NONE = "N/A"
    SUCCESS = "succès"
    PARTIAL = "succès partiel"
    ERROR = "en erreur"


Counts = Mapping[FaxState, int]
"""How many faxes are in which state; a state that does not occur may be missing."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The rule of a canary wave."""

    size: int
    "The first numbers that are called before the rest; at least 1."

    percent: int
    "More failures for good than this, of *size*, pause the campaign; 0-100."

    def __post_init__(self) -> None:
        """
        Raises:
            ValueError: If there is no number in it, or no such percentage.
        """
        if self.size < 1 or not 0 <= self.percent <= MAX_CANARY_PERCENT:
            raise ValueError(f"canary of {self.size} numbers, {self.percent} %")


def total(counts: Counts) -> int:
    """All faxes."""
    return sum(counts.values())


def ended(counts: Counts) -> int:
    """Faxes that nothing more happens to by itself."""
    return sum(n for state, n in counts.items() if state in FINAL)


def progress(counts: Counts) -> float:
    """The part of its faxes that came to an end, 0.0 to 1.0; of none, 0.0."""
    return ended(counts) / total(counts) if total(counts) else 0.0


def stage(
    counts: Counts, *, is_launched: bool, is_paused: bool, is_finished: bool
) -> Stage:
    """
    Say what a campaign is doing.

    Args:
        is_launched: Somebody said that it may leave.

        is_paused: Somebody, or its canary, said that it may not go on.

        is_finished: Its last fax has come to its end, or its pages cannot be made.
    """
    if is_finished:
        return Stage.OVER
    if not is_launched:
        return Stage.DRAFT
    if is_paused:
        return Stage.PAUSED
    return Stage.RUNNING if any(counts.get(state) for state in BEGUN) else Stage.READY


def result(counts: Counts, *, is_finished: bool) -> Result:
    """
    Say how a campaign went, once it is over.

    What was cancelled or is unknown did not arrive for sure: no full success. A
    campaign that was cancelled before anything was tried has no result.
    """
    if not is_finished or ended(counts) == counts.get(FaxState.CANCELLED, 0):
        return Result.NONE
    if counts.get(FaxState.SENT, 0) == total(counts):
        return Result.SUCCESS
    return Result.PARTIAL if counts.get(FaxState.SENT) else Result.ERROR


def judge(canary: Canary, counts: Counts) -> CanaryState:
    """
    Say how a canary does.

    It is stopped as soon as too many have failed, without waiting for the others.

    Args:
        counts: Of the canary's own faxes, at least one.
    """
    failed = counts.get(FaxState.FAILED, 0)
    if failed * 100 > canary.percent * total(counts):
        return CanaryState.STOPPED
    # A repeat that is held says nothing of the list, and may wait for days.
    if ended(counts) + counts.get(FaxState.HELD, 0) == total(counts):
        return CanaryState.PASSED
    return CanaryState.UNDER_WAY
