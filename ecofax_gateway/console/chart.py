"""
Calls over time, as columns of a chart: minutes are put together to what an eye can tell.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..store.tallies import Minute

MOST = 48
"""Columns of one chart: on a telephone each is still 6 px wide."""

WIDTHS = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
)
"""What a column may stand for: people count in these."""

EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
"""A Monday: columns of a week begin on one."""

WIDTH, HEIGHT = 960, 176
"""Of the drawing, in its own units; it takes the room that the page has."""


@dataclass(frozen=True, slots=True)
class Column:
    """Calls that began in a stretch of time."""

    begins: datetime
    delivered: int
    others: int

    @property
    def calls(self) -> int:
        """All of them."""
        return self.delivered + self.others


@dataclass(frozen=True, slots=True)
class Bar:
    """A column as it is drawn; lengths in the drawing's units."""

    column: Column
    x: float
    width: float
    others_y: float
    others_height: float
    delivered_y: float
    delivered_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing of columns."""

    bars: tuple[Bar, ...]
    step: timedelta
    "What a column stands for."

    most: int
    "Calls of the highest column."

    delivered: int
    others: int


def chart(minutes: Sequence[Minute], *, offset: timedelta = timedelta()) -> Chart:
    """
    Lay minutes over columns.

    Args:
        minutes: In their order.

        offset: Of the reader's zone from UTC, so that days begin at his midnight.

    Returns:
        Columns from the first to the last call, empty ones between them included; none
        at all without calls.
    """
    step = _step(minutes)
    columns = _columns(minutes, step, offset)
    most = max((column.calls for column in columns), default=0)
    width = WIDTH / max(len(columns), 1)
    bars = []
    for n, column in enumerate(columns):
        delivered = HEIGHT * column.delivered / most
        others = HEIGHT * column.others / most
        bars.append(
            Bar(
                column=column,
                x=round(n * width + width * 0.1, 1),
                width=round(width * 0.8, 1),
                others_y=round(HEIGHT - delivered - others, 1),
                others_height=round(others, 1),
                delivered_y=round(HEIGHT - delivered, 1),
                delivered_height=round(delivered, 1),
            )
        )
    return Chart(
        bars=tuple(bars),
        step=step,
        most=most,
        delivered=sum(column.delivered for column in columns),
        others=sum(column.others for column in columns),
    )


def _step(minutes: Sequence[Minute]) -> timedelta:
    if not minutes:
        return WIDTHS[0]
    length = minutes[-1].at - minutes[0].at
    # One more than fits, because the first one rarely begins where a column does.
    return next((step for step in WIDTHS if length < step * (MOST - 1)), WIDTHS[-1])


def _columns(
    minutes: Sequence[Minute], step: timedelta, offset: timedelta
) -> list[Column]:
    counts: dict[int, tuple[int, int]] = {}
    for minute in minutes:
        place = (minute.at + offset - EPOCH) // step
        delivered, others = counts.get(place, (0, 0))
        counts[place] = (delivered + minute.delivered, others + minute.others)
    if not counts:
        return []
    first, last = min(counts), max(counts)
    # Of a campaign that goes on for years, the last columns.
    return [
        Column(EPOCH + place * step - offset, *counts.get(place, (0, 0)))
        for place in range(max(first, last - MOST + 1), last + 1)
    ]
