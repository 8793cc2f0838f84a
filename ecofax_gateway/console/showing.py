"""
Numbers, dates and times as the console shows them.

Pure: no I/O, no clock, no randomness.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..domain.language import Tongue
from ..domain.number import FaxNumber

_NARROW = "\u202f"
"""Between thousands in French; never broken over two lines."""

_DAYS = {
    Tongue.FR: ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    Tongue.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


class Showing:
    """
    Writes values in one language.

    Args:
        tongue: Which.

        zone: Of every date.
    """

    def __init__(self, tongue: Tongue, zone: ZoneInfo) -> None:
        self._tongue = tongue
        self._zone = zone

    def count(self, value: float) -> str:
        """Write a whole number: "1 204", "1,204"."""
        written = f"{value:,.0f}"
        return written if self._tongue is Tongue.EN else written.replace(",", _NARROW)

    def percent(self, part: float, whole: float) -> str:
        """
        Write a share; of nothing, none.

        What is not all is never rounded to 100, nor what is not nothing to 0.
        """
        share = 100 * part / whole if whole else 0.0
        if 0 < share < 1:
            return self._unit("< 1", "%")
        shown = 99 if 99 < share < 100 else round(share)
        return self._unit(str(shown), "%")

    def date(self, when: datetime | None) -> str:
        """Write a date with its time, in the zone; none is a dash."""
        if when is None:
            return "–"
        local = when.astimezone(self._zone)
        day = _DAYS[self._tongue][local.weekday()]
        form = "%d/%m/%Y %H:%M" if self._tongue is Tongue.FR else "%d %b %Y %H:%M"
        return f"{day} {local.strftime(form)}"

    def clock(self, when: datetime) -> str:
        """Write a time of the day to the second, in the zone."""
        return when.astimezone(self._zone).strftime("%H:%M:%S")

    def iso(self, when: datetime) -> str:
        """Write a date for the `datetime` attribute of HTML."""
        return when.astimezone(self._zone).isoformat(timespec="seconds")

    def duration(self, length: timedelta | float) -> str:
        """Write a length of time, or of seconds, by its two largest units."""
        seconds = length.total_seconds() if isinstance(length, timedelta) else length
        whole = max(round(seconds), 0)
        days, rest = divmod(whole, 86_400)
        hours, rest = divmod(rest, 3600)
        minutes, left = divmod(rest, 60)
        day = "j" if self._tongue is Tongue.FR else "d"
        units = [(days, day), (hours, "h"), (minutes, "min"), (left, "s")]
        while len(units) > 1 and not units[0][0]:
            units.pop(0)
        told = [f"{n}\u00a0{unit}" for n, unit in units[:2] if n]
        return " ".join(told) or f"0\u00a0{units[-1][1]}"

    def amount(self, value: float) -> str:
        """Write money, in whatever currency: "1 204,50", "1,204.50"."""
        written = f"{value:,.2f}"
        if self._tongue is Tongue.EN:
            return written
        return written.replace(",", _NARROW).replace(".", ",")

    def number(self, e164: str) -> str:
        """Write a fax number as people of its country write it."""
        return FaxNumber(e164).national

    def _unit(self, value: str, unit: str) -> str:
        return f"{value}\u00a0{unit}" if self._tongue is Tongue.FR else f"{value}{unit}"
