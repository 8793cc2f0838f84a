"""
A list of recipients as a file for a spreadsheet.

Pure: no I/O, no clock, no randomness.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from ..domain.number import FaxNumber
from ..store.recipients import Placed
from .report_csv import FORMULA

NUMBER_COLUMN = "fax"
"""Its name is sure: whoever reads the file again finds the numbers there."""

MARK = b"\xef\xbb\xbf"
"""UTF-8's: a French spreadsheet then opens the file as it should be."""


def heading(columns: Sequence[str]) -> bytes:
    """Give the first line, mark included."""
    return MARK + _written([[NUMBER_COLUMN, *_others(columns)]])


def lines(rows: Iterable[Placed], columns: Sequence[str]) -> bytes:
    """Give a line for each recipient."""
    others = _others(columns)
    return _written(_cells(row, others) for row in rows)


def _cells(row: Placed, others: Sequence[str]) -> list[str]:
    fields = row.fields or {}
    cells = [_harmless(fields.get(name, "")) for name in others]
    return [FaxNumber(row.number).national, *cells]


def _others(columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name != NUMBER_COLUMN]


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
