"""
Directives: what the body of a mail asks for, one key and one value each.

Pure: no I/O, no clock, no randomness.

    p:le_mot_de_passe
    qualite:best
    date:21-06-2015 15:15:00

A directive stands at the start of a line, or behind another one. The keys are a
table; a new directive is one entry there and one field in `Directives`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..domain.document import Quality
from .body import written_lines
from .message import TextPart

KEYS = {
    "p": "password",
    "pw": "password",
    "pwd": "password",
    "pass": "password",
    "password": "password",
    "mdp": "password",
    "mot de passe": "password",
    "mot de passe fax": "password",
    "motdepasse": "password",
    "motdepassefax": "password",
    "qualite": "quality",
    "quality": "quality",
    "date": "date",
    "doublon": "repeats",
    "doublons": "repeats",
}
"""What people write, without accents and in lower case, and what it is."""

REPEATS = {"oui": True, "yes": True, "ok": True, "non": False, "no": False}
"""Whether pages may go to a number that had them lately."""

QUALITIES = {
    "normal": Quality.NORMAL,
    "normale": Quality.NORMAL,
    "standard": Quality.NORMAL,
    "premium": Quality.PREMIUM,
    "haute": Quality.PREMIUM,
    "best": Quality.BEST,
    "meilleure": Quality.BEST,
}

_COLONS = ":=：﹕︓∶꞉"
_START = (
    r"(?:[•·\-–—]|\*(?=[ ])|\d{1,2}[.)])?[ ]{0,3}"
    r"(?:(?P<bold>[*_]{1,2})|[\"'«“]{1,2}[ ]{0,3})?"
)
_KEY = r"(?P<key>[^\W\d_](?:[^\W\d_]|[ ](?=[^\W\d_])){0,20})"
_DIRECTIVE = re.compile(
    _START
    + _KEY
    + rf"(?(bold)[*_]{{0,2}})[ ]{{0,3}}[{_COLONS}](?(bold)[*_]{{0,2}})[ ]{{0,3}}"
)
_ANY_KEY = (
    r"(?:p|pw|pwd|pass|password|mdp|mot de passe(?: fax)?|qualit[eé]|quality|date"
    r"|doublons?)"
)
_NEXT = re.compile(
    rf"(?:[ ]+|[ ]*[;,][ ]*)(?={_ANY_KEY}[ ]{{0,3}}[{_COLONS}])", re.IGNORECASE
)
_GIVEN_AWAY = re.compile(
    rf"\b(p|pw|pwd|pass|password|mdp|mot de passe(?: fax)?)\s{{0,3}}[{_COLONS}]\s{{0,3}}\S+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?<=« ).*?(?= »)")
_MAILTO = re.compile(r"(.+?)<mailto:[^>]*>?\Z")
_RFC_DATE = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)\w*,", re.IGNORECASE)
_TELEPHONE = re.compile(r"(?:\(0\)|[+\d(])[\d ().\-/]{7,}\Z")
_PAIRS = {
    "«": "»",
    "“": "”",
    '"': '"',
    "'": "'",
    "*": "*",
    "_": "_",
    "‘": "’",
    "`": "`",
}

MAX_TEXTS = 20
"""Parts looked at; a letter has two, a mailing list adds its footer."""

MAX_PASSWORDS = 4
"""Readings of one `p:` that are tried as one attempt."""

MAX_QUOTED_CHARS = 60
"""Of a value that a reply repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that keeps an order from being carried out."""

    code: str
    "One word for logs."

    sentence: str
    "French: what is wrong and how to mend it. Never holds the password."


@dataclass(frozen=True, slots=True, kw_only=True)
class Directives:
    """What the body asks for."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    """Readings of the one password, likeliest first: as written, without the quotes
    or the `<mailto:>` that a mail program put around it. Empty: none was given."""

    quality: Quality | None = None

    due: str | None = None
    "As written, for `dates.parse_due`."

    repeats: bool = False
    "Send also to numbers that had the same pages lately."

    mistakes: tuple[Mistake, ...] = ()


def find_directives(texts: Sequence[TextPart]) -> Directives:
    """
    Read the directives in a mail's texts.

    The parts are the same letter in two forms (plain and HTML) as a rule, so the first
    part that gives a password, or else gives anything, is the one that counts: what
    the other one adds is taken, what it contradicts is not.
    """
    readings = [_read(written_lines(part)) for part in texts[:MAX_TEXTS]]
    with_password = [reading for reading in readings if reading["password"]]
    ordered = with_password + [r for r in readings if not r["password"]]
    found = {
        what: next((reading[what] for reading in ordered if reading[what]), [])
        for what in ("password", "quality", "date", "repeats")
    }
    mistakes: list[Mistake] = []
    passwords = _passwords(found["password"], mistakes)
    quality = _quality(found["quality"], mistakes)
    due = _due(found["date"], mistakes)
    repeats = _repeats(found["repeats"], mistakes)
    if not found["password"]:
        # Without a password these lines are no directives but somebody's prose.
        mistakes = [mistake for mistake in mistakes if mistake.code == "bad-quality"]
    return Directives(
        passwords=passwords,
        quality=quality,
        due=due,
        repeats=repeats,
        mistakes=tuple(mistakes),
    )


def without_quoted_password(sentences: str, passwords: Sequence[str]) -> str:
    """Blank out the password in what *sentences* quote between « and »."""
    return _QUOTED.sub(
        lambda quoted: without_password(quoted.group(), passwords), sentences
    )


def without_password(text: str, passwords: Sequence[str] = ()) -> str:
    """
    Blank out what may be a password, before any text of a mail is quoted.

    Args:
        text: A subject, a value, an entry of a list.

        passwords: Readings that are known.
    """
    text = _GIVEN_AWAY.sub(r"\1:***", text)
    for password in passwords:
        text = text.replace(password, "***")
    return text


def _read(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {what: [] for what in KEYS.values()}
    for line in lines:
        rest = line
        while match := _DIRECTIVE.match(rest):
            what = KEYS.get(_folded(match["key"]))
            if what is None:
                break
            opened = match.group()[: match.start("key") - match.start()].strip()[-1:]
            value, rest = _split(rest[match.end() :])
            if opened and value.endswith(_PAIRS.get(opened, "\0")):
                value = value[:-1]  # « *p:secret* »: the marks belong to the line
            if value not in found[what]:
                found[what].append(value)
    return found


def _split(text: str) -> tuple[str, str]:
    """Cut a value off where the next directive of the line begins."""
    behind = _NEXT.search(text)
    if behind is None:
        return text.strip(), ""
    return text[: behind.start()].strip(), text[behind.end() :]


def _folded(key: str) -> str:
    decomposed = unicodedata.normalize("NFD", key.lower())
    letters = (c for c in decomposed if unicodedata.category(c) != "Mn")
    return " ".join("".join(letters).split())


def _passwords(values: Sequence[str], mistakes: list[Mistake]) -> tuple[str, ...]:
    if not values:
        return ()
    # « P : 06 12 34 56 78 » in a signature is a telephone, if something else is given.
    others = [value for value in values if not _TELEPHONE.match(value)]
    chosen = others or list(values)
    words = list(dict.fromkeys(_first_word(value) for value in chosen))
    words = [word for word in words if word]
    if not words:
        mistakes.append(
            Mistake(
                code="empty-password",
                sentence="La ligne « p: » de votre message est vide. Écrivez le mot de passe"
                " fax de votre ligne juste après les deux-points, sur la même ligne.",
            )
        )
        return ()
    if len(words) > 1:
        mistakes.append(
            Mistake(
                code="two-passwords",
                sentence="Votre message contient deux mots de passe différents (plusieurs"
                " lignes « p: »). Ne gardez que celui de la ligne émettrice.",
            )
        )
        return ()
    return _password_readings(words[0])


def _first_word(value: str) -> str:
    for opening, closing in _PAIRS.items():
        # « secret » with French quotes has spaces inside them.
        if value.startswith(opening + " ") and closing in value[1:]:
            return value[1:].partition(closing)[0].strip()
    return value.partition(" ")[0]


def _password_readings(word: str) -> tuple[str, ...]:
    readings = [word]
    if mailto := _MAILTO.match(word):
        readings.insert(0, mailto[1])
    base = readings[0]
    inner = base
    while len(inner) > 2 and _PAIRS.get(inner[0]) == inner[-1]:
        inner = inner[1:-1]
    for reading in (inner, base.strip("*_\"'«»“”"), inner.rstrip(".;,")):
        if reading and reading not in readings:
            readings.append(reading)
    return tuple(readings[:MAX_PASSWORDS])


def _quality(values: Sequence[str], mistakes: list[Mistake]) -> Quality | None:
    if not values:
        return None
    words = dict.fromkeys(
        _folded(_unwrapped(value).partition(" ")[0]) for value in values
    )
    known = {QUALITIES[word] for word in words if word in QUALITIES}
    unknown = [word for word in words if word not in QUALITIES]
    if unknown:
        mistakes.append(
            Mistake(
                code="bad-quality",
                sentence=f"La qualité « {unknown[0][:MAX_QUOTED_CHARS]} » n'existe pas."
                " Écrivez qualite:normal, qualite:premium ou qualite:best"
                " (ou n'écrivez rien : la qualité de votre offre sera prise).",
            )
        )
        return None
    if len(known) > 1:
        mistakes.append(
            Mistake(
                code="two-qualities",
                sentence="Votre message demande plusieurs qualités différentes."
                " Ne gardez qu'une seule ligne « qualite: ».",
            )
        )
        return None
    return known.pop()


def _repeats(values: Sequence[str], mistakes: list[Mistake]) -> bool:
    words = {_folded(_unwrapped(value).partition(" ")[0]) for value in values}
    if words <= REPEATS.keys():
        return any(REPEATS[word] for word in words)
    mistakes.append(
        Mistake(
            code="bad-repeats",
            sentence="La ligne « doublon: » de votre message n'est pas comprise. Écrivez"
            " doublon:oui pour envoyer le fax aussi aux numéros qui l'ont déjà reçu.",
        )
    )
    return False


def _due(values: Sequence[str], mistakes: list[Mistake]) -> str | None:
    dates = [_unwrapped(value) for value in values if not _RFC_DATE.match(value)]
    if len(dates) > 1:
        mistakes.append(
            Mistake(
                code="two-dates",
                sentence="Votre message contient plusieurs dates d'envoi différentes."
                " Ne gardez qu'une seule ligne « date: ».",
            )
        )
        return None
    return dates[0] if dates else None


def _unwrapped(value: str) -> str:
    return value.strip(" *_\"'«»“”").rstrip(".;, ")
