"""
Directives with a slip of the pen: « dat:21-06-2027 15:15 ».

Pure: no I/O, no clock, no randomness.

What is no directive is prose and not looked at; but a date that was meant and missed
would send the fax at once. So what looks like a directive and is one letter off is
asked about. Prose has a space behind the colon.
"""

import re
from collections.abc import Iterator, Sequence

from .directive_lines import WORDS, folded, is_directive
from .mistake import Mistake, quoted

MIN_LETTERS = 4
"""Of a word that may be misspelt: « nm: » may be anything."""

_MEANT = [words[0] for words in WORDS.values() if len(words[0]) >= MIN_LETTERS]
_KNOWN = frozenset(word for words in WORDS.values() for word in words)
_TIGHT = re.compile(r"(?:\A|(?<=\s))([^\W\d_]{3,12})[:=](?=[^\s/])")


def misspelt(lines: Sequence[str]) -> tuple[Mistake, ...]:
    """Ask about what looks like a directive, at the start of a line or behind one."""
    found = {written: word for line in lines for written, word in _slips(line)}
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
