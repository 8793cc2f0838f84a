"""
Fields in a text: `[PRENOM]`, `[NOM]`, any column of a list of recipients.

Pure: no I/O, no clock, no randomness.

A field is written in capitals between square brackets, accents or not, and may say
what stands there when the recipient has nothing: `[PRENOM|client]`, or nothing at all:
`[SOCIETE|]`. Without that, every recipient must have it.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

FIELD = re.compile(r"\[([^\W\d_a-z][^\W_a-z]*(?:[ _-][^\W_a-z]+)*)(?:\|([^\[\]|]*))?\]")
"""Names hold no small letters: a remark like [sic] or [voir page 3] is no field."""

MAX_VALUE = 500
"""Characters of a value; longer is no name and no address."""


@dataclass(frozen=True, slots=True)
class Field:
    """One place in a text where something of the recipient stands."""

    key: str
    "As `key_of` writes it."

    default: str | None
    "What stands there for who has nothing; None: he must have it."


@functools.lru_cache(maxsize=1024)
def key_of(name: str) -> str:
    """A column's name as fields name it: "Prénom " is "PRENOM"."""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return "_".join(re.findall(r"[^\W_]+", letters.upper()))


def fields_of(text: str) -> tuple[Field, ...]:
    """The fields of a text, in their order."""
    return tuple(_field(match) for match in FIELD.finditer(text))


def replaced(text: str, value_of: Callable[[Field], str | None]) -> str:
    """
    Put values in the place of fields.

    Args:
        value_of: Gives a value, or None to leave the field as it is written.
    """

    def put(match: re.Match[str]) -> str:
        value = value_of(_field(match))
        return match[0] if value is None else value

    return FIELD.sub(put, text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """
    A text as one recipient reads it.

    A line that has fields, and nothing to put into any of them, is left out: an empty
    "Société :" helps nobody.

    Args:
        values: By key.
    """
    lines = []
    for line in text.split("\n"):
        its = [_value(field, values) for field in fields_of(line)]
        if its and not any(its):
            continue
        lines.append(replaced(line, lambda field: _value(field, values)))
    return "\n".join(lines)


def missing(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of fields that a recipient must have and has not, each once."""
    absent = (
        field.key
        for field in fields_of(text)
        if field.default is None and not values.get(field.key)
    )
    return tuple(dict.fromkeys(absent))


def values_of(columns: Iterable[tuple[str, str]]) -> dict[str, str]:
    """
    A recipient's columns by key, each value on one line.

    Of two columns with the same key the first that says something counts.
    """
    values: dict[str, str] = {}
    for name, value in columns:
        tidy = unicodedata.normalize("NFC", " ".join(value.split()))[:MAX_VALUE]
        key = key_of(name)
        values[key] = values.get(key) or tidy
    return values


def _field(match: re.Match[str]) -> Field:
    return Field(key_of(match[1]), match[2])


def _value(field: Field, values: Mapping[str, str]) -> str:
    return values.get(field.key) or field.default or ""
