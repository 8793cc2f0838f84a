"""
How a trunk is: what its own answers tell, and what its calls do.

Pure: no I/O, no clock, no randomness.

An answer to OPTIONS or REGISTER says that somebody is there; only calls say that they
are carried. Either can close a trunk, and either can open it again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .outcome import Ending

FAULTS_IN_A_ROW = 3
"""Calls that a trunk fails one after the other before it is believed to fail all."""

LONGEST_PAUSE = 16
"""Times the shortest: a trunk that fails again and again is tried ever more rarely."""


class TrunkState(StrEnum):
    """The one word for how a trunk is."""

    UNKNOWN = "unknown"
    "Nothing has been heard yet; calls are made."

    UP = "up"
    REGISTERED = "registered"
    DOWN = "down"
    "It does not answer."

    REFUSED = "refused"
    "It refuses our registration."

    FAILING = "failing"
    "It answers, and fails one call after the other."

    TRIAL = "trial"
    "It failed; the next call shows whether it still does."


_DOWN = frozenset({TrunkState.DOWN, TrunkState.REFUSED, TrunkState.FAILING})

NEUTRAL = frozenset(
    {
        Ending.LOCAL_FAULT,
        Ending.CANCELLED,
        Ending.BROKEN_OFF,
        Ending.DO_NOT_FAX,
        Ending.REPEAT,
    }
)
"""Endings that say nothing about the trunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkHealth:
    """One trunk, as one node finds it."""

    state: TrunkState = TrunkState.UNKNOWN
    detail: str = ""
    'For people, e.g. "503 Service Unavailable".'

    since: datetime | None = None
    "When it came into this state; None: it was never in another."

    faults: int = 0
    "Calls in a row that it failed."

    pauses: int = 0
    "Times in a row that it was found failing."

    retry_at: datetime | None = None
    "When a failing trunk gets its next chance."

    @property
    def is_down(self) -> bool:
        """Whether a fax that has another way should take that."""
        return self.state in _DOWN


def after_report(
    health: TrunkHealth, state: TrunkState, detail: str, *, now: datetime
) -> TrunkHealth:
    """
    Hear what the trunk's answers to OPTIONS or REGISTER tell.

    Args:
        state: UP, DOWN, REGISTERED or REFUSED.
    """
    answers = state in (TrunkState.UP, TrunkState.REGISTERED)
    if answers and health.state in (TrunkState.FAILING, TrunkState.TRIAL):
        return health  # it always answered; only a call shows that calls are carried
    return _changed(health, state, detail, now)


def after_call(
    health: TrunkHealth,
    ending: Ending,
    detail: str,
    *,
    pause: timedelta,
    now: datetime,
) -> TrunkHealth:
    """
    Hear how a call by the trunk ended.

    Args:
        detail: Of the outcome.

        pause: The shortest time before a failing trunk gets another chance.
    """
    if ending in NEUTRAL:
        return health
    if ending is not Ending.TRUNK_FAULT:
        if health.is_down or health.state is TrunkState.TRIAL:
            return _changed(health, TrunkState.UP, "a call was carried", now)
        return replace(health, faults=0) if health.faults else health
    faults = health.faults + 1
    if health.is_down or (
        faults < FAULTS_IN_A_ROW and health.state is not TrunkState.TRIAL
    ):
        return replace(health, faults=faults)
    failing = _changed(health, TrunkState.FAILING, detail, now)
    return replace(
        failing,
        faults=faults,
        pauses=health.pauses + 1,
        retry_at=now + pause * min(2**health.pauses, LONGEST_PAUSE),
    )


def after_pause(health: TrunkHealth, *, now: datetime) -> TrunkHealth:
    """Give a failing trunk another chance when its time has come."""
    if (
        health.state is not TrunkState.FAILING
        or health.retry_at is None
        or now < health.retry_at
    ):
        return health
    trial = _changed(health, TrunkState.TRIAL, health.detail, now)
    return replace(trial, pauses=health.pauses)


def _changed(
    health: TrunkHealth, state: TrunkState, detail: str, now: datetime
) -> TrunkHealth:
    since = health.since if state is health.state else now
    return TrunkHealth(state=state, detail=detail, since=since)
