"""
The words of the replies, out of templates/*.txt, and the small French grammar.

I/O: reads the templates that lie beside it, once for each, at the first use.

A template is made of sections: `[name]` on a line, then text with $values. Which
sections a reply has is decided in Python, what they say only there.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from ..domain.document import Quality
from ..domain.number import FaxNumber

MAX_LISTED = 20
"""Of numbers, names or bad entries listed one by one; then only counted."""

_TEMPLATES = Path(__file__).parent / "templates"
_SECTION = re.compile(r"^\[([a-z-]+)\]\n", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]")

_QUALITIES = {
    Quality.NORMAL: "normal (finesse ordinaire)",
    Quality.PREMIUM: "premium (finesse haute)",
    Quality.BEST: "best (finesse la meilleure que le destinataire accepte)",
}


def say(template: str, section: str, **values: object) -> str:
    """
    Fill a section.

    Raises:
        KeyError: If there is no such section or a value is missing. A bug of ours.
    """
    filled = _sections(template)[section].substitute(
        {name: _CONTROL.sub("", str(value)) for name, value in values.items()}
    )
    return filled.strip("\n")


def join_paragraphs(paragraphs: Iterable[str]) -> str:
    """Put paragraphs under each other; empty ones are left out."""
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def bullets(entries: Iterable[str], *, of: int | None = None) -> str:
    """
    One line for each entry, the first twenty, then how many more there are.

    Args:
        entries: All, or the first ones.

        of: How many there are in all, if *entries* are only the first.
    """
    lines = [f"- {entry}" for entry in entries]
    rest = (len(lines) if of is None else of) - min(len(lines), MAX_LISTED)
    more = [f"- ... et {plural(rest, 'autre')}"] if rest > 0 else []
    return "\n".join([*lines[:MAX_LISTED], *more])


def listed_numbers(numbers: Iterable[FaxNumber], *, of: int | None = None) -> str:
    """Numbers as people write them, one a line; *of* as for `bullets`."""
    return bullets((str(number) for number in numbers), of=of)


def plural(count: int, noun: str, *adjectives: str) -> str:
    """« 1 page », « 3 pages confirmées ». In French, nought and one are singular."""
    words = " ".join((noun, *adjectives))
    if count < 2:
        return f"{count} {words}"
    return f"{count} " + " ".join(f"{word}s" for word in (noun, *adjectives))


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """« le 21-06-2026 à 15:15 (UTC+02:00) »."""
    local = at.astimezone(zone)
    offset = local.strftime("%z")
    return f"le {local:%d-%m-%Y à %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def duration(seconds: float) -> str:
    """« 48 s », « 1 min 12 s »."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def bit_rate(bits_per_second: int) -> str:
    """« 14 400 bit/s »."""
    return f"{bits_per_second:,}".replace(",", " ") + " bit/s"


def quality_words(quality: Quality) -> str:
    """The guide's word, and what it means."""
    return _QUALITIES[quality]


@cache
def _sections(template: str) -> dict[str, Template]:
    text = (_TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    pieces = _SECTION.split(text)
    return {
        name: Template(body)
        for name, body in zip(pieces[1::2], pieces[2::2], strict=True)
    }
