"""
The rows of a spreadsheet file: XLSX, XLS, XLSB or ODS.

Pure: no I/O, no clock, no randomness. The library is a parser of hostile files: run it
where it may run out of memory and time (`list_process`).

Standards:
    ECMA-376-1 (2016) §18 -- what calamine reads of XLSX
"""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from ..domain.errors import OrderRefused
from .number_table import MAX_COLUMNS, clean

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How such files begin: a ZIP archive, or an OLE compound file."""

Cell = int | float | str | bool | date | datetime | time | timedelta
Rows = list[tuple[int, list[str]]]


def sheet_rows(content: bytes, *, most: int) -> Rows:
    """
    The rows of the first visible sheet that has any, each with its place from 1.

    Args:
        most: Rows that are looked at.

    Raises:
        OrderRefused: If it cannot be read.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in workbook.sheets_metadata:
            if sheet.visible is not SheetVisibleEnum.Visible:
                continue
            rows = list(_rows(workbook, sheet.name, most))
            if rows:
                return rows
    except PasswordError:
        raise OrderRefused(
            "Ce classeur est protégé par un mot de passe : enregistrez-le sans"
            " protection.",
            code="list-encrypted",
        ) from None
    except CalamineError:
        raise OrderRefused(
            "Ce fichier n'est pas un classeur lisible. Enregistrez la liste au format"
            " XLSX, CSV ou texte.",
            code="list-unreadable",
        ) from None
    return []


def _rows(
    workbook: CalamineWorkbook, name: str, most: int
) -> Iterator[tuple[int, list[str]]]:
    sheet = workbook.get_sheet_by_name(name)
    first = (sheet.start or (0, 0))[0] + 1
    for index, row in enumerate(sheet.iter_rows()):
        if index >= most:
            return
        cells = [clean(_as_text(cell)) for cell in row[:MAX_COLUMNS]]
        if any(cells):
            yield first + index, cells


def _as_text(cell: Cell) -> str:
    # A number in a cell of numbers: 972101010.0, which lost its nought and gained two.
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e17:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y" if cell.time() == time() else "%d/%m/%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return str(cell)
