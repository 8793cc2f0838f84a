"""
What the store knows about a list before it is called.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from ..domain.outcome import Ending
from . import objections
from .tables import attempt, line, number_memory

SAMPLE = 500
"""Calls that a page's time is measured from: the last ones."""

ENOUGH_PAGES = 20
"""Fewer say little about the next thousand."""

BATCH = 500
"""Numbers per statement, far below the parameters a database takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Of the numbers of a list."""

    do_not_fax: frozenset[str]
    failed_for_good: frozenset[str]
    page_seconds: float | None
    "On the line, measured in this quality; None: too few pages were sent."

    window: dict[str, object] | None
    "The line's, as it is stored."


def look(
    conn: Connection,
    numbers: Sequence[str],
    *,
    of_line: str,
    vertical_dpi: int,
    now: datetime,
) -> Findings:
    """
    Find what is known of a list.

    Args:
        numbers: E.164.

        of_line: The line that would call them.

        vertical_dpi: Of the pages.
    """
    query = select(line.c.window).where(line.c.number == of_line)
    return Findings(
        do_not_fax=frozenset(objections.blocked(conn, numbers, line=of_line)),
        failed_for_good=frozenset(_failed_for_good(conn, numbers, now)),
        page_seconds=page_seconds(conn, vertical_dpi),
        window=conn.execute(query).scalar_one_or_none(),
    )


def page_seconds(conn: Connection, vertical_dpi: int) -> float | None:
    """Seconds on the line for each page of the last calls that arrived whole."""
    last = (
        select(attempt.c.duration_s, attempt.c.pages_confirmed)
        .where(
            attempt.c.ending == Ending.DELIVERED,
            attempt.c.vertical_dpi == vertical_dpi,
            attempt.c.pages_confirmed > 0,
        )
        .order_by(attempt.c.fax_id.desc())
        .limit(SAMPLE)
        .subquery()
    )
    sums = select(func.sum(last.c.duration_s), func.sum(last.c.pages_confirmed))
    seconds, pages = conn.execute(sums).one()
    return seconds / pages if pages and pages >= ENOUGH_PAGES else None


def _failed_for_good(
    conn: Connection, numbers: Sequence[str], now: datetime
) -> Iterator[str]:
    for start in range(0, len(numbers), BATCH):
        query = select(number_memory.c.number).where(
            number_memory.c.number.in_(numbers[start : start + BATCH]),
            number_memory.c.ending == Ending.NUMBER_UNKNOWN,
            number_memory.c.expires_at > now,
        )
        yield from conn.execute(query).scalars()
