"""
A list of recipients as people have it: typed, pasted, a text, a table, a spreadsheet.

Pure: no I/O, no clock, no randomness.

Where `number_list` refuses what it must not guess, this takes the likeliest column and
tells the others: whoever sees the first rows can choose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..domain.errors import OrderRefused
from .number_cell import Scissors
from .number_list import BULK, Entry, Limits, listed, tabled, text_lines
from .number_table import (
    MAX_COLUMNS,
    MOSTLY,
    SAMPLE,
    SEPARATORS,
    Cells,
    is_heading,
    likely_columns,
    named,
    parse_cells,
    share_of_numbers,
    split_rows,
    with_numbers,
)
from .workbook import SIGNATURES, sheet_rows

PREVIEW_ROWS = 8
"""As many as a person needs to recognise a column."""

PREVIEW_CHARS = 60
"""Of each cell."""

_NO_LIST = (
    *(b"%PDF", b"{\\rtf"),
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list that was opened; its entries are still to be read."""

    columns: tuple[str, ...]
    "Of a table; empty: a plain list."

    number_column: int | None
    "Whose cells are read as numbers; None: a plain list."

    preview: tuple[tuple[str, ...], ...]
    "The first rows of a table."

    entries: Iterator[Entry]


def open_roster(
    content: bytes, *, column: int | None = None, limits: Limits = BULK
) -> Roster:
    """
    Open a list.

    Args:
        column: That has the numbers, as somebody said; None: find it.

    Raises:
        OrderRefused: If it is too long, or nothing that holds a list.
    """
    if len(content) > limits.file_bytes:
        raise OrderRefused(
            f"Le fichier dépasse {limits.file_bytes // 1024**2} Mo.",
            code="list-too-large",
        )
    if content.startswith(_NO_LIST):
        raise OrderRefused(
            "Ce fichier est un document, pas une liste. Enregistrez la liste au format"
            " XLSX, CSV ou texte.",
            code="list-is-document",
        )
    scissors = Scissors(limits.trials)
    if content.startswith(SIGNATURES):
        table = _with_names(sheet_rows(content, most=limits.entries))
        return _tabled(table, column, scissors)
    lines = text_lines(content)
    found = _table_of(lines)
    if found is not None:
        return _tabled(found, column, scissors)
    return Roster(
        columns=(), number_column=None, preview=(), entries=listed(lines, scissors)
    )


def _tabled(table: Cells, column: int | None, scissors: Scissors) -> Roster:
    if not table.columns:
        raise OrderRefused("Cette liste est vide.", code="list-empty")
    if column is None or not 0 <= column < len(table.columns):
        column = next(iter(likely_columns(table)), 0)
    return Roster(
        columns=table.columns,
        number_column=column,
        preview=tuple(
            tuple(cell[:PREVIEW_CHARS] for cell in cells)
            for _, cells in table.rows[:PREVIEW_ROWS]
        ),
        entries=tabled(with_numbers(table, column), scissors),
    )


def _table_of(lines: Sequence[str]) -> Cells | None:
    """The table that a text is, if it is one rather than numbers beside each other."""
    table = parse_cells(lines)
    if table is None:
        return _without_header(lines)
    many = sum(len(cells) > 1 for _, cells in table.rows[:SAMPLE])
    if not likely_columns(table) and many <= len(table.rows[:SAMPLE]) * MOSTLY:
        return None  # a sentence with a comma
    return _complete(table)


def _without_header(lines: Sequence[str]) -> Cells | None:
    """A table whose first row is a recipient already."""
    sample = [line for line in lines if line.strip()][:SAMPLE]
    for separator in SEPARATORS:
        having = sum(separator in line for line in sample)
        if not sample or having <= len(sample) * MOSTLY:
            continue
        rows = tuple(split_rows(lines, separator, first_line=1))
        width = max((len(cells) for _, cells in rows), default=0)
        table = Cells(("",) * min(width, MAX_COLUMNS), rows)
        shares = [share_of_numbers(table.column(i)) for i in range(len(table.columns))]
        # Numbers alone, some on each line, are a plain list: all of them are called.
        if shares and min(shares) < MOSTLY <= max(shares):
            return _complete(table)
    return None


def _with_names(rows: list[tuple[int, list[str]]]) -> Cells:
    """A sheet; its first row names the columns if it looks like names."""
    if not rows:
        return Cells((), ())
    width = max(len(cells) for _, cells in rows)
    heading = rows[0][1]
    if is_heading(" ".join(heading)):
        names = named([*heading, *[""] * (width - len(heading))])
        return _complete(Cells(names, tuple(rows[1:])))
    return _complete(Cells(("",) * width, tuple(rows)))


def _complete(table: Cells) -> Cells:
    """Columns without a name get one, so that they can be chosen and drawn."""
    columns = tuple(
        name or f"Colonne {place}" for place, name in enumerate(table.columns, start=1)
    )
    return Cells(columns, table.rows)
