"""
When calls may be made: days, hours, public holidays, quiet hours.

Pure: no I/O, no clock, no randomness: *at* and *draw* are arguments.

A window is written in the wall clock of its time zone and read as intervals of UTC,
because only there an hour is an hour: on the night of a clock change a local time may
not exist, or exist twice. A bound that does not exist falls where the clock jumps to;
of one that exists twice, an opening takes the later and a closing the earlier, so that
quiet hours are never shortened.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

EVERY_DAY = frozenset(range(1, 8))
WORKING_DAYS = frozenset(range(1, 6))

COUNTRY = "FR"
"""Whose public holidays are meant where nobody says."""

HORIZON_DAYS = 400
"""How far an opening is looked for: a window that is shut for a year stays shut."""

MAX_QUIET = 12
"""Quiet spans of one window: more is not a habit but a mistake."""

_MINUTE = timedelta(minutes=1)

Interval = tuple[datetime, datetime]
"(opens, closes), aware UTC; open at the first instant, shut at the second."


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    Which hours of which days calls may be made in.

    Raises:
        ValueError: If a value makes no sense; its text is for a person.
    """

    zone: str = "Europe/Paris"
    "Of the tz database."

    days: frozenset[int] = EVERY_DAY
    "ISO weekdays: 1 is Monday, 7 is Sunday."

    opens: time = time(0, 0)

    closes: time = time(0, 0)
    """Not after *opens*: on the next day, so that 20:00-06:00 is a night of the day
    that it begins on, and 00:00-00:00 the whole day."""

    quiet: tuple[tuple[time, time], ...] = ()
    "Spans of every day in which nothing is sent all the same, e.g. lunch."

    country: str | None = None
    'Whose public holidays are shut, e.g. "FR"; None: holidays are like other days.'

    def __post_init__(self) -> None:
        _zone(self.zone)
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError("days are 1 (Monday) to 7 (Sunday), at least one")
        for each in (
            self.opens,
            self.closes,
            *(t for span in self.quiet for t in span),
        ):
            if each.tzinfo is not None or each != each.replace(second=0, microsecond=0):
                raise ValueError(f"{each} is no time of day in hours and minutes")
        if len(self.quiet) > MAX_QUIET:
            raise ValueError(f"more than {MAX_QUIET} quiet spans")
        if self.country is not None:
            _holidays(self.country, 2027)

    def with_hours(
        self, days: Iterable[int], opens: time, closes: time, *, shut_on_holidays: bool
    ) -> Self:
        """
        These days and hours in place of its own; the rest stays.

        Args:
            shut_on_holidays: On those of its country, or of `COUNTRY`.

        Raises:
            ValueError: If they make no sense.
        """
        country = (self.country or COUNTRY) if shut_on_holidays else None
        return replace(
            self, days=frozenset(days), opens=opens, closes=closes, country=country
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the store."""
        return {
            "zone": self.zone,
            "days": sorted(self.days),
            "opens": _text(self.opens),
            "closes": _text(self.closes),
            "quiet": [[_text(begin), _text(end)] for begin, end in self.quiet],
            "country": self.country,
        }

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """
        The inverse of `as_json`; keys left out have their defaults.

        Raises:
            ValueError: If *values* is not what `as_json` gives.
        """
        try:
            known = dict(values)
            days, quiet = known.get("days", EVERY_DAY), known.get("quiet", ())
            return cls(
                zone=known.get("zone", "Europe/Paris"),
                days=frozenset(int(day) for day in days),
                opens=time.fromisoformat(known.get("opens", "00:00")),
                closes=time.fromisoformat(known.get("closes", "00:00")),
                quiet=tuple(
                    (time.fromisoformat(begin), time.fromisoformat(end))
                    for begin, end in quiet
                ),
                country=known.get("country"),
            )
        except (TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"not a window: {values!r}") from error


def is_open(window: Window, at: datetime) -> bool:
    """Whether a call may begin at this instant."""
    begin, _ = next(_spans(window, at), (None, None))
    return begin is not None and begin <= at


def next_opening(window: Window, at: datetime) -> datetime | None:
    """The first instant from *at* on at which it is open; None: not within a year."""
    begin, _ = next(_spans(window, at), (None, None))
    return None if begin is None else max(begin, at.astimezone(UTC))


def closes_at(window: Window, at: datetime) -> datetime | None:
    """When the opening that *at* is in ends; None: not within a year, or not open."""
    begin, end = next(_spans(window, at), (None, None))
    if begin is None or end is None or begin > at:
        return None
    return end if end - at < timedelta(days=HORIZON_DAYS) else None


def edge_after(window: Window, at: datetime) -> datetime | None:
    """When it next opens or closes, after *at*; None: not within a year."""
    return closes_at(window, at) if is_open(window, at) else next_opening(window, at)


def openings(
    windows: Sequence[Window], begin: datetime, end: datetime
) -> list[Interval]:
    """
    The intervals between *begin* and *end* in which every one of *windows* is open.

    Args:
        windows: None at all: the whole time is open.
    """
    found: list[Interval] = [(begin.astimezone(UTC), end.astimezone(UTC))]
    for window in windows:
        spans = _until(window, begin, end)
        found = [
            (max(a, c), min(b, d))
            for a, b in found
            for c, d in spans
            if max(a, c) < min(b, d)
        ]
    return found


def spread_over(intervals: Sequence[Interval], draw: float) -> datetime:
    """
    The instant that *draw* falls on when *intervals* are laid end to end.

    Args:
        intervals: At least one; each longer than nothing.

        draw: From 0 up to 1, at random: every open instant is as likely.
    """
    left = sum((end - begin for begin, end in intervals), timedelta()) * draw
    for begin, end in intervals:
        if left < end - begin:
            return begin + left
        left -= end - begin
    return intervals[-1][1] - timedelta(microseconds=1)


def _until(window: Window, begin: datetime, end: datetime) -> list[Interval]:
    spans = []
    for span in _spans(window, begin):
        if span[0] >= end:
            break
        spans.append(span)
    return spans


def _spans(window: Window, at: datetime) -> Iterator[Interval]:
    """Openings that end after *at*, in order, those that touch joined."""
    joined: Interval | None = None
    for span in _pieces(window, at.astimezone(UTC)):
        if joined is None:
            joined = span
        elif span[0] <= joined[1]:
            joined = (joined[0], max(joined[1], span[1]))
        else:
            if joined[1] > at:
                yield joined
            joined = span
    if joined is not None and joined[1] > at:
        yield joined


def _pieces(window: Window, at: datetime) -> Iterator[Interval]:
    """Openings day by day, by their beginning; from two days before *at*."""
    zone = _zone(window.zone)
    first = at.astimezone(zone).date() - timedelta(days=2)
    for number in range(HORIZON_DAYS + 3):
        day = first + timedelta(days=number)
        if day.isoweekday() not in window.days:
            continue
        end_day = day + timedelta(days=window.closes <= window.opens)
        span = (
            _opening(zone, day, window.opens),
            _closing(zone, end_day, window.closes),
        )
        shut = [*_quiet(window, zone, day), *_shut_days(window, zone, day)]
        yield from _without(span, sorted(shut))


def _quiet(window: Window, zone: ZoneInfo, day: date) -> Iterator[Interval]:
    for begin, end in window.quiet:
        for of in (day - timedelta(days=1), day, day + timedelta(days=1)):
            last = of + timedelta(days=end <= begin)
            # Here the bounds change sides: quiet begins at the earlier, ends at the later.
            yield _closing(zone, of, begin), _opening(zone, last, end)


def _shut_days(window: Window, zone: ZoneInfo, day: date) -> Iterator[Interval]:
    if window.country is None:
        return
    for each in (day, day + timedelta(days=1)):
        if each in _holidays(window.country, each.year):
            midnight, after = time(0, 0), each + timedelta(days=1)
            yield _closing(zone, each, midnight), _opening(zone, after, midnight)


def _without(span: Interval, shut: Sequence[Interval]) -> Iterator[Interval]:
    begin, end = span
    for shut_from, shut_until in shut:
        if begin < min(shut_from, end):
            yield begin, min(shut_from, end)
        begin = max(begin, shut_until)
    if begin < end:
        yield begin, end


def _opening(zone: ZoneInfo, day: date, at: time) -> datetime:
    return max(_instants(zone, day, at))


def _closing(zone: ZoneInfo, day: date, at: time) -> datetime:
    return min(_instants(zone, day, at))


def _instants(zone: ZoneInfo, day: date, at: time) -> tuple[datetime, ...]:
    """The one or two instants at which the wall clock shows this, or jumps over it."""
    local = datetime.combine(day, at)
    both = tuple(
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    exist = tuple(
        one for one in both if one.astimezone(zone).replace(tzinfo=None) == local
    )
    return exist or (_jump(zone, *sorted(both)),)


def _jump(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The instant between the two at which the zone's clock jumps."""
    before = low.astimezone(zone).utcoffset()
    while high - low > _MINUTE:
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(second=0, microsecond=0)


def _text(at: time) -> str:
    return at.strftime("%H:%M")


@functools.cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"{name!r} is no zone of the tz database") from error


@functools.cache
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except (NotImplementedError, AttributeError, TypeError) as error:
        raise ValueError(f"no public holidays are known of {country!r}") from error
