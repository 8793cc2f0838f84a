"""
What a campaign will take: seconds a call, hours in all, money.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .window import Window, openings

CALL_SECONDS = 14.6
"""Between the answer and the first page, and after the last: what two machines say to
each other whatever they send (ITU-T T.30 phases A, B, D, E, measured)."""

PAGE_SECONDS = 3.3
"""Between two pages: the far end's confirmation and the next training."""

BITS_A_SECOND = 14_400
"""ITU-T V.17; what most machines agree on."""

RING_SECONDS = 10.0
"""Before a machine answers: two rings of the French pattern."""

HORIZON = timedelta(days=400)
"""An end further away is no estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What calling a list once will take; retries come on top."""

    calls: int
    channels: int
    "At the same time."

    call_seconds: float
    "On the line, one call; what is paid."

    busy: timedelta
    "Of the channels, without the hours in which windows are shut."

    ends_at: datetime | None
    "None: not within `HORIZON`."

    cost: float | None
    "In the currency of the trunk's price; None: it has none."


def floor_seconds(pages: int, bits: int) -> float:
    """
    The least that one call takes at full speed.

    Args:
        bits: Of all pages as coded for the line.
    """
    return CALL_SECONDS + PAGE_SECONDS * pages + bits / BITS_A_SECOND


def estimate(
    *,
    calls: int,
    channels: int,
    call_seconds: float,
    begin: datetime,
    windows: Sequence[Window] = (),
    least: timedelta = timedelta(),
    cost_per_minute: float | None = None,
) -> Estimate:
    """
    Lay the calls of a list over the channels and the hours in which they may be made.

    Args:
        channels: At least 1.

        call_seconds: From the answer to the end.

        begin: Aware.

        windows: All of them must be open.

        least: A pace, or a period, draws it out to so long.
    """
    rounds = -(-calls // channels)
    busy = max(timedelta(seconds=rounds * (call_seconds + RING_SECONDS)), least)
    minutes = calls * call_seconds / 60
    return Estimate(
        calls=calls,
        channels=channels,
        call_seconds=call_seconds,
        busy=busy,
        ends_at=end_after(begin, busy, windows),
        cost=None if cost_per_minute is None else minutes * cost_per_minute,
    )


def end_after(
    begin: datetime, busy: timedelta, windows: Sequence[Window]
) -> datetime | None:
    """
    When so much open time has passed; None: not within `HORIZON`.

    Args:
        windows: All of them must be open.
    """
    left = busy
    for opens, closes in openings(windows, begin, begin + HORIZON):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return None
