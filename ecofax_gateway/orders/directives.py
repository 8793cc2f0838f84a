"""
Directives: what the body of a mail asks for, one key and one value each.

Pure: no I/O, no clock, no randomness.

`directive_lines` finds them; here it is said what their values mean. What cannot be
understood is a mistake that quotes it: nothing is guessed, nothing is left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..domain.document import Quality
from ..domain.page_choice import NotAChoice, PageChoice, parse_page_choice
from ..mail.part import TextPart
from .body import written_lines
from .directive_lines import WORDS, Key, folded, read_directives, without_link
from .given_password import given_passwords
from .misspelling import misspelt
from .mistake import Mistake, quoted

YES_OR_NO = {
    "oui": True, "o": True, "yes": True, "ok": True, "non": False, "no": False,
}  # fmt: skip

QUALITIES = {
    "normal": Quality.NORMAL,
    "normale": Quality.NORMAL,
    "standard": Quality.NORMAL,
    "premium": Quality.PREMIUM,
    "haute": Quality.PREMIUM,
    "best": Quality.BEST,
    "meilleure": Quality.BEST,
}

MAX_TEXTS = 20
"""Parts looked at; a letter has two, a mailing list adds its footer."""

MAX_NAME_CHARS = 100
"""Of `nom:`; longer is a sentence, and has no room on a cover page."""

_Value = TypeVar("_Value")

_RFC_DATE = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)\w*,", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directives:
    """What the body asks for."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    """Readings of the one password, likeliest first: as written, without the quotes
    or the `<mailto:>` that a mail program put around it. Empty: none was given."""

    line: str | None = None
    "As written, for `subject.parse_line_number`."

    quality: Quality | None = None

    due: str | None = None
    "As written, for `dates.parse_due`."

    pages: PageChoice | None = None
    repeats: bool = False
    "Send also to numbers that had the same pages lately."

    cover: bool = False
    name: str = ""
    "Who it is for."

    body: bool = False
    "Fax the text of the mail."

    mistakes: tuple[Mistake, ...] = ()


def find_directives(
    texts: Sequence[TextPart], *, has_login: bool = False
) -> Directives:
    """
    Read the directives in a mail's texts.

    The parts are the same letter in two forms (plain and HTML) as a rule, so the first
    part that gives a password, or else gives anything, is the one that counts: what
    the other one adds is taken, what it contradicts is not.

    Args:
        texts: Of the mail.

        has_login: No password is needed, so that these lines are meant without one.
    """
    letters = [written_lines(part) for part in texts[:MAX_TEXTS]]
    readings = [(read_directives(lines), lines) for lines in letters]
    readings.sort(key=lambda reading: not any(reading[0][Key.PASSWORD]))
    found = {key: _first_given([values[key] for values, _ in readings]) for key in Key}
    passwords, wrong_password = given_passwords(found[Key.PASSWORD])
    mistakes = [*wrong_password]
    if readings:
        mistakes += misspelt(readings[0][1], qualities=QUALITIES)
    values = _Values(found, mistakes)
    values.drop_empty_ones()
    asked = Directives(
        passwords=passwords,
        line=values.only(Key.LINE),
        quality=values.quality(),
        due=values.due(),
        pages=values.pages(),
        repeats=values.yes_or_no(
            Key.REPEATS, "envoyer le fax aussi aux numéros qui l'ont déjà reçu"
        ),
        cover=values.yes_or_no(Key.COVER, "faire précéder le fax d'une page de garde"),
        name=values.name(),
        body=values.yes_or_no(Key.BODY, "faxer le texte de votre message"),
        mistakes=tuple(mistakes),
    )
    if found[Key.PASSWORD] or has_login:
        return asked
    # Without a password these lines are no directives but somebody's prose.
    return Directives(
        line=asked.line,
        quality=asked.quality,
        due=asked.due,
        mistakes=tuple(each for each in mistakes if each.code == "bad-quality"),
    )


def _first_given(each: Sequence[Sequence[str]]) -> Sequence[str]:
    """The values of the first part that gives one; an empty one only if there is no other."""
    given = [values for values in each if values]
    return next(filter(any, given), given[0] if given else ())


class _Values:
    """
    The values of one mail, and what is wrong with them.

    Args:
        found: As written.

        mistakes: Where what is not understood is added.
    """

    def __init__(
        self, found: Mapping[Key, Sequence[str]], mistakes: list[Mistake]
    ) -> None:
        self._found = dict(found)
        self._mistakes = mistakes

    def drop_empty_ones(self) -> None:
        """Take out what has a key and no value, and say so where there is nothing else."""
        for key, values in self._found.items():
            given = [value for value in values if _unwrapped(value)]
            self._found[key] = given
            if values and not given and key not in {Key.PASSWORD, Key.NAME}:
                word = WORDS[key][0]
                self._wrong(
                    f"empty-{key}",
                    f"La ligne « {word}: » de votre message est vide. Écrivez ce que vous"
                    " voulez juste après les deux-points, sur la même ligne, ou retirez"
                    " cette ligne.",
                )

    def only(self, key: Key) -> str | None:
        """The one value of a key, out of its quotes; two different ones are a mistake."""
        values = list(dict.fromkeys(_unwrapped(value) for value in self._found[key]))
        return self._one_of(key, values)

    def due(self) -> str | None:
        """As written; the dates of quoted headers are none."""
        dates = [each for each in self._found[Key.DATE] if not _RFC_DATE.match(each)]
        return self._one_of(Key.DATE, list(dict.fromkeys(map(_unwrapped, dates))))

    def quality(self) -> Quality | None:
        """One of the three."""
        words = [_word(value) for value in self._found[Key.QUALITY]]
        unknown = [word for word in words if word not in QUALITIES]
        if unknown:
            self._wrong(
                "bad-quality",
                f"La qualité {quoted(unknown[0])} n'existe pas."
                " Écrivez qualite:normal, qualite:premium ou qualite:best"
                " (ou n'écrivez rien : la qualité de votre offre sera prise).",
            )
            return None
        return self._one_of(
            Key.QUALITY, list(dict.fromkeys(QUALITIES[word] for word in words))
        )

    def pages(self) -> PageChoice | None:
        """The chosen pages."""
        written = self.only(Key.PAGES)
        if written is None:
            return None
        try:
            return parse_page_choice(written)
        except NotAChoice as error:
            self._wrong(
                "bad-pages",
                f"La ligne « pages: » de votre message, {quoted(written)}, {error}."
                " Écrivez par exemple pages:1-3,5 (ou n'écrivez rien : toutes les"
                " pages seront envoyées).",
            )
            return None

    def yes_or_no(self, key: Key, purpose: str) -> bool:
        """
        Whether something is wanted.

        Args:
            key: Its directive.

            purpose: What it is good for: « Écrivez garde:oui pour ... ».
        """
        values = self._found[key]
        unknown = [each for each in values if _word(each) not in YES_OR_NO]
        if unknown:
            word = WORDS[key][0]
            self._wrong(
                f"bad-{key}",
                f"La ligne « {word}: » de votre message, {quoted(unknown[0])}, n'est pas"
                f" comprise. Écrivez {word}:oui pour {purpose}, ou retirez cette ligne.",
            )
            return False
        answers = list(dict.fromkeys(YES_OR_NO[_word(value)] for value in values))
        return self._one_of(key, answers) or False

    def name(self) -> str:
        """Who it is for; of several names, which prose may hold, the first."""
        names = [_unwrapped(value) for value in self._found[Key.NAME]]
        return next((name[:MAX_NAME_CHARS] for name in names if name), "")

    def _one_of(self, key: Key, values: Sequence[_Value]) -> _Value | None:
        if len(values) > 1:
            self._wrong(
                f"two-{key}",
                f"Votre message contient plusieurs lignes « {WORDS[key][0]}: » qui se"
                " contredisent. N'en gardez qu'une.",
            )
            return None
        return values[0] if values else None

    def _wrong(self, code: str, sentence: str) -> None:
        self._mistakes.append(Mistake(code=code, sentence=sentence))


def _word(value: str) -> str:
    return folded(_unwrapped(value).partition(" ")[0])


def _unwrapped(value: str) -> str:
    return without_link(value).strip(" *_\"'«»“”`").rstrip(".;, ")
