"""
Directives with a slip of the pen: « dat:21-06-2027 15:15 ».

Pure: no I/O, no clock, no randomness.

What is no directive is prose and not looked at; but a date that was meant and missed
would send the fax at once. So what looks like a directive and is one letter off is
asked about. Prose has a space behind the colon: there the value must be a date or a
quality, too.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from .directive_lines import WORDS, folded, is_directive
from .mistake import Mistake, quoted

MIN_LETTERS = 4
"""Of a word that may be misspelt: « nm: » may be anything."""

_MEANT = [words[0] for words in WORDS.values() if len(words[0]) >= MIN_LETTERS]
_KNOWN = frozenset(word for words in WORDS.values() for word in words)
_SPACED = re.compile(r"([^\W\d_]{3,12}) ?[:=] ?(\S.*)")
_DATE = re.compile(
    r"(?:[^\W\d_]{5,8} )?\d{1,2}(?:er)? ?[-/. ] ?(?:\d{1,2}\b|[^\W\d_]{3,9}) ?[-/. ] ?\d{2}"
)
_TIGHT = re.compile(r"(?:\A|(?<=\s))([^\W\d_]{3,12})[:=](?=[^\s/])")


def misspelt(
    lines: Sequence[str], *, qualities: Collection[str] = ()
) -> tuple[Mistake, ...]:
    """
    Ask about what looks like a directive, at the start of a line or behind one.

    Args:
        lines: As written.

        qualities: What they are called.
    """
    found = {written: word for line in lines for written, word in _slips(line)}
    for line in lines:
        if word := _spaced_slip(line, qualities):
            found.setdefault(line, word)
    return tuple(
        Mistake(
            code="misspelt",
            sentence=f"La ligne {quoted(written)} n'est pas comprise : vouliez-vous écrire"
            f" « {word}: » ? Corrigez-la, ou retirez-la.",
        )
        for written, word in found.items()
    )


def _slips(line: str) -> Iterator[tuple[str, str]]:
    for match in _TIGHT.finditer(line):
        if match.start() and not is_directive(line):
            return
        written = folded(match[1])
        for word in _MEANT:
            if written not in _KNOWN and _is_slip(written, word):
                yield line[match.start() :], word


def _spaced_slip(line: str, qualities: Collection[str]) -> str:
    """The word that was meant by « Datte : 21/06/2027 15h15 »; empty if there is none."""
    match = _SPACED.match(line)
    if match is None or (written := folded(match[1])) in _KNOWN:
        return ""
    if _is_slip(written, "date") and _DATE.match(match[2]):
        return "date"
    value = folded(match[2]).rstrip(" .!;,")
    return "qualite" if _is_slip(written, "qualite") and value in qualities else ""


def _is_slip(written: str, word: str) -> bool:
    """Whether one letter is too many, missing, another one, or two changed places."""
    if len(written) == len(word):
        wrong = [i for i in range(len(word)) if written[i] != word[i]]
        if len(wrong) == 2:
            first, second = wrong
            swapped = written[second] + written[first]
            return second == first + 1 and word[first : second + 1] == swapped
        return len(wrong) == 1
    longer, shorter = sorted((written, word), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )
