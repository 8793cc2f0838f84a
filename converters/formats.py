"""
The formats there are: one row each.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum

from .contract import ConversionFailed


class Route(StrEnum):
    """Which family draws a format."""

    PDF = "pdf"
    IMAGE = "image"
    OFFICE = "office"
    "LibreOffice makes a PDF of it first."

    TEXT = "text"
    "Set as an ODT by `text`, then as OFFICE."

    TABLE = "table"
    "Set as an ODS by `table`, then as OFFICE."

    HTML = "html"
    "Decoded by `hypertext`, then as OFFICE."

    WIKI = "wiki"
    "Made HTML by `wiki`, then as OFFICE."

    PROGRAM = "program"
    "A program of `program` makes a PDF or a PNG of it first."

    BUNDLE = "bundle"
    "Taken apart by `bundle`; each part is a document."


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of document."""

    label: str
    "As people call it."

    suffixes: tuple[str, ...]
    "Lower case, with the dot; they only break a tie."

    route: Route

    office_filter: str = ""
    """LibreOffice's import filter, always forced: left to guess, it reads anything as
    text and prints pages of garbage."""


def _office(label: str, office_filter: str, *suffixes: str) -> Format:
    return Format(
        label=label,
        suffixes=suffixes,
        route=Route.OFFICE,
        office_filter=office_filter,
    )


PDF = Format(label="PDF", suffixes=(".pdf",), route=Route.PDF)

ODT = _office("ODT", "writer8", ".odt", ".ott")
SXW = _office("SXW", "StarOffice XML (Writer)", ".sxw", ".stw")
DOC = _office("DOC", "MS Word 97", ".doc", ".dot")
DOC_95 = _office("DOC", "MS WinWord 6.0", ".doc", ".dot")
DOCX = _office("DOCX", "MS Word 2007 XML", ".docx", ".docm", ".dotx")
RTF = _office("RTF", "Rich Text Format", ".rtf")
WPD = _office("WPD", "WordPerfect", ".wpd", ".wp", ".wp5", ".wp6")
ODS = _office("ODS", "calc8", ".ods", ".ots")
SXC = _office("SXC", "StarOffice XML (Calc)", ".sxc", ".stc")
XLS = _office("XLS", "MS Excel 97", ".xls", ".xlt")
XLS_95 = _office("XLS", "MS Excel 95", ".xls", ".xlt")
XLSX = _office("XLSX", "Calc MS Excel 2007 XML", ".xlsx", ".xlsm", ".xltx")
ODP = _office("ODP", "impress8", ".odp", ".otp")
SXI = _office("SXI", "StarOffice XML (Impress)", ".sxi", ".sti")
PPT = _office("PPT", "MS PowerPoint 97", ".ppt", ".pps", ".pot")
PPTX = _office("PPTX", "Impress MS PowerPoint 2007 XML", ".pptx", ".pptm", ".ppsx")
ODG = _office("ODG", "draw8", ".odg", ".otg")

TXT = Format(
    label="TXT",
    suffixes=(".txt", ".text", ".log", ".asc"),
    route=Route.TEXT,
    office_filter="writer8",
)
CSV = Format(label="CSV", suffixes=(".csv",), route=Route.TABLE, office_filter="calc8")
TSV = Format(
    label="TSV", suffixes=(".tsv", ".tab"), route=Route.TABLE, office_filter="calc8"
)
HTML = Format(
    label="HTML",
    suffixes=(".html", ".htm", ".xhtml"),
    route=Route.HTML,
    office_filter="HTML (StarWriter)",
)
WIKI = Format(
    label="WIKI",
    suffixes=(".wiki", ".mediawiki"),
    route=Route.WIKI,
    office_filter="HTML (StarWriter)",
)

JPEG = Format(label="JPEG", suffixes=(".jpg", ".jpeg"), route=Route.IMAGE)
PNG = Format(label="PNG", suffixes=(".png",), route=Route.IMAGE)
TIFF = Format(label="TIFF", suffixes=(".tif", ".tiff"), route=Route.IMAGE)
BMP = Format(label="BMP", suffixes=(".bmp",), route=Route.IMAGE)
GIF = Format(label="GIF", suffixes=(".gif",), route=Route.IMAGE)
WEBP = Format(label="WEBP", suffixes=(".webp",), route=Route.IMAGE)

HEIC = Format(label="HEIC", suffixes=(".heic", ".heif"), route=Route.PROGRAM)
SVG = Format(label="SVG", suffixes=(".svg",), route=Route.PROGRAM)
PS = Format(label="PS", suffixes=(".ps",), route=Route.PROGRAM)
EPS = Format(label="EPS", suffixes=(".eps",), route=Route.PROGRAM)

EML = Format(label="EML", suffixes=(".eml",), route=Route.BUNDLE)
ZIP = Format(label="ZIP", suffixes=(".zip",), route=Route.BUNDLE)

FORMATS: tuple[Format, ...] = (
    *(PDF, ODT, DOC, DOC_95, DOCX, RTF, TXT),
    *(ODS, XLS, XLS_95, XLSX, CSV, TSV),
    *(ODP, PPT, PPTX, ODG),
    *(SXW, SXC, SXI, WPD, WIKI, HTML),
    *(JPEG, PNG, TIFF, BMP, GIF, WEBP, HEIC, SVG, PS, EPS),
    *(EML, ZIP),
)


def unsupported() -> ConversionFailed:
    """The refusal of a format that is not in the list; names those that are."""
    labels = ", ".join(dict.fromkeys(row.label for row in FORMATS))
    return ConversionFailed(
        "Le format de ce fichier n’est pas pris en charge. Envoyez-le dans l’un de ces"
        f" formats : {labels}.",
        code="unsupported",
    )
