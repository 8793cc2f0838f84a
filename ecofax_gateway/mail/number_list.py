"""
numbers.txt: the recipients of a campaign.

Pure: no I/O, no clock, no randomness.

One number a line, or several; with spaces inside the numbers or between them. What
is no number is reported with its line and left out, the others are called.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NotANumber, parse_number
from ..domain.order import BadNumber
from .charset import decode_text

MAX_BYTES = 256 * 1024
"""Ten times 2 000 numbers with comments; 5 MB of noise took 21 s."""

MAX_NUMBERS = 2_000
"""The guide's promise, counted after duplicates."""

MAX_ENTRIES = 10_000
"""Before duplicates; each bad one costs seven look-ups."""

MAX_TEXT_CHARS = 40
"""Of a bad entry, as quoted to the requester."""

MIN_JOINED_DIGITS = 6
"""Pieces between spaces that are long enough to be numbers of their own."""

MAX_PIECES = 64
"""On one line, when it is cut into numbers by trial."""

MAX_PIECES_A_NUMBER = 9
"""« +33 9 72 10 10 10 » has six; one digit a piece has nine or ten."""

MAX_TRIALS = 20_000
"""In one list; enough for 2 000 lines of two numbers, a few seconds at worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a list may be; as it is, of one that came by mail."""

    file_bytes: int = MAX_BYTES
    numbers: int = MAX_NUMBERS
    entries: int = MAX_ENTRIES
    trials: int = MAX_TRIALS


BULK = Limits(
    file_bytes=16 * 1024 * 1024,
    numbers=250_000,
    entries=500_000,
    trials=500_000,
)
"""Of a file that an operator names: 100 000 numbers take some 5 s; this, half a minute
when every line must be cut by trial."""

