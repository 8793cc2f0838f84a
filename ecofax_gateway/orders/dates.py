"""
`date:` as people write it, into an instant.

Pure: no I/O, no clock, no randomness.

Always day, month, year, never swapped; the hour is needed, in 24 hours or with AM and
PM. ISO 8601 is understood too, with its offset. What the clock change does to an hour is said, not hidden.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

FORGIVEN_PAST = timedelta(hours=12)
"""A date just missed means "now": the mail was written before it and came after."""

FARTHEST = timedelta(days=366)
"""Farther ahead is a typing error in the year."""

MAX_CHARS = 60
"""A date is shorter; what is quoted in a reply is cut here."""

_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3,
    "avril": 4, "avr": 4, "mai": 5, "juin": 6, "juillet": 7, "juil": 7, "aout": 8,
    "septembre": 9, "sept": 9, "octobre": 10, "oct": 10, "novembre": 11, "nov": 11,
    "decembre": 12, "dec": 12,
}  # fmt: skip
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WEEKDAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s+)?(?:le\s+)?"
_TIME = (
    r"(?P<hour>\d{1,2})(?:\s?h(?:eures?)?\s?(?P<minute_h>\d{2})?(?:\s?m(?:in)?)?"
    r"|:(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,6})?)?|(?=\s?[ap]\.?m))"
    r"(?:\s?(?P<half>[ap])\.?\s?m\.?)?"
)
_FRENCH = re.compile(
    _WEEKDAY
    + r"(?P<day>\d{1,2})(?:er)?(?:\s?[-/.\s]\s?)(?P<month>\d{1,2}|[a-z]{3,9}\.?)"
    r"(?:\s?[-/.\s]\s?)(?P<year>\d{4}|\d{2})"
    r"(?:\s*,?\s*(?:a|vers|-)?\s*(?<![\d])" + _TIME + r")?\Z"
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[t ]\s*(?:a\s+)?"
    + _TIME
    + r"\s?(?P<offset>z|[+-]\d{2}:?\d{2})?)?\Z"
)


class NotADate(ValueError):
    """
    What was written is no time to send at.

    Its text is a French sentence that quotes it and says what to write.
    """


class Shift(StrEnum):
    """Why a fax is not due quite when it was written."""

    PAST = "past"
    "It was just missed: at once."

    SKIPPED = "skipped"
    "Clocks jump over that hour when summer time begins."

    TWICE = "twice"
    "That hour comes twice when summer time ends: the first one is meant."


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """When a fax is due."""

    at_utc: datetime

    local: str
    'For people, with the offset: "21-06-2026 15:15:00 (UTC+02:00)".'

    warning: str | None = None
    "A French sentence if the time is not quite the one written."

    shift: Shift | None = None
    "The same for those who say it themselves."


def parse_due(text: str, *, now: datetime, zone: ZoneInfo) -> DueDate:
    """
    Read a date and an hour.

    Args:
        text: The directive's value.

        now: Timezone-aware.

        zone: What a date without an offset is in.

    Raises:
        NotADate: If it does not exist, has no hour, is long past or too far ahead.
    """
    wanted, fixed = _read(text)
    try:
        local = wanted.replace(tzinfo=zone) if wanted.tzinfo is None else wanted
        at = local.astimezone(UTC)
        back = at.astimezone(zone)
    except (OverflowError, ValueError):
        raise _mistake(text, "est trop éloignée") from None
    shift = None if fixed else _clock_change(local, back)
    warning = _SHIFTS[shift].format(local, back) if shift else None
    if at > now + FARTHEST:
        raise _mistake(text, "est à plus d'un an : vérifiez l'année")
    if at < now - FORGIVEN_PAST:
        raise _mistake(text, "est passée")
    if at < now:
        warning = (
            f"L'heure demandée ({format_local(at, zone)}) était déjà passée à la"
            " réception de votre message : le fax part tout de suite."
        )
        at, shift = now.astimezone(UTC), Shift.PAST
    return DueDate(
        at_utc=at, local=format_local(at, zone), warning=warning, shift=shift
    )


def format_local(at: datetime, zone: ZoneInfo) -> str:
    """An instant for people: "21-06-2026 15:15:00 (UTC+02:00)"."""
    local = at.astimezone(zone)
    offset = local.strftime("%z")
    return f"{local:%d-%m-%Y %H:%M:%S} (UTC{offset[:3]}:{offset[3:5]})"


def _read(text: str) -> tuple[datetime, bool]:
    """The date as written, and whether its offset was written too."""
    if len(text) > MAX_CHARS:
        raise _mistake(text, "n'est pas une date")
    plain = _plain(text)
    match = _ISO.match(plain) or _FRENCH.match(plain)
    if match is None:
        raise _mistake(text, "n'est pas comprise")
    parts = match.groupdict()
    if parts["hour"] is None:
        raise _mistake(text, "n'a pas d'heure")
    month = parts["month"].rstrip(".")
    number = int(month) if month.isdigit() else _MONTHS.get(month, 0)
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    minute = int(parts["minute"] or parts["minute_h"] or 0)
    try:
        wanted = datetime(  # noqa: DTZ001 -- the zone is put on by the caller
            year, number, int(parts["day"]), _hour(parts["hour"], parts["half"]),
            minute, int(parts["second"] or 0),
        )  # fmt: skip
        offset = parts.get("offset")
        if offset:
            sign = offset.replace(":", "").upper().replace("Z", "+0000")
            return datetime.strptime(
                f"{wanted:%Y%m%d%H%M%S}".rjust(14, "0") + sign, "%Y%m%d%H%M%S%z"
            ), True
    except ValueError:
        raise _mistake(text, "n'existe pas") from None
    return wanted, False


def _hour(written: str, half: str | None) -> int:
    """
    The hour of the day; *half* is the "a" or "p" of AM and PM.

    Raises:
        ValueError: If it is an hour of the whole day in one half of it: « 15:15 PM ».
    """
    hour = int(written)
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(written)
    return hour % 12 + (12 if half == "p" else 0)


def _plain(text: str) -> str:
    lower = unicodedata.normalize("NFD", _DASHES.sub("-", text).lower())
    letters = "".join(c for c in lower if unicodedata.category(c) != "Mn")
    plain = " ".join(unicodedata.normalize("NFKC", letters).split())
    return re.sub(r" midi\Z", " 12h", plain)


_SHIFTS = {
    Shift.SKIPPED: "L'heure {0:%H:%M} n'existe pas le {0:%d-%m-%Y} (passage à l'heure"
    " d'été) : le fax est prévu à {1:%H:%M}.",
    Shift.TWICE: "L'heure {0:%H:%M} existe deux fois le {0:%d-%m-%Y} (passage à l'heure"
    " d'hiver) : le fax part la première fois.",
}
"""Of what was written, and of what the clocks show then."""


def _clock_change(wanted: datetime, back: datetime) -> Shift | None:
    if back.replace(tzinfo=None, fold=0) != wanted.replace(tzinfo=None, fold=0):
        return Shift.SKIPPED
    if wanted.replace(fold=1).utcoffset() != wanted.replace(fold=0).utcoffset():
        return Shift.TWICE
    return None


def _mistake(text: str, why: str) -> NotADate:
    quoted = text if len(text) <= MAX_CHARS else text[:MAX_CHARS] + "..."
    return NotADate(
        f"La date « {quoted} » {why}. Écrivez le jour, le mois, l'année et l'heure, par"
        " exemple : date:21-06-2026 15:15:00"
    )
