"""
The report of a campaign as a table: a line for each number.

Pure: no I/O, no clock, no randomness.

A French spreadsheet opens a file with semicolons and a byte order mark as it should be
without a question; programs want RFC 4180. Text of a stranger (how the far end names
itself) must not be read as a formula: it gets an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from .report_rows import Row

HEADINGS = (
    "Numéro",
    "État",
    "Cause",
    "Pages confirmées",
    "Pages",
    "Fin",
    "Durée (s)",
    "Appels",
    "Appareil distant",
    "Code",
)

BATCH = 1000
"""Rows in one piece of the file."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of one."""


def spreadsheet(rows: Iterable[Row], *, zone: ZoneInfo) -> Iterator[bytes]:
    """Give the file for a spreadsheet, piece by piece: UTF-8 with its mark, semicolons."""
    yield b"\xef\xbb\xbf"
    yield from _pieces((_for_people(row, zone) for row in rows), ";")


def rfc4180(rows: Iterable[Row], *, zone: ZoneInfo) -> Iterator[bytes]:
    """
    Give the file for programs, piece by piece: UTF-8, commas, E.164, ISO 8601.

    Standards:
        RFC 4180 (October 2005) section 2
    """
    yield from _pieces((_for_programs(row, zone) for row in rows), ",")


def _pieces(cells: Iterator[list[object]], delimiter: str) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for n, line in enumerate(cells, 1):
        writer.writerow(line)
        if n % BATCH == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _for_people(row: Row, zone: ZoneInfo) -> list[object]:
    at = f"{row.ended_at.astimezone(zone):%d/%m/%Y %H:%M:%S}" if row.ended_at else ""
    return [_harmless(str(row.number)), *_middle(row, at)]


def _for_programs(row: Row, zone: ZoneInfo) -> list[object]:
    at = row.ended_at.astimezone(zone).isoformat() if row.ended_at else ""
    return [row.number.e164, *_middle(row, at)]


def _middle(row: Row, at: str) -> list[object]:
    return [
        row.state,
        row.cause,
        row.pages_confirmed,
        row.pages,
        at,
        row.duration_s,
        row.calls,
        _harmless(row.far_end),
        _harmless(row.code),
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