_OFFICE_FILE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")
_SEPARATOR = re.compile(r"[;,|\t]")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//).*")
_EXPONENT = re.compile(r"\d[.,]\d+e\+?\d+\Z", re.IGNORECASE)
_DECIMAL = re.compile(r"(\+?\d{6,17})[.,]0\Z")
_EXTENSION = re.compile(r"\d\s*(?:#|;ext|x|ext|poste)\s*\.?\s*\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberList:
    """What a list holds."""

    numbers: tuple[FaxNumber, ...]
    "Each once, in the order written."

    duplicates: tuple[FaxNumber, ...]
    "Those that were written more than once; each once here."

    bad: tuple[BadNumber, ...]


def parse_numbers(content: bytes, *, limits: Limits | None = None) -> NumberList:
    """
    Read a list of numbers.

    Args:
        content: Of the file.

        limits: None: those of a list that came by mail.

    Raises:
        OrderRefused: If it is too long or no plain text, so that none of it is used.
    """
    limits = limits or Limits()
    if len(content) > limits.file_bytes:
        raise OrderRefused(
            f"La liste numbers.txt dépasse {limits.file_bytes // 1024} Ko. Répartissez les"
            " numéros sur plusieurs messages.",
            code="list-too-long",
        )
    if content.startswith(_OFFICE_FILE):
        raise OrderRefused(
            "La liste numbers.txt n'est pas un fichier texte. Enregistrez-la en « texte"
            " brut » (TextEdit : Format, Convertir au format Texte ; Word ou Excel :"
            " Enregistrer sous, Texte).",
            code="list-not-text",
        )
    return _collect(_lines(content), limits)


def _collect(lines: list[str], limits: Limits) -> NumberList:
    numbers: dict[str, FaxNumber] = {}
    duplicates: dict[str, FaxNumber] = {}
    bad: list[BadNumber] = []
    entries = 0
    scissors = _Scissors(limits.trials)
    for line_number, line in enumerate(lines, start=1):
        for found in _entries(line, scissors):
            entries += 1
            if isinstance(found, FaxNumber):
                if found.e164 in numbers:
                    duplicates[found.e164] = found
                numbers.setdefault(found.e164, found)
            elif line_number > 1 or any(c.isdigit() for c in line):
                # A first line without any digit is the heading of a column.
                bad.append(BadNumber(text=found[0], line=line_number, reason=found[1]))
            if entries > limits.entries or len(numbers) > limits.numbers:
                raise OrderRefused(
                    f"La liste numbers.txt contient plus de {limits.numbers} numéros."
                    " Répartissez-les sur plusieurs messages.",
                    code="too-many-numbers",
                )
    return NumberList(
        numbers=tuple(numbers.values()),
        duplicates=tuple(duplicates.values()),
        bad=tuple(bad),
    )


def _lines(content: bytes) -> list[str]:
    head = content[:200]
    text = None
    if len(head) >= 4 and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Notepad's « Unicode » without its mark: every second byte is zero.
        if head[1::2].count(0) > len(head) // 3:
            text = content.decode("utf-16-le", "replace")
        elif head[0::2].count(0) > len(head) // 3:
            text = content.decode("utf-16-be", "replace")
    return (decode_text(content) if text is None else text).splitlines()


def _entries(line: str, scissors: "_Scissors") -> Iterator[FaxNumber | tuple[str, str]]:
    """What a line holds: numbers, and (text, reason) of what is none."""
    cells = [
        cell.strip().strip("\"'= ") for cell in _SEPARATOR.split(_COMMENT.sub("", line))
    ]
    cells = [cell for cell in cells if cell]
    found = [entry for cell in cells for entry in _cell(cell, scissors)]
    if any(isinstance(entry, FaxNumber) for entry in found):
        # Beside a number, a cell without digits is a name or a town, not a mistake.
        found = [
            entry
            for entry in found
            if isinstance(entry, FaxNumber) or any(c.isdigit() for c in entry[0])
        ]
    yield from found


def _cell(cell: str, scissors: "_Scissors") -> list[FaxNumber | tuple[str, str]]:
    try:
        return [_number(cell)]
    except NotANumber as error:
        whole = (cell[:MAX_TEXT_CHARS], str(error))
    pieces = cell.split()
    if len(pieces) < 2 or len(pieces) > MAX_PIECES * 4:
        return [whole]
    found = [_or_bad(piece) for piece in pieces]
    if any(isinstance(entry, FaxNumber) for entry in found) or all(
        sum(c.isdigit() for c in piece) >= MIN_JOINED_DIGITS for piece in pieces
    ):
        # One of them stands alone: so do the others, good or bad.
        return found
    return list(scissors.only_cut(pieces)) or [whole]


def _or_bad(piece: str) -> FaxNumber | tuple[str, str]:
    try:
        return _number(piece)
    except NotANumber as error:
        return (piece[:MAX_TEXT_CHARS], str(error))


def _number(text: str) -> FaxNumber:
    compact = text.strip()
    if _EXPONENT.match(compact):
        raise NotANumber(
            "a été abîmé par le tableur : mettez la colonne au format Texte, puis"
            " ressaisissez le numéro"
        )
    if _EXTENSION.search(compact):
        raise NotANumber("a un numéro de poste, ce qu'un fax ne peut pas composer")
    if decimal := _DECIMAL.match(compact):
        compact = decimal[1]
    return parse_number(compact)


class _Scissors:
    """Cuts lines into numbers, as long as its patience lasts."""

    def __init__(self, trials: int) -> None:
        self._trials = trials

    def only_cut(self, pieces: list[str]) -> tuple[FaxNumber, ...]:
        """
        Cut "09 72 10 10 10 09 72 10 19 27" into numbers, if there is only one way.

        Two ways mean that one of them calls a stranger: then none is taken.
        """
        if len(pieces) > MAX_PIECES:
            return ()
        ways: list[list[tuple[FaxNumber, ...]]] = [[] for _ in range(len(pieces) + 1)]
        ways[0].append(())
        for end in range(1, len(pieces) + 1):
            for start in range(max(0, end - MAX_PIECES_A_NUMBER), end):
                if not ways[start]:
                    continue
                number = self._tried("".join(pieces[start:end]))
                if number is not None:
                    ways[end] += [(*way, number) for way in ways[start][:2]]
                    del ways[end][2:]
        return ways[-1][0] if len(ways[-1]) == 1 else ()

    def _tried(self, text: str) -> FaxNumber | None:
        if len(text) < MIN_JOINED_DIGITS or self._trials <= 0:
            return None
        self._trials -= 1
        try:
            return parse_number(text)
        except NotANumber:
            return None
