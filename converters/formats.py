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


PDF = Format(label="PDF", suffixes=(".pdf",), route=Route.PDF)
ODT = Format(
    label="ODT", suffixes=(".odt", ".ott"), route=Route.OFFICE, office_filter="writer8"
)
DOC = Format(
    label="DOC",
    suffixes=(".doc", ".dot"),
    route=Route.OFFICE,
    office_filter="MS Word 97",
)
DOC_95 = Format(
    label="DOC",
    suffixes=(".doc", ".dot"),
    route=Route.OFFICE,
    office_filter="MS WinWord 6.0",
)
DOCX = Format(
    label="DOCX",
    suffixes=(".docx", ".docm", ".dotx"),
    route=Route.OFFICE,
    office_filter="MS Word 2007 XML",
)
TXT = Format(
    label="TXT",
    suffixes=(".txt", ".text", ".log", ".asc"),
    route=Route.TEXT,
    office_filter="writer8",
)
JPEG = Format(label="JPEG", suffixes=(".jpg", ".jpeg"), route=Route.IMAGE)
PNG = Format(label="PNG", suffixes=(".png",), route=Route.IMAGE)
TIFF = Format(label="TIFF", suffixes=(".tif", ".tiff"), route=Route.IMAGE)

FORMATS: tuple[Format, ...] = (PDF, ODT, DOC, DOC_95, DOCX, TXT, JPEG, PNG, TIFF)


def unsupported() -> ConversionFailed:
    """The refusal of a format that is not in the list; names those that are."""
    labels = ", ".join(dict.fromkeys(row.label for row in FORMATS))
    return ConversionFailed(
        "Le format de ce fichier n’est pas pris en charge. Envoyez-le dans l’un de ces"
        f" formats : {labels}.",
        code="unsupported",
    )
