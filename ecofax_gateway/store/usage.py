"""
Pages that a line sent, day by day.

I/O: the database, through the caller's transaction.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from ..domain.fax import FaxState
from .tables import fax
from .tallies import minute_of


@dataclass(frozen=True, slots=True)
class Day:
    """What came to its end on one day."""

    day: date
    faxes: int
    "That arrived whole."

    pages: int
    "That the far end confirmed, also of faxes that did not arrive whole."


def by_day(
    conn: Connection, number: str, *, days: int, zone: ZoneInfo, now: datetime
) -> list[Day]:
    """
    Count the last days of a line, today last; days without a fax are there too.

    Some 50 ms for a line with 100 000 faxes.

    Args:
        zone: In which days begin.
    """
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time.min, tzinfo=zone).astimezone(UTC)
    minute = minute_of(conn, fax.c.finished_at)
    query = (
        select(
            minute,
            func.count().filter(fax.c.state == FaxState.SENT),
            func.sum(fax.c.pages_confirmed),
        )
        .where(fax.c.line == number, fax.c.finished_at >= since)
        .group_by(minute)
    )
    faxes, pages = Counter[date](), Counter[date]()
    for text, sent, confirmed in conn.execute(query):
        day = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(zone).date()
        faxes[day] += sent
        pages[day] += confirmed
    listed = [first + timedelta(days=n) for n in range(days)]
    return [Day(each, faxes[each], pages[each]) for each in listed]
