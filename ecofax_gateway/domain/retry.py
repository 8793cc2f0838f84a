"""
What follows an attempt: done, call again, or give up.

Pure: no I/O, no clock, no randomness: *now* and *jitter* are arguments.

The table is HylaFAX+'s experience (busy 3 min, no carrier 5 min, protocol error
1 min; 3 attempts with carrier, 12 dials), see design.md section 5.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .outcome import Ending, Outcome

_MINUTE = timedelta(minutes=1)

DELAYS: dict[Ending, timedelta] = {
    Ending.BUSY: 3 * _MINUTE,
    Ending.NO_ANSWER: 5 * _MINUTE,
    Ending.UNREACHABLE: 5 * _MINUTE,
    Ending.TRUNK_FAULT: _MINUTE,
    Ending.NOT_A_FAX: 5 * _MINUTE,
    Ending.T38_REFUSED: 5 * _MINUTE,
    Ending.HANDSHAKE_FAILED: 5 * _MINUTE,
    Ending.PAGE_REFUSED: _MINUTE,
    Ending.CUT_OFF: _MINUTE,
    Ending.STALLED: _MINUTE,
    Ending.PROTOCOL_ERROR: _MINUTE,
    Ending.LOCAL_FAULT: _MINUTE,
    Ending.NOT_REACHED: _MINUTE,
}

PERMANENT = frozenset(
    {
        Ending.NUMBER_UNKNOWN,
        Ending.REJECTED,
        Ending.INCOMPATIBLE,
        Ending.DO_NOT_FAX,
        Ending.REPEAT,
    }
)
"""Calling again would only disturb somebody, or fail the same way."""

UNCOUNTED = frozenset({Ending.TRUNK_FAULT, Ending.LOCAL_FAULT, Ending.NOT_REACHED})
"""Our own fault, or no try at all: not counted against the number; only *give_up_after* ends it."""


class RetryClass(StrEnum):
    """What an ending means for the next call; the words are shown as they are."""

    DONE = "done"
    LATER = "later"
    "After a delay, while patience lasts."

    NOT_COUNTED = "not counted"
    "By another trunk at once, else after a delay; the number is not to blame."

    NEVER = "never"
    ASK = "ask"
    "A person decides."

    STOP = "stop"
    "A person has decided."


def retry_class(ending: Ending) -> RetryClass:
    """Say what an ending means for the next call."""
    match ending:
        case Ending.DELIVERED:
            return RetryClass.DONE
        case Ending.BROKEN_OFF:
            return RetryClass.ASK
        case Ending.CANCELLED:
            return RetryClass.STOP
    if ending in PERMANENT:
        return RetryClass.NEVER
    return RetryClass.NOT_COUNTED if ending in UNCOUNTED else RetryClass.LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient we are with one number."""

    max_with_carrier: int = 3
    "Attempts in which a fax machine was met."

    max_dials: int = 12
    "Calls placed in all."

    max_not_a_fax: int = 2
    "Answered calls without a fax signal: a person is being rung up."

    give_up_after: timedelta = timedelta(hours=24)
    "Counted from the first attempt."

    jitter: float = 0.5
    "Each delay is drawn from 1 - jitter to 1 + jitter times itself."

    delays: dict[Ending, timedelta] = field(default_factory=lambda: dict(DELAYS))

    def at_most(self, dials: int | None) -> "RetryPolicy":
        """The same for a line that wants fewer calls; None: it has no wish."""
        if dials is None or dials >= self.max_dials:
            return self
        return replace(self, max_dials=dials)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The attempts of one fax so far, the one just ended included."""

    first_at: datetime
    dials: int
    with_carrier: int = 0
    not_a_fax: int = 0
    failed_trunks: tuple[str, ...] = ()
    """Of the last calls, those that failed for their trunk's sake without another one
    between, in order: the trunks they left by (`domain.route.next_after_fault`)."""


@dataclass(frozen=True, slots=True)
class Done:
    """The recipient has the fax."""


@dataclass(frozen=True, slots=True)
class CallAgain:
    """Call once more, not before *at*."""

    at: datetime
    trunk: str | None = None
    "By this trunk; None: by the same."

    is_same_try: bool = False
    "It is no new try in the turns of its campaign: the last one never left our side."


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Tell the requester that it failed, and why."""

    because: Ending


@dataclass(frozen=True, slots=True)
class Ask:
    """Nobody knows what arrived: tell the requester, who chooses."""


@dataclass(frozen=True, slots=True)
class Stop:
    """It was cancelled."""


Decision = Done | CallAgain | GiveUp | Ask | Stop


def decide(
    outcome: Outcome,
    history: History,
    *,
    policy: RetryPolicy,
    now: datetime,
    draw: float,
    has_other_trunk: bool = False,
) -> Decision:
    """
    Decide what follows an attempt.

    Args:
        outcome: How the attempt ended.

        history: Counted attempts, this one included.

        policy: How patient we are with calls by the trunk that this one left by.

        now: When the attempt ended.

        draw: From 0 up to 1, at random; spreads the delay.

        has_other_trunk: Of the fax's route another one can be tried at once.
    """
    ending = outcome.ending
    match retry_class(ending):
        case RetryClass.DONE:
            return Done()
        case RetryClass.ASK:
            return Ask()
        case RetryClass.STOP:
            return Stop()
        case RetryClass.NEVER:
            return GiveUp(ending)
    if _patience_spent(ending, history, policy):
        return GiveUp(ending)
    spread = 1 + policy.jitter * (2 * draw - 1)
    at = now + policy.delays[ending] * spread
    if ending is Ending.TRUNK_FAULT and has_other_trunk:
        at = now
    if at - history.first_at > policy.give_up_after:
        return GiveUp(ending)
    return CallAgain(at)


def _patience_spent(ending: Ending, history: History, policy: RetryPolicy) -> bool:
    if ending in UNCOUNTED:
        return False
    return (
        history.dials >= policy.max_dials
        or history.with_carrier >= policy.max_with_carrier
        or history.not_a_fax >= policy.max_not_a_fax
    )
