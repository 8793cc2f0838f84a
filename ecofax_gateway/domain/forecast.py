"""
When a campaign that is under way will be over.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from .cost import end_after
from .window import Window, openings

ENOUGH_ENDED = 20
"""Faxes from which on the pace so far says more than a calculation: it has the retries
and the busy lines of this very list in it."""


def expected_end(
    *,
    left: int,
    ended: int,
    begun_at: datetime,
    now: datetime,
    slot_seconds: float,
    windows: Sequence[Window],
) -> datetime | None:
    """
    Foresee the end by the pace so far, or by how long a call takes.

    Args:
        left: Faxes that have not come to their end.

        ended: Those that have.

        begun_at: When the first could be called; later than *now*: it is planned.

        slot_seconds: From one fax to the next, if every call goes well the first time.

        windows: In which calls are made; all of them must be open.

    Returns:
        None: not within a year.
    """
    each = slot_seconds
    if ended >= ENOUGH_ENDED and begun_at < now:
        spans = openings(windows, begun_at, now)
        spent = sum((end - begin for begin, end in spans), timedelta())
        each = spent.total_seconds() / ended
    return end_after(max(begun_at, now), timedelta(seconds=left * each), windows)
