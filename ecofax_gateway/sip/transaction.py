"""
Transactions and their timers.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

Address = tuple[str, int]
"""IP literal and port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """The three times of RFC 3261 §17 from which all others follow, in seconds."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0


STANDARD_TIMERS = Timers()
"""RFC 3261 table 4."""
