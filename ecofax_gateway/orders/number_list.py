"""
numbers.txt and numbers.csv: the recipients of a campaign.

Pure: no I/O, no clock, no randomness.

One number a line, or several; with spaces inside the numbers or between them; or a
table with a header. What is no number is reported with its line and left out, the
others are called.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber
from ..domain.order import BadNumber
from ..mail.charset import decode_text
from .number_cell import MAX_TEXT_CHARS, NotRead, Scissors, bare
from .number_table import NumberTable, parse_table

MAX_BYTES = 1024 * 1024
"""2 000 rows with names and addresses; noise of that size costs at most 1.3 s."""

MAX_NUMBERS = 2_000
"""The guide's promise, counted after duplicates."""

MAX_ENTRIES = 10_000
"""Before duplicates; each bad one costs seven look-ups."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberList:
    """What a list holds."""

    numbers: tuple[FaxNumber, ...]
    "Each once, in the order written."

    duplicates: tuple[FaxNumber, ...]
    "Those that were written more than once; each once here."

    bad: tuple[BadNumber, ...]

    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    "By number (E.164): the lines it stands on."

    columns: tuple[str, ...] = ()
    "Of a table with a header."

    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    "By number (E.164): its first row of the table, by the columns' names."


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
            f"La liste des numéros dépasse {limits.file_bytes // 1024} Ko. Répartissez"
            " les numéros sur plusieurs messages.",
            code="list-too-long",
        )
    if content.startswith(_OFFICE_FILE):
        raise OrderRefused(
            "La liste des numéros n'est pas un fichier texte. Enregistrez-la en « texte"
            " brut » sous le nom numbers.txt (TextEdit : Format, Convertir au format"
            " Texte ; Word : Enregistrer sous, Texte brut), ou en CSV sous le nom"
            " numbers.csv (Excel : Enregistrer sous, CSV).",
            code="list-not-text",
        )
    lines = text_lines(content)
    scissors = Scissors(limits.trials)
    table = parse_table(lines)
    if table is None:
        return _collect(listed(lines, scissors), limits)
    return _collect(tabled(table, scissors), limits, columns=table.columns)


@dataclass(frozen=True, slots=True)
class Entry:
    """One number, or what should have been one."""

    line: int
    found: FaxNumber | NotRead
    fields: Mapping[str, str] | None = None


def _collect(
    entries: Iterator[Entry], limits: Limits, *, columns: tuple[str, ...] = ()
) -> NumberList:
    numbers: dict[str, FaxNumber] = {}
    lines: dict[str, list[int]] = {}
    fields: dict[str, Mapping[str, str]] = {}
    bad: list[BadNumber] = []
    for count, entry in enumerate(entries, start=1):
        found = entry.found
        if isinstance(found, FaxNumber):
            numbers.setdefault(found.e164, found)
            lines.setdefault(found.e164, []).append(entry.line)
            if entry.fields:
                fields.setdefault(found.e164, entry.fields)
        else:
            bad.append(BadNumber(text=found[0], line=entry.line, reason=found[1]))
        if len(numbers) > limits.numbers:
            raise OrderRefused(
                f"La liste des numéros en contient plus de {limits.numbers}."
                " Répartissez-les sur plusieurs messages.",
                code="too-many-numbers",
            )
        if count > limits.entries:
            raise OrderRefused(
                f"La liste des numéros a plus de {limits.entries} entrées, dont"
                f" {len(bad)} ne sont pas des numéros : ce n'est sans doute pas le bon"
                " fichier.",
                code="too-many-entries",
            )
    return NumberList(
        numbers=tuple(numbers.values()),
        duplicates=tuple(numbers[each] for each, on in lines.items() if len(on) > 1),
        bad=tuple(bad),
        lines={number: tuple(on) for number, on in lines.items()},
        columns=columns,
        fields=fields,
    )


def text_lines(content: bytes) -> list[str]:
    """The lines of a text, whatever its encoding."""
    head = content[:200]
    text = None
    if len(head) >= 4 and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Notepad's « Unicode » without its mark: every second byte is zero.
        if head[1::2].count(0) > len(head) // 3:
            text = content.decode("utf-16-le", "replace")
        elif head[0::2].count(0) > len(head) // 3:
            text = content.decode("utf-16-be", "replace")
    return (decode_text(content) if text is None else text).splitlines()


def tabled(table: NumberTable, scissors: Scissors) -> Iterator[Entry]:
    """Give what stands in the column of the numbers."""
    for row in table.rows:
        number = bare(row.number)
        if not number:
            who = next(iter(row.fields.values()), "")[:MAX_TEXT_CHARS]
            reason = f"n'a pas de numéro dans la colonne « {table.number_column} »"
            yield Entry(row.line, (who, reason))
        for found in scissors.read(number) if number else ():
            yield Entry(row.line, found, row.fields)


def listed(lines: Sequence[str], scissors: Scissors) -> Iterator[Entry]:
    """Give what stands on the lines of a plain list."""
    for line_number, line in enumerate(lines, start=1):
        for found in _entries(line, scissors):
            # A first line without any digit is the heading of a column.
            if (
                isinstance(found, FaxNumber)
                or line_number > 1
                or any(c.isdigit() for c in line)
            ):
                yield Entry(line_number, found)


def _entries(line: str, scissors: Scissors) -> Iterator[FaxNumber | NotRead]:
    """What a line holds: numbers, and (text, reason) of what is none."""
    cells = [bare(cell) for cell in _SEPARATOR.split(_COMMENT.sub("", line))]
    found = [entry for cell in cells if cell for entry in scissors.read(cell)]
    if any(isinstance(entry, FaxNumber) for entry in found):
        # Beside a number, a cell without digits is a name or a town, not a mistake.
        found = [
            entry
            for entry in found
            if isinstance(entry, FaxNumber) or any(c.isdigit() for c in entry[0])
        ]
    yield from found
