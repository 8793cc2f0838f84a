"""
What an answer to our REGISTER or OPTIONS says of a trunk, and when to ask again.

Pure: no I/O, no clock, no randomness: the draw is an argument.
"""

from dataclasses import dataclass

from ..sip.inquiry import InquiryAnswer, refresh_after
from .protocol import Health

FIRST_RETRY_S = 5.0
MAX_RETRY_S = 300.0
"""A trunk that is down is asked after 5, 10, 20 ... 300 s: it is missed when it comes
back, and asking costs it nothing."""

FIRST_REFUSED_S = 60.0
MAX_REFUSED_S = 3_600.0
"""One that refuses us is asked less: carriers lock out who tries a wrong password."""

MAX_DOUBLINGS = 10

DOWN_STATUSES = frozenset({408, 480, 500, 502, 503, 504})
"""To REGISTER or OPTIONS: the proxy itself cannot serve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a trunk is."""

    state: Health
    detail: str

    again_s: float | None
    "Seconds until the next question; None: never by itself."


def verdict(
    answer: InquiryAnswer,
    *,
    registers: bool,
    ping_interval_s: float,
    failures: int,
    draw: float,
) -> Verdict:
    """
    Judge one answer.

    Args:
        answer: To REGISTER if *registers*, else to OPTIONS.

        registers: What was asked.

        ping_interval_s: Between two OPTIONS while all is well.

        failures: Bad answers in a row, this one included if it is one.

        draw: 0 to 1; gateways that lost a trunk together do not come back together.
    """
    said = f"{answer.status} {answer.reason}".strip()
    if answer.status in DOWN_STATUSES:
        again_s = answer.retry_after or _backoff(
            FIRST_RETRY_S, MAX_RETRY_S, failures, draw
        )
        return Verdict(state=Health.DOWN, detail=said, again_s=again_s)
    if not registers:
        # Whatever else it says, it is there: many answer OPTIONS with 404 or 405.
        return Verdict(state=Health.UP, detail="", again_s=ping_interval_s or None)
    if answer.expires:
        again_s = refresh_after(answer.expires)
        return Verdict(state=Health.REGISTERED, detail="", again_s=again_s)
    again_s = _backoff(FIRST_REFUSED_S, MAX_REFUSED_S, failures, draw)
    if answer.retry_after:
        again_s = max(again_s, answer.retry_after)
    return Verdict(state=Health.REFUSED, detail=said, again_s=again_s)


def is_bad(answer: InquiryAnswer, *, registers: bool) -> bool:
    """Whether an answer counts as a failure."""
    return answer.status in DOWN_STATUSES or (registers and not answer.expires)


def not_found(detail: str, *, failures: int, draw: float) -> Verdict:
    """The trunk could not even be located."""
    again_s = _backoff(FIRST_RETRY_S, MAX_RETRY_S, failures, draw)
    return Verdict(state=Health.DOWN, detail=detail, again_s=again_s)


def _backoff(first: float, longest: float, failures: int, draw: float) -> float:
    doublings = min(max(failures, 1) - 1, MAX_DOUBLINGS)
    delay: float = first * 2.0**doublings
    return min(delay, longest) * (0.75 + 0.5 * draw)
