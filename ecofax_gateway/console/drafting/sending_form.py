"""
What the step « Envoi » is told: read, understood, or told why not.

Pure: no I/O, no clock, no randomness: *now* is an argument.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from ...domain.campaign import MAX_CANARY_PERCENT, Canary, SendType
from ...domain.window import EVERY_DAY, WORKING_DAYS, Window
from ...orders.dates import DueDate, NotADate, Shift, parse_due
from ...pipeline.campaigns import Rules
from ...pipeline.drafting import MAX_ADDRESS
from ...pipeline.line_settings import ADDRESS
from ...store.campaigns import Campaign
from ...store.drafts import Changes

T = TypeVar("T")

MAX_PACE = 6000
"""Calls a minute: a hundred a second is more than any gateway makes."""

MAX_SPREAD_HOURS = 24 * 60
"""Two months."""

MAX_CANARY = 100_000


class Mistake(ValueError):
    """A field that cannot be used; `field` names it, `kind` says why."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(f"{name}: {kind}")
        self.field = name
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form, as it was typed."""

    send_type: str = ""
    day: str = ""
    hour: str = ""
    limited: str = ""
    days: tuple[str, ...] = ()
    opens: str = "09:00"
    closes: str = "18:00"
    holidays: str = ""
    pace: str = ""
    spread: str = ""
    "Hours."

    canary: str = ""
    canary_size: str = "20"
    canary_percent: str = "10"
    address: str = ""
    then: str = ""
    "Where to go: the next step, or stay and see what it comes to."

    @classmethod
    def of_form(cls, form: FormData) -> Self:
        """Take what a browser sent; a file is no text."""
        given: dict[str, Any] = {
            name: value
            for name in (each.name for each in fields(cls))
            if isinstance(value := form.get(name, ""), str)
        }
        days = tuple(each for each in form.getlist("days") if isinstance(each, str))
        return cls(**(given | {"days": days}))

    @classmethod
    def of_campaign(cls, campaign: Campaign, zone: ZoneInfo) -> Self:
        """What the form has when it is opened."""
        due = campaign.due_at and campaign.due_at.astimezone(zone)
        window = Window.from_json(campaign.window) if campaign.window else None
        hours = window or Window(days=WORKING_DAYS, opens=time(9), closes=time(18))
        canary = campaign.canary or Canary(20, 10)
        return cls(
            send_type=campaign.send_type or "",
            day=f"{due:%Y-%m-%d}" if due else "",
            hour=f"{due:%H:%M}" if due else "",
            limited="yes" if window else "",
            days=tuple(str(day) for day in sorted(hours.days)),
            opens=f"{hours.opens:%H:%M}",
            closes=f"{hours.closes:%H:%M}",
            holidays="yes" if hours.country else "",
            pace=f"{campaign.pace:g}" if campaign.pace else "",
            spread=f"{campaign.spread_s / 3600:g}" if campaign.spread_s else "",
            canary="yes" if campaign.canary else "",
            canary_size=str(canary.size),
            canary_percent=str(canary.percent),
            address=campaign.requester.address or "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What becomes of a draft."""

    changes: Changes
    rules: Rules
    shift: Shift | None = None
    "Why it leaves not quite when it was asked."


def understand(
    said: Typed,
    *,
    before: Mapping[str, Any] | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> Understood | dict[str, str]:
    """
    Read the form.

    Args:
        before: The window that it had: what the form does not show of it stays.

    Returns:
        Or, by field, why it cannot be used: the kind of a sentence of the page.
    """
    mistakes: dict[str, str] = {}

    def read(reader: Callable[[], T]) -> T | None:
        try:
            return reader()
        except Mistake as mistake:
            mistakes.setdefault(mistake.field, mistake.kind)
            return None

    send_type = read(lambda: _send_type(said))
    due = read(lambda: _due(said, now, zone))
    window = read(lambda: _window(said, before, zone))
    pace = read(lambda: _amount("pace", said.pace, MAX_PACE))
    spread = read(lambda: _amount("spread", said.spread, MAX_SPREAD_HOURS))
    canary = read(lambda: _canary(said))
    address = read(lambda: _address(said))
    if mistakes:
        return mistakes
    return Understood(
        changes=Changes(
            send_type=send_type,
            due_at=due.at_utc if due else None,
            is_at_once=due is None,
            canary=canary,
            no_canary=canary is None,
            address=address,
            no_address=address is None,
        ),
        rules=Rules(
            window=window,
            no_window=window is None,
            pace=pace,
            no_pace=pace is None,
            spread=None if spread is None else timedelta(hours=spread),
            no_spread=spread is None,
        ),
        shift=due.shift if due else None,
    )


def _send_type(said: Typed) -> SendType:
    if said.send_type not in {*SendType}:
        raise Mistake("send_type", "missing")
    return SendType(said.send_type)


def _due(said: Typed, now: datetime, zone: ZoneInfo) -> DueDate | None:
    if said.send_type != SendType.SCHEDULED:
        return None
    if not said.day.strip():
        raise Mistake("day", "no-day")
    if not said.hour.strip():
        raise Mistake("hour", "no-hour")
    try:
        due = parse_due(f"{said.day} {said.hour}", now=now, zone=zone)
    except NotADate as error:
        raise Mistake("day", "no-date") from error
    if due.shift is Shift.PAST:
        raise Mistake("day", "past")
    return due


def _window(
    said: Typed, before: Mapping[str, Any] | None, zone: ZoneInfo
) -> Window | None:
    if not said.limited:
        return None
    days = frozenset(int(day) for day in said.days if day in _DAYS)
    if not days:
        raise Mistake("days", "no-days")
    known = Window.from_json(before) if before else Window(zone=zone.key)
    return known.with_hours(
        days,
        _time("opens", said.opens),
        _time("closes", said.closes),
        shut_on_holidays=bool(said.holidays),
    )


_DAYS = frozenset(map(str, EVERY_DAY))


def _time(name: str, written: str) -> time:
    try:
        at = time.fromisoformat(written.strip().replace("h", ":"))
        return at.replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise Mistake(name, "no-time") from error


def _amount(name: str, written: str, most: float) -> float | None:
    if not written.strip():
        return None
    try:
        amount = float(written.replace(",", ".").replace("\u202f", ""))
    except ValueError as error:
        raise Mistake(name, "no-amount") from error
    if not 0 < amount <= most:
        raise Mistake(name, "no-amount")
    return amount


def _canary(said: Typed) -> Canary | None:
    if not said.canary:
        return None
    try:
        size, percent = int(said.canary_size), int(said.canary_percent)
    except ValueError as error:
        raise Mistake("canary_size", "no-canary") from error
    if not (1 <= size <= MAX_CANARY and 0 <= percent <= MAX_CANARY_PERCENT):
        raise Mistake("canary_size", "no-canary")
    return Canary(size, percent)


def _address(said: Typed) -> str | None:
    written = said.address.strip()
    if not written:
        return None
    if len(written) > MAX_ADDRESS or not ADDRESS.fullmatch(written):
        raise Mistake("address", "no-address")
    return written
