"""
A window as it is typed: --days, --hours, --quiet, --country; and `line window`.
"""

import argparse
import re
from datetime import UTC, datetime, time

from ..domain.errors import OrderRefused
from ..domain.window import EVERY_DAY, Window
from ..settings import Settings
from ..store import schedules
from .options import (
    Commands,
    add_command,
    no_line,
    open_store,
    read_number,
    settings_of,
)

_HOURS = re.compile(r"\s*([0-9]{2}:[0-9]{2})\s*-\s*([0-9]{2}:[0-9]{2})\s*\Z")
_DAYS = re.compile(r"([1-7])(?:-([1-7]))?\Z")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `window_of` reads."""
    parser.add_argument(
        "--days", metavar="1-5", help="call on these days only; 1 is Monday"
    )
    parser.add_argument(
        "--hours", metavar="09:00-18:00", help="call in these hours only"
    )
    parser.add_argument(
        "--quiet",
        metavar="12:00-14:00",
        action="append",
        help="do not call in these hours; may be given several times",
    )
    parser.add_argument(
        "--country", metavar="FR", help="do not call on its public holidays"
    )


def window_of(arguments: argparse.Namespace, settings: Settings) -> Window | None:
    """
    The window that the options ask for; None: they ask for none.

    Raises:
        OrderRefused: If they make no sense.
    """
    given = (arguments.days, arguments.hours, arguments.quiet, arguments.country)
    if all(each is None for each in given):
        return None
    try:
        opens, closes = _hours(arguments.hours or "00:00-00:00")
        return Window(
            zone=settings.zone.key,
            days=_days(arguments.days),
            opens=opens,
            closes=closes,
            quiet=tuple(map(_hours, arguments.quiet or ())),
            country=arguments.country,
        )
    except ValueError as error:
        raise OrderRefused(
            f"{error}; write e.g. --days 1-5 --hours 09:00-18:00 --country FR",
            code="bad-window",
        ) from error


def add_actions(actions: Commands) -> None:
    """Add `line window`."""
    window = add_command(
        actions,
        "window",
        "let a line call on some days and hours only",
        example="line window 0366720307 --days 1-5 --hours 08:00-20:00 --country FR",
    )
    window.add_argument("number")
    add_options(window)
    window.add_argument("--always", action="store_true", help="whenever it likes again")
    window.set_defaults(run=set_window)


def set_window(arguments: argparse.Namespace) -> int:
    """Give a line a window, or take it away."""
    number = read_number(arguments.number)
    settings = settings_of(arguments)
    window = window_of(arguments, settings)
    if (window is None) != arguments.always:
        raise OrderRefused(
            "say when: --days, --hours, --quiet or --country; or --always",
            code="bad-window",
        )
    now = datetime.now(UTC)
    with open_store(settings) as db:
        if not db.sync_tx(schedules.set_line_window, number.e164, window, now=now):
            raise no_line(number)
    print(f"line {number}: calls {'always' if window is None else 'in its window'}")
    return 0


def _hours(text: str) -> tuple[time, time]:
    span = _HOURS.match(text)
    if span is None:
        raise ValueError(f"hours {text!r}")
    return time.fromisoformat(span[1]), time.fromisoformat(span[2])


def _days(text: str | None) -> frozenset[int]:
    if text is None:
        return EVERY_DAY
    days: set[int] = set()
    for piece in text.split(","):
        span = _DAYS.match(piece.strip())
        if span is None:
            raise ValueError(f"days {text!r}")
        days |= set(range(int(span[1]), int(span[2] or span[1]) + 1))
    return frozenset(days)
