"""
Where directives stand in a text, before anybody asks what they mean.

Pure: no I/O, no clock, no randomness.

    p:le_mot_de_passe
    qualite:best date:21-06-2026 15:15:00

A directive stands at the start of a line, or behind another one; never in mid-sentence.
A new directive is one `Key`, its words here, and its value in `directives`.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum


class Key(StrEnum):
    """What a directive is about."""

    PASSWORD = "password"  # noqa: S105 -- the word for one, no secret
    LINE = "line"
    QUALITY = "quality"
    DATE = "date"
    PAGES = "pages"
    REPEATS = "repeats"
    COVER = "cover"
    NAME = "name"
    BODY = "body"


WORDS = {
    Key.PASSWORD: (
        "p", "pw", "pwd", "pass", "password", "mdp", "mot de passe",
        "mot de passe fax", "mot de passe du fax", "mot de passe de la ligne",
        "motdepasse", "motdepassefax", "password fax", "fax password",
    ),
    Key.LINE: ("ligne", "ligne fax", "line"),
    Key.QUALITY: ("qualite", "qualite fax", "qualite du fax", "qualite d'envoi", "quality"),
    Key.DATE: (
        "date", "date d'envoi", "date envoi", "date de l'envoi", "date d'envoi du fax",
        "date et heure", "date et heure d'envoi",
    ),
    Key.PAGES: ("pages", "page"),
    Key.REPEATS: ("doublon", "doublons"),
    Key.COVER: ("garde", "page de garde", "cover"),
    Key.NAME: ("nom", "name", "destinataire"),
    Key.BODY: ("corps", "corps du message", "body"),
}  # fmt: skip
"""What people write, without accents and in lower case; the guide's word comes first."""

_KEYS = {word: key for key, words in WORDS.items() for word in words}

_COLONS = ":=：﹕︓∶꞉"
_START = (
    r"(?:[•·▪◦‣●■□✓✔→➔➤\-–—]|\*(?=[ ])|\d{1,2}[.)]|[a-z]\))?[ ]{0,3}"
    r"(?:(?P<bold>[*_]{1,2})|[\"'«“`]{1,2}[ ]{0,3})?"
)
_KEY = r"(?P<key>[^\W\d_](?:[^\W\d_]|[ '’-](?=[^\W\d_])){0,25})"
_DIRECTIVE = re.compile(
    _START
    + _KEY
    + rf"(?(bold)[*_]{{0,2}})[ ]{{0,3}}[{_COLONS}](?(bold)[*_]{{0,2}})[ ]{{0,3}}"
)


def _any_of(words: Sequence[str]) -> str:
    """A pattern for *words*, the longest first, with or without accents."""
    longest_first = sorted(words, key=len, reverse=True)
    words_of = "|".join(longest_first)
    for plain, written in (("e", "[eéèê]"), ("'", "['’]"), (" ", "[ -]")):
        words_of = words_of.replace(plain, written)
    return f"(?:{words_of})"


_NEXT = re.compile(
    rf"(?:[ ]+|[ ]*[;,][ ]*)(?={_any_of(list(_KEYS))}[ ]{{0,3}}[{_COLONS}])",
    re.IGNORECASE,
)
_GIVEN_AWAY = re.compile(
    rf"\b({_any_of(WORDS[Key.PASSWORD])})\s{{0,3}}[{_COLONS}]\s{{0,3}}\S+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?<=« ).*?(?= »)")

_LINK = re.compile(r"(?<=.)<(?:mailto|tel|https?):[^>]*>?\Z", re.IGNORECASE)

MAX_DIRECTIVES = 500
"""Read in one text; there are nine keys, and 6 MB of « p:x p:x » took four seconds."""

CLOSING = {
    "«": "»",
    "“": "”",
    '"': '"',
    "'": "'",
    "*": "*",
    "_": "_",
    "‘": "’",
    "`": "`",
}
"""Marks that people and mail programs put around a word, and what ends them."""


def read_directives(lines: Sequence[str]) -> dict[Key, list[str]]:
    """
    Find the values that *lines* give, each once, in their order.

    Returns:
        Every key; those that nobody wrote have no values.
    """
    found: dict[Key, list[str]] = {key: [] for key in Key}
    every = itertools.chain.from_iterable(map(_directives, lines))
    for key, value in itertools.islice(every, MAX_DIRECTIVES):
        if value not in found[key]:
            found[key].append(value)
    return found


def is_directive(line: str) -> bool:
    """Whether a line begins with a directive."""
    return _first(line) is not None


def without_link(value: str) -> str:
    """A value without the address that a mail program put behind it as a link."""
    return _LINK.sub("", value)


def gives_password(line: str) -> bool:
    """Whether a line begins with the directive for the password."""
    first = _first(line)
    return first is not None and first[0] is Key.PASSWORD


def folded(word: str) -> str:
    """A word as `WORDS` writes it: lower case, no accents, single spaces."""
    plain = word.lower().replace("’", "'").replace("-", " ")
    decomposed = unicodedata.normalize("NFD", plain)
    letters = (c for c in decomposed if unicodedata.category(c) != "Mn")
    return " ".join("".join(letters).split())


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


def _first(text: str) -> tuple[Key, re.Match[str]] | None:
    match = _DIRECTIVE.match(text)
    key = _KEYS.get(folded(match["key"])) if match else None
    return (key, match) if match and key else None


def _directives(line: str) -> Iterator[tuple[Key, str]]:
    rest = line
    while first := _first(rest):
        key, match = first
        opened = match.group()[: match.start("key") - match.start()].strip()[-1:]
        value, rest = _split(rest[match.end() :])
        if opened and value.endswith(CLOSING.get(opened, "\0")):
            value = value[:-1]  # « *p:secret* »: the marks belong to the line
        yield key, value


def _split(text: str) -> tuple[str, str]:
    """Cut a value off where the next directive of the line begins."""
    behind = _NEXT.search(text)
    if behind is None:
        return text.strip(), ""
    return text[: behind.start()].strip(), text[behind.end() :]
