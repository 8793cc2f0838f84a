"""
CSV and TSV to an ODS that LibreOffice sets: every cell as it is written.

Pure: no I/O, no clock, no randomness.

Read here, because LibreOffice splits at commas alone (a French `12,50` becomes two
cells), drops leading zeros of telephone numbers, and works out what looks like a
formula: in a fax, `=1+1` is text.
"""

import csv
import io
import re
import zipfile
from html import escape

from .contract import Cause

MAX_CELLS = 200_000
"Some hundred pages: more is refused by the page limit anyway, after minutes."

MAX_COLUMN_MM = 70.0
"Longer text is broken into lines."

CHARACTER_MM = 1.9
"Of 10 pt, on average."

_SEPARATORS = ";\t,|"
"The likeliest first: where a comma is the decimal sign, semicolons part the cells."

_SAMPLE_LINES, _SAMPLE_CHARACTERS = 50, 20_000

TOO_LONG = Cause(
    for_requester="Le tableau est trop long pour une télécopie. Envoyez-le en plusieurs"
    " parties.",
    code="too-many-pages",
)


def separator(text: str, *, tabs: bool) -> str:
    """
    Guess what parts the cells.

    Args:
        tabs: The name says that tabs do.
    """
    if tabs and "\t" in text:
        return "\t"
    bare = _UNQUOTED.sub("", text[:_SAMPLE_CHARACTERS])
    lines = [line for line in bare.split("\n") if line.strip()][:_SAMPLE_LINES]
    best, most = ",", 0
    for candidate in _SEPARATORS:
        counts = [line.count(candidate) for line in lines]
        steady = min(counts, default=0)
        if steady > most and (most == 0 or steady >= 2 * most):
            best, most = candidate, steady
    return best


_UNQUOTED = re.compile(r'"[^"]*"')


def to_ods(text: str, *, tabs: bool) -> bytes:
    """
    Set a table; the same text gives the same bytes.

    Args:
        text: As `text.decode_text` returns it.

    Raises:
        ConversionFailed: If it is too long.
    """
    csv.field_size_limit(MAX_CELLS * 10)
    reader = csv.reader(
        io.StringIO(text.strip("\n")), delimiter=separator(text, tabs=tabs)
    )
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in reader:
            cells += max(1, len(row))
            if cells > MAX_CELLS:
                raise TOO_LONG.failure()
            rows.append([cell.strip() for cell in row])
    except csv.Error:
        # A quote that is never closed, or a carriage return on its own.
        rows = [[line.strip()] for line in text.split("\n")][:MAX_CELLS]
    return _packed(rows)


def _packed(rows: list[list[str]]) -> bytes:
    across = max(map(len, rows), default=1)
    widths = [1.0] * across
    for row in rows:
        for column, cell in enumerate(row):
            longest = max(map(len, cell.split("\n")), default=0)
            widths[column] = max(widths[column], longest)
    styles, columns = [], []
    for number, width in enumerate(widths):
        shown = min(MAX_COLUMN_MM, width * CHARACTER_MM + 4)
        styles.append(
            f'<style:style style:name="c{number}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{shown:.1f}mm"/>'
            "</style:style>"
        )
        columns.append(f'<table:table-column table:style-name="c{number}"/>')
    body = "".join(
        f"<table:table-row>{''.join(map(_cell, row)) or _EMPTY}</table:table-row>"
        for row in rows
    )
    content = _CONTENT.format(
        styles="".join(styles), columns="".join(columns), body=body or _NO_ROW
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in (
            ("mimetype", _MIMETYPE),
            ("content.xml", content),
            ("META-INF/manifest.xml", _MANIFEST),
        ):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, part)
    return out.getvalue()


def _cell(text: str) -> str:
    style = "n" if _NUMBER.fullmatch(text) else "t"
    lines = "".join(
        f"<text:p>{escape(line, quote=False)}</text:p>" for line in text.split("\n")
    )
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string">'
        f"{lines}</table:table-cell>"
    )


_NUMBER = re.compile(r"[+-]?\d[\d\s.,'’]*(?:[€%$]|EUR)?")
"""Stands at the right, whatever it is."""

_EMPTY = "<table:table-cell/>"
_NO_ROW = f"<table:table-row>{_EMPTY}</table:table-row>"
_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' office:version="1.2"'
)
_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_CONTENT = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}>'
    "<office:automatic-styles>{styles}"
    '<style:style style:name="t" style:family="table-cell">'
    '<style:table-cell-properties fo:wrap-option="wrap"'
    ' fo:border="0.25pt solid #000000" fo:padding="0.5mm"/></style:style>'
    '<style:style style:name="n" style:family="table-cell">'
    '<style:table-cell-properties style:text-align-source="fix"'
    ' fo:wrap-option="wrap" fo:border="0.25pt solid #000000" fo:padding="0.5mm"/>'
    '<style:paragraph-properties fo:text-align="end"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
    '<table:table table:name="1">{columns}{body}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/"'
    f' manifest:media-type="{_MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml"'
    ' manifest:media-type="text/xml"/></manifest:manifest>'
)
