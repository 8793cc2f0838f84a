"""
The words of the replies, out of templates/<language>/*.txt, and a little grammar.

I/O: reads the templates that lie beside it, once for each, at the first use.

A template is made of sections: `[name]` on a line, then text with $values. Which
sections a reply has is decided in Python, what they say only there. A section of
« name : $value » lines is a table. Every language has the same sections; a test
compares them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ..domain.document import Quality
from ..domain.language import Tongue
from ..domain.number import FaxNumber
from .blocks import Facts, Items, Prose, Sample
from .remarks_en import remark_in_english

MAX_LISTED = 20
"""Of numbers, names or bad entries listed one by one; then only counted."""

NO_LINES: Mapping[str, Sequence[int]] = MappingProxyType({})

_TEMPLATES = Path(__file__).parent / "templates"
_SECTION = re.compile(r"^\[([a-z-]+)\]\n", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]")

_COUNTED = {
    Tongue.FR: {
        "call": ("appel", "appels"),
        "confirmed": ("page confirmée", "pages confirmées"),
        "number": ("numéro", "numéros"),
        "other": ("autre", "autres"),
        "page": ("page", "pages"),
        "time": ("fois", "fois"),
    },
    Tongue.EN: {
        "call": ("call", "calls"),
        "confirmed": ("page confirmed", "pages confirmed"),
        "number": ("number", "numbers"),
        "other": ("other", "others"),
        "page": ("page", "pages"),
        "time": ("time", "times"),
    },
}
_QUALITIES = {
    Tongue.FR: {
        Quality.NORMAL: "normal (finesse ordinaire)",
        Quality.PREMIUM: "premium (finesse haute)",
        Quality.BEST: "best (finesse la meilleure que le destinataire accepte)",
    },
    Tongue.EN: {
        Quality.NORMAL: "normal (standard resolution)",
        Quality.PREMIUM: "premium (fine resolution)",
        Quality.BEST: "best (the finest that the recipient accepts)",
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """
    How one language says it.

    Args:
        tongue: Which.

        is_below: The same stands above it in French.
    """

    tongue: Tongue
    is_below: bool = False

    def say(self, template: str, section: str, **values: object) -> str:
        """
        Fill a section.

        Raises:
            KeyError: If there is no such section or a value is missing. A bug of ours.
        """
        return _fill(_sections(self.tongue, template)[section], values)

    def prose(self, template: str, section: str, **values: object) -> Prose:
        """Fill a section of sentences; see `say`."""
        return Prose(self.say(template, section, **values))

    def facts(self, template: str, section: str, **values: object) -> Facts:
        """Fill a section of « name : $value » lines; see `say`."""
        lines = _sections(self.tongue, template)[section].template.strip("\n")
        # Cut before it is filled: a value may have a colon too.
        rows = [line.partition(self.colon)[::2] for line in lines.splitlines()]
        return Facts(
            tuple((name, _fill(Template(value), values)) for name, value in rows),
            self.colon,
        )

    def sample(self, template: str, section: str, **values: object) -> Sample:
        """Fill a section of lines to be copied; see `say`."""
        return Sample(tuple(self.say(template, section, **values).splitlines()))

    def items(
        self, entries: Iterable[str], *, of: int | None = None, title: str = ""
    ) -> Items:
        """
        The first twenty entries, then how many more there are.

        Args:
            entries: All, or the first ones.

            of: How many there are in all, if *entries* are only the first.

            title: A line above them.
        """
        listed = [_CONTROL.sub("", entry) for entry in entries]
        shown = listed[:MAX_LISTED]
        rest = (len(listed) if of is None else of) - len(shown)
        if rest > 0:
            shown.append(self.say("common", "more", others=self.counted(rest, "other")))
        return Items(tuple(shown), title)

    def numbers(
        self,
        numbers: Iterable[FaxNumber],
        *,
        of: int | None = None,
        title: str = "",
        lines: Mapping[str, Sequence[int]] = NO_LINES,
    ) -> Items:
        """
        Numbers as people write them; see `items`.

        Args:
            lines: By number (E.164): where it stands in the list that was sent.
        """
        listed = (
            self._placed(number, lines.get(number.e164, ())) for number in numbers
        )
        return self.items(listed, of=of, title=title)

    def remark(self, sentence: str) -> str:
        """What is kept in French, in this language; as it is if its form is not known."""
        if self.tongue is Tongue.FR:
            return sentence
        return remark_in_english(sentence) or sentence

    def in_french(self, sentences: Iterable[str], *, title: str) -> Items | Prose:
        """
        Sentences that exist in French only: where English stands alone, with a word
        that they are French; below the French, where to find them.
        """
        if self.tongue is Tongue.FR:
            return self.items(sentences, title=title)
        if self.is_below:
            return self.prose("translation", "see-french")
        return self.items(sentences, title=self.say("translation", "in-french"))

    def _placed(self, number: FaxNumber, lines: Sequence[int]) -> str:
        """« 09 72 10 10 10 (lignes 2, 7) »."""
        if not lines:
            return str(number)
        section = "on-line" if len(lines) == 1 else "on-lines"
        shown = [str(line) for line in lines[:MAX_LISTED]]
        if len(lines) > len(shown):
            shown.append("...")
        return self.say("common", section, number=number, lines=", ".join(shown))

    @property
    def colon(self) -> str:
        """Between a name and its value."""
        return " : " if self.tongue is Tongue.FR else ": "

    def counted(self, count: int, what: str) -> str:
        """« 1 page », « 3 pages confirmées ». In French nought is singular too."""
        one, many = _COUNTED[self.tongue][what]
        is_one = count < 2 if self.tongue is Tongue.FR else count == 1
        return f"{count} {one if is_one else many}"

    def local_time(
        self, at: datetime, zone: ZoneInfo, *, is_exact: bool = False
    ) -> str:
        """
        « le 21-06-2026 à 15:15 (UTC+02:00) », "21 June 2026 at 15:15 (UTC+02:00)".

        Args:
            at: Timezone-aware.

            zone: To be read in.

            is_exact: With its seconds, if it has some: the echo of what was written.
        """
        local = at.astimezone(zone).replace(microsecond=0)
        offset = local.strftime("%z")
        utc = f"(UTC{offset[:3]}:{offset[3:5]})"
        is_odd = is_exact and local.second
        time = f"{local:%H:%M:%S}" if is_odd else f"{local:%H:%M}"
        if self.tongue is Tongue.FR:
            return f"le {local:%d-%m-%Y} à {time} {utc}"
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year} at {time} {utc}"

    def quality(self, quality: Quality) -> str:
        """The guide's word, and what it means."""
        return _QUALITIES[self.tongue][quality]


FRENCH = Words(Tongue.FR)

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip


def duration(seconds: float) -> str:
    """« 48 s », « 1 min 12 s »."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def bit_rate(bits_per_second: int) -> str:
    """« 14 400 bit/s »."""
    return f"{bits_per_second:,}".replace(",", " ") + " bit/s"


def sections_of(tongue: Tongue, template: str) -> dict[str, frozenset[str]]:
    """Every section of a template and the values that it wants."""
    return {
        name: frozenset(text.get_identifiers())
        for name, text in _sections(tongue, template).items()
    }


def template_names() -> list[str]:
    """Every template, without its language."""
    return sorted(path.stem for path in (_TEMPLATES / Tongue.FR).glob("*.txt"))


def _fill(text: Template, values: dict[str, object]) -> str:
    filled = text.substitute(
        {name: _CONTROL.sub("", str(value)) for name, value in values.items()}
    )
    return filled.strip("\n")


@cache
def _sections(tongue: Tongue, template: str) -> dict[str, Template]:
    text = (_TEMPLATES / tongue / f"{template}.txt").read_text(encoding="utf-8")
    pieces = _SECTION.split(text)
    return {
        name: Template(body)
        for name, body in zip(pieces[1::2], pieces[2::2], strict=True)
    }
