"""
The formats there are: one row each.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

from .contract import ConversionFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of document."""

    label: str
    "As people call it."

    suffixes: tuple[str, ...]
    "Lower case, with the dot; they only break a tie."

    family: str
    """The module of this package that opens it: see `contract.Family`."""

    starts: tuple[bytes, ...] = ()
    "First bytes that only this format has: it is recognised by them."

    office_filter: str = ""
    """LibreOffice's import filter, always forced: left to guess, it reads anything as
    text and prints pages of garbage."""


def _office(
    label: str, office_filter: str, *suffixes: str, starts: tuple[bytes, ...] = ()
) -> Format:
    return Format(
        label=label,
        suffixes=suffixes,
        family="letter",
        starts=starts,
        office_filter=office_filter,
    )


def _picture(label: str, *suffixes: str, starts: tuple[bytes, ...] = ()) -> Format:
    return Format(label=label, suffixes=suffixes, family="image", starts=starts)


PDF = Format(label="PDF", suffixes=(".pdf",), family="pdf", starts=(b"%PDF-",))

ODT = _office("ODT", "writer8", ".odt", ".ott")
SXW = _office("SXW", "StarOffice XML (Writer)", ".sxw", ".stw")
DOC = _office("DOC", "MS Word 97", ".doc", ".dot")
DOC_95 = _office("DOC", "MS WinWord 6.0", ".doc", ".dot")
DOC_2 = _office("DOC", "MS WinWord 5", ".doc", ".dot", starts=(b"\xdb\xa5\x2d\0",))
DOCX = _office("DOCX", "MS Word 2007 XML", ".docx", ".docm", ".dotx")
RTF = _office("RTF", "Rich Text Format", ".rtf", starts=(b"{\\rtf",))
WPD = _office("WPD", "WordPerfect", ".wpd", ".wp", ".wp5", ".wp6", starts=(b"\xffWPC",))
ODS = _office("ODS", "calc8", ".ods", ".ots")
SXC = _office("SXC", "StarOffice XML (Calc)", ".sxc", ".stc")
XLS = _office("XLS", "MS Excel 97", ".xls", ".xlt")
XLS_95 = _office("XLS", "MS Excel 95", ".xls", ".xlt")
XLSX = _office("XLSX", "Calc MS Excel 2007 XML", ".xlsx", ".xlsm", ".xltx")
ODP = _office("ODP", "impress8", ".odp", ".otp")
SXI = _office("SXI", "StarOffice XML (Impress)", ".sxi", ".sti")
PPT = _office("PPT", "MS PowerPoint 97", ".ppt", ".pps", ".pot")
PPT_95 = _office("PPT", "PowerPoint 3", ".ppt", ".pps", ".pot")
PPTX = _office("PPTX", "Impress MS PowerPoint 2007 XML", ".pptx", ".pptm", ".ppsx")
ODG = _office("ODG", "draw8", ".odg", ".otg")

TXT = Format(
    label="TXT",
    suffixes=(".txt", ".text", ".log", ".asc"),
    family="written",
    office_filter="writer8",
)
CSV = Format(label="CSV", suffixes=(".csv",), family="written", office_filter="calc8")
TSV = Format(
    label="TSV", suffixes=(".tsv", ".tab"), family="written", office_filter="calc8"
)
HTML = Format(
    label="HTML",
    suffixes=(".html", ".htm", ".xhtml"),
    family="written",
    office_filter="HTML (StarWriter)",
)
WIKI = Format(
    label="WIKI",
    suffixes=(".wiki", ".mediawiki"),
    family="written",
    office_filter="HTML (StarWriter)",
)

JPEG = _picture("JPEG", ".jpg", ".jpeg", starts=(b"\xff\xd8\xff",))
PNG = _picture("PNG", ".png", starts=(b"\x89PNG\r\n\x1a\n",))
TIFF = _picture(
    "TIFF", ".tif", ".tiff", starts=(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
)
BMP = _picture("BMP", ".bmp", starts=(b"BM",))
GIF = _picture("GIF", ".gif", starts=(b"GIF87a", b"GIF89a"))
WEBP = _picture("WEBP", ".webp")

HEIC = Format(label="HEIC", suffixes=(".heic", ".heif"), family="program")
SVG = Format(label="SVG", suffixes=(".svg",), family="program")
SWF = Format(
    label="SWF", suffixes=(".swf",), family="flash", starts=(b"FWS", b"CWS", b"ZWS")
)
PS = Format(label="PS", suffixes=(".ps",), family="program")
EPS = Format(
    label="EPS", suffixes=(".eps",), family="program", starts=(b"\xc5\xd0\xd3\xc6",)
)

EML = Format(label="EML", suffixes=(".eml",), family="bundle")
ZIP = Format(label="ZIP", suffixes=(".zip",), family="bundle")

FORMATS: tuple[Format, ...] = (
    *(PDF, ODT, DOC, DOC_95, DOC_2, DOCX, RTF, TXT),
    *(ODS, XLS, XLS_95, XLSX, CSV, TSV),
    *(ODP, PPT, PPT_95, PPTX, ODG),
    *(SXW, SXC, SXI, WPD, WIKI, HTML),
    *(JPEG, PNG, TIFF, BMP, GIF, WEBP, HEIC, SVG, SWF, PS, EPS),
    *(EML, ZIP),
)


def of_start(content: bytes) -> Format | None:
    """The format that alone begins so; None if the first bytes do not tell."""
    for row in FORMATS:
        if row.starts and content.startswith(row.starts):
            return row
    return None


def unsupported() -> ConversionFailed:
    """The refusal of a format that is not in the list; names those that are."""
    labels = ", ".join(dict.fromkeys(row.label for row in FORMATS))
    return ConversionFailed(
        "Le format de ce fichier n’est pas pris en charge. Envoyez-le dans l’un de ces"
        f" formats : {labels}.",
        code="unsupported",
    )
