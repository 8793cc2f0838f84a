"""
Times as they are typed and shown.

Pure: no I/O, no clock, no randomness.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from ..domain.errors import OrderRefused
from ..orders.dates import NotADate, parse_due


def due_time(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """
    Read a time as the directive `date:` of a mail has it.

    Raises:
        OrderRefused: With what is wrong about it.
    """
    try:
        return parse_due(text, now=now, zone=zone).at_utc
    except NotADate as error:
        raise OrderRefused(str(error), code="bad-date") from error


def minute(at: datetime, zone: ZoneInfo) -> str:
    """An instant to the minute, e.g. "2027-06-21 15:15"."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def second(at: datetime, zone: ZoneInfo) -> str:
    """An instant to the second, e.g. "2027-06-21 15:15:07"."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
