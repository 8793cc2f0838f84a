"""
`p:` and the ways to read what stands behind it.

Pure: no I/O, no clock, no randomness.

A password may hold any mark, and mail programs put marks around it: so one `p:` has a
few readings, which are tried as one attempt.
"""

import re
from collections.abc import Sequence

from .directive_lines import CLOSING, without_link
from .mistake import Mistake

MAX_PASSWORDS = 4
"""Readings of one `p:` that are tried as one attempt."""

_TELEPHONE = re.compile(r"(?:\(0\)|[+\d(])[\d ().\-/]{6,}\d(?=\Z|[ |,;<\[/])")

_EMPTY = Mistake(
    code="empty-password",
    sentence="La ligne « p: » de votre message est vide. Écrivez le mot de passe"
    " fax de votre ligne juste après les deux-points, sur la même ligne.",
)
_TWO = Mistake(
    code="two-passwords",
    sentence="Votre message contient deux mots de passe différents (plusieurs"
    " lignes « p: »). Ne gardez que celui de la ligne émettrice.",
)


def given_passwords(
    values: Sequence[str],
) -> tuple[tuple[str, ...], tuple[Mistake, ...]]:
    """
    Read the values of `p:`.

    Returns:
        The readings of the one password, likeliest first, and what is wrong.
    """
    if not values:
        return (), ()
    # « P : 06 12 34 56 78 | T : ... » in a signature is a telephone; one without a space
    # may be a password, if nothing else is given.
    others = [value for value in values if not _TELEPHONE.match(value)]
    whole = [value for value in values if not _is_spaced_telephone(value)]
    words = list(dict.fromkeys(_first_word(value) for value in others or whole))
    words = [word for word in words if word]
    if not words:
        return (), ((_EMPTY,) if whole else ())
    if len(words) > 1:
        return (), (_TWO,)
    return _readings(words[0]), ()


def _is_spaced_telephone(value: str) -> bool:
    found = _TELEPHONE.match(value)
    return bool(found and " " in found[0])


def _first_word(value: str) -> str:
    for opening, closing in CLOSING.items():
        # « secret » with French quotes has spaces inside them.
        if value.startswith(opening + " ") and closing in value[1:]:
            return value[1:].partition(closing)[0].strip()
    return value.partition(" ")[0]


def _readings(word: str) -> tuple[str, ...]:
    readings = [word]
    unlinked = without_link(word)
    if unlinked != word:
        readings.insert(0, unlinked)
    base = readings[0]
    inner = base
    while len(inner) > 2 and CLOSING.get(inner[0]) == inner[-1]:
        inner = inner[1:-1]
    for reading in (inner, base.strip("*_\"'«»“”"), inner.rstrip(".;,")):
        if reading and reading not in readings:
            readings.append(reading)
    return tuple(readings[:MAX_PASSWORDS])
