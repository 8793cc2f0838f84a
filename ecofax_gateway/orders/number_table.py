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
class Cells:
    """A table, before it is said which column has the numbers."""

    columns: tuple[str, ...]
    "Each name once; empty where there is none, or it was there before."

    rows: tuple[tuple[int, list[str]], ...]
    "Those that are not empty: the line where each begins, from 1, and its cells."

    def column(self, index: int) -> list[str]:
        """Its cells in the first rows, as far as they are not empty."""
        return [
            cells[index]
            for _, cells in self.rows[:SAMPLE]
            if index < len(cells) and cells[index]
        ]


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
    cells = parse_cells(lines)
    if cells is None:
        return None
    number_at = _number_column(cells)
    return None if number_at is None else with_numbers(cells, number_at)


def parse_cells(lines: Sequence[str]) -> Cells | None:
    """
    Read the cells of a table that has a header.

    Returns:
        None if the first line is no header.

    Raises:
        OrderRefused: If a quotation mark is left open.
    """
    start, separator = _header_line(lines)
    if separator is None:
        return None
    rows = list(split_rows(lines[start:], separator, first_line=start + 1))
    return Cells(named(rows[0][1]), tuple(rows[1:])) if rows else None


def with_numbers(table: Cells, number_at: int) -> NumberTable:
    """Say which column has the numbers."""
    return NumberTable(
        columns=tuple(name for name in table.columns if name),
        number_column=table.columns[number_at],
        rows=tuple(
            Row(
                line,
                cells[number_at] if number_at < len(cells) else "",
                _fields(table.columns, cells),
            )
            for line, cells in table.rows
        ),
    )


def is_heading(line: str) -> bool:
    """Whether a first line may name columns: words, and nothing like a number."""
    return any(c.isalpha() for c in line) and not _MANY_DIGITS.search(line)


def _header_line(lines: Sequence[str]) -> tuple[int, str | None]:
    """Where the header is, and its separator; None: there is none."""
    told = None
    for index, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith(("#", "//")):
            continue
        if told is None and (match := _SEPARATOR_LINE.match(line)):
            told = match["separator"]
            continue
        if not is_heading(line):
            return index, None
        counts = {each: line.count(each) for each in (told or SEPARATORS)}
        separator = max(counts, key=lambda each: counts[each])
        has_columns = 0 < counts[separator] < MAX_COLUMNS
        return index, separator if has_columns else None
    return 0, None


def split_rows(
    lines: Sequence[str], separator: str, *, first_line: int
) -> Iterator[tuple[int, list[str]]]:
    """
    Give the rows that are not empty, each with the line it begins on.

    Raises:
        OrderRefused: If a quotation mark is left open.
    """
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=separator, strict=True
    )
    begins = first_line
    try:
        for cells in reader:
            cleaned = [clean(cell) for cell in cells]
            if any(cleaned) and not cleaned[0].startswith(("#", "//")):
                yield begins, cleaned
            begins = first_line + reader.line_num
    except csv.Error as error:
        raise OrderRefused(
            f"La liste des numéros est mal formée à partir de la ligne {begins} : un"
            ' guillemet (") y est ouvert et mal fermé. Corrigez cette ligne, ou'
            " enregistrez de nouveau le tableau au format CSV.",
            code="list-quotes",
        ) from error


def clean(cell: str) -> str:
    """A cell without what cannot be printed, and not longer than it may be."""
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]  # as spreadsheets keep a number from losing its first nought
    plain = unicodedata.normalize("NFC", _CONTROLS.sub(" ", cell))
    return " ".join(plain.split())[:MAX_VALUE_CHARS]


def named(header: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once; a second column of the same name has none."""
    names: list[str] = []
    for cell in header:
        name = bare(cell)[:MAX_COLUMN_CHARS]
        names.append("" if name in names else name)
    return tuple(names)


def likely_columns(table: Cells) -> tuple[int, ...]:
    """
    Find the columns that may hold the fax numbers.

    Returns:
        The likeliest, by its name or its cells, then those that nothing tells from it:
        one of them calls strangers. Empty: no column holds any number.
    """
    candidates = []
    for index, name in enumerate(table.columns):
        share = share_of_numbers(table.column(index))
        if share or _rank(name) < len(_NAMES):
            # The name counts where the cells bear it out; a column of mistakes may be it.
            candidates.append((share < MOSTLY, _rank(name), -share, index))
    if not candidates:
        return ()
    is_doubtful, rank, _, found = min(candidates)
    if rank == _SURE or is_doubtful:
        return (found,)
    rivals = (
        other
        for other_doubtful, other_rank, _, other in candidates
        if other_rank in (rank, len(_NAMES)) and not other_doubtful and other != found
    )
    return (found, *rivals)


def share_of_numbers(cells: Sequence[str]) -> float:
    """What part of some cells are numbers, from 0 to 1."""
    return sum(map(_is_number, cells)) / len(cells) if cells else 0.0


def _number_column(table: Cells) -> int | None:
    """
    The column whose name says that it holds fax numbers, or whose cells are some.

    Raises:
        OrderRefused: If two may be it.
    """
    found = likely_columns(table)
    if len(found) > 1:
        raise _two_columns(table.columns[found[0]], table.columns[found[1]])
    return found[0] if found else None


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
