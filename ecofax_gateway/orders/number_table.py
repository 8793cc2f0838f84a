"""
numbers.csv: a list with a header, a row for each recipient.

Pure: no I/O, no clock, no randomness.

    fax;société;nom
    0972101010;Durand SA;Mme Durand

The separator and the column of the numbers are found by themselves; the other columns
are kept for the cover page and for merging.

Standards:
    RFC 4180 (2005) §2 -- quoted fields, doubled quotes, line breaks within quotes;
    separators are those that spreadsheets write, not only the comma
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..domain.errors import OrderRefused
from ..domain.number import NotANumber
from .directive_lines import folded
from .number_cell import bare, read_number

SEPARATORS = ";\t,|"
"""What French and English spreadsheets put between cells, the likeliest first."""

MAX_COLUMNS = 60
MAX_COLUMN_CHARS = 60
"""Of a column's name; longer is a sentence, and this is no header."""

MAX_VALUE_CHARS = 500
"""Of a cell that is kept: a name or an address."""

SAMPLE = 50
"""Rows that are looked at for the column of the numbers."""

MOSTLY = 0.5
"""Of a column's cells that are numbers, for it to be a column of numbers."""

_MANY_DIGITS = re.compile(r"(?:\d[\s.\-/()]*){6}")
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\uffff\ud800-\udfff]+"
)
_SEPARATOR_LINE = re.compile(r"\"?sep=(?P<separator>[;,\t|])\"?\s*\Z", re.IGNORECASE)

_NUMBER = r"(?:numeros?|num|number|numbers|no|n°)"
_FAX = r"(?:fax|telefax|telecopies?|telecopieurs?)"
_NAMES = (
    re.compile(rf"(?:{_NUMBER} )?(?:de |du )?{_FAX}(?: {_NUMBER})?\Z"),
    re.compile(rf".*\b{_FAX}\b.*|{_NUMBER}\Z"),
    re.compile(r".*\b(?:tel|telephone|phone|mobile|portable|gsm|cell)\b.*"),
)
"""How columns of numbers are called; the first name is sure, whatever stands beside it."""

_SURE = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient."""

    line: int
    "Where it begins in the file, from 1."

    number: str
    "The cell of the number, as written."

    fields: dict[str, str]
    "Every cell that is not empty, by its column's name."


@dataclass(frozen=True, slots=True)
class NumberTable:
    """A list with a header."""

    columns: tuple[str, ...]
    number_column: str
    rows: tuple[Row, ...]
    "Those that are not empty."


def parse_table(lines: Sequence[str]) -> NumberTable | None:
    """
    Read a table.

    Args:
        lines: Of the file, without their ends.

    Returns:
        None if the first line is no header of at least two columns, one of which may
        hold fax numbers: a plain list then.

    Raises:
        OrderRefused: If a quotation mark is left open: rows would be swallowed.
    """
    start, separator = _header_line(lines)
    if separator is None:
        return None
    rows = list(_split(lines[start:], separator, first_line=start + 1))
    if not rows:
        return None
    columns = _columns(rows[0][1])
    number_at = _number_column(columns, [cells for _, cells in rows[1:]])
    if number_at is None:
        return None
    return NumberTable(
        columns=tuple(name for name in columns if name),
        number_column=columns[number_at],
        rows=tuple(
            Row(
                line,
                cells[number_at] if number_at < len(cells) else "",
                _fields(columns, cells),
            )
            for line, cells in rows[1:]
        ),
    )


def _header_line(lines: Sequence[str]) -> tuple[int, str | None]:
    """Where the header is, and its separator; None: there is none."""
    told = None
    for index, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith(("#", "//")):
            continue
        if told is None and (match := _SEPARATOR_LINE.match(line)):
            told = match["separator"]
            continue
        if _MANY_DIGITS.search(line) or not any(c.isalpha() for c in line):
            return index, None
        counts = {each: line.count(each) for each in (told or SEPARATORS)}
        separator = max(counts, key=lambda each: counts[each])
        has_columns = 0 < counts[separator] < MAX_COLUMNS
        return index, separator if has_columns else None
    return 0, None


def _split(
    lines: Sequence[str], separator: str, *, first_line: int
) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line it begins on."""
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=separator, strict=True
    )
    begins = first_line
    try:
        for cells in reader:
            clean = [_clean(cell) for cell in cells]
            if any(clean) and not clean[0].startswith(("#", "//")):
                yield begins, clean
            begins = first_line + reader.line_num
    except csv.Error as error:
        raise OrderRefused(
            f"La liste des numéros est mal formée à partir de la ligne {begins} : un"
            ' guillemet (") y est ouvert et mal fermé. Corrigez cette ligne, ou'
            " enregistrez de nouveau le tableau au format CSV.",
            code="list-quotes",
        ) from error


def _clean(cell: str) -> str:
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]  # as spreadsheets keep a number from losing its first nought
    plain = unicodedata.normalize("NFC", _CONTROLS.sub(" ", cell))
    return " ".join(plain.split())[:MAX_VALUE_CHARS]


def _columns(header: Sequence[str]) -> list[str]:
    """Names, each once; a second column of the same name has none."""
    names: list[str] = []
    for cell in header:
        name = bare(cell)[:MAX_COLUMN_CHARS]
        names.append("" if name in names else name)
    return names


def _number_column(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """
    The column whose name says that it holds fax numbers, or whose cells are some.

    Raises:
        OrderRefused: If two may be it: one of them calls strangers.
    """
    candidates = []
    for index, name in enumerate(columns):
        cells = [row[index] for row in rows[:SAMPLE] if index < len(row) and row[index]]
        share = sum(map(_is_number, cells)) / len(cells) if cells else 0.0
        if share or _rank(name) < len(_NAMES):
            # The name counts where the cells bear it out; a column of mistakes may be it.
            candidates.append((share < MOSTLY, _rank(name), -share, index))
    if not candidates:
        return None
    is_doubtful, rank, _, found = min(candidates)
    if rank != _SURE and not is_doubtful:
        for other_doubtful, other_rank, _, other in candidates:
            alike = other_rank in (rank, len(_NAMES)) and not other_doubtful
            if other != found and alike:
                raise _two_columns(columns[found], columns[other])
    return found


def _two_columns(first: str, second: str) -> OrderRefused:
    return OrderRefused(
        f"La liste des numéros a plusieurs colonnes de numéros (« {first} » et"
        f" « {second} ») : nommez « fax » celle qu'il faut appeler, dans la première"
        " ligne du tableau.",
        code="list-two-columns",
    )


def _rank(name: str) -> int:
    plain = folded(name.replace("_", " ").replace("-", " "))
    return next(
        (rank for rank, named in enumerate(_NAMES) if named.match(plain)), len(_NAMES)
    )


def _is_number(cell: str) -> bool:
    try:
        read_number(cell)
    except NotANumber:
        return False
    return True


def _fields(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {
        name: cell for name, cell in zip(columns, cells, strict=False) if name and cell
    }
