"""
Print sheets: grey in the page's own pixels, then black and white, the band kept free.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .binarise import Box, Grey, binarise
from .sheet import BAND_ROWS, ROWS, WIDTH_PX, Placement, place
from .tiff_f import CodedPage, Ink, decode_page, encode_page, write

SMALL_PRINT = 0.6
"Below this scale 10 pt letters become smaller than 6 pt: the requester is warned."


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A whole fax page in grey."""

    grey: Grey
    "`ROWS` by 1728; white where nothing is drawn."

    pictures: list[Box]
    "Where images lie; a photo is looked for only there."


class Sheet(Protocol):
    """
    One page of a document, before it is printed.

    A converter yields these; `print_sheets` asks for the pixels, once or twice.
    """

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height as it is read; both over 0."""

    @property
    def may_turn(self) -> bool:
        """Whether it may be turned to fit."""

    def paint(self, placement: Placement, *, vertical_dpi: int) -> Painted:
        """Draw it in grey at this place of the page."""

    def exact(self, *, vertical_dpi: int) -> Ink | None:
        """Its own pixels where it already is a fax page of this resolution."""


def print_sheets(
    sheets: Iterable[Sheet], *, vertical_dpi: int
) -> tuple[bytes, int, tuple[str, ...]]:
    """
    Print every sheet.

    Returns:
        The TIFF-F, how many pages, and the warnings.

    Raises:
        NotTiffF: If a page does not survive its own coding. A bug of ours, or of a
            library, that must not reach the telephone.
    """
    pages: list[CodedPage] = []
    reduced: list[tuple[int, float]] = []
    inked = False
    for number, sheet in enumerate(sheets, 1):
        ink, scale = _print(sheet, vertical_dpi=vertical_dpi)
        inked = inked or bool(ink.any())
        if scale < SMALL_PRINT:
            reduced.append((number, scale))
        page = encode_page(ink, vertical_dpi=vertical_dpi)
        decode_page(page)
        pages.append(page)
    if not pages:
        return b"", 0, ()
    return write(pages), len(pages), _warnings(reduced, is_blank=not inked)


def _warnings(reduced: list[tuple[int, float]], *, is_blank: bool) -> tuple[str, ...]:
    warnings = []
    if reduced:
        first = reduced[0][0]
        percent = max(1, round(100 * min(scale for _, scale in reduced)))
        warnings.append(
            f"La page {first} est plus grande qu’une feuille A4 : elle est réduite"
            f" à {percent} % et peut être difficile à lire."
            if len(reduced) == 1
            else f"{len(reduced)} pages, dont la page {first}, sont plus grandes qu’une"
            f" feuille A4 : elles sont réduites, jusqu’à {percent} %, et peuvent être"
            " difficiles à lire."
        )
    if is_blank:
        warnings.append("Le document ne contient rien d’imprimable : il sort blanc.")
    return tuple(warnings)


def _print(sheet: Sheet, *, vertical_dpi: int) -> tuple[Ink, float]:
    band = BAND_ROWS[vertical_dpi]
    own = sheet.exact(vertical_dpi=vertical_dpi)
    if own is not None and not own[:band].any():
        assert own.shape == (ROWS[vertical_dpi], WIDTH_PX)
        return own, 1.0
    for under_band in (False, True):
        placement = place(
            *sheet.size_mm,
            vertical_dpi=vertical_dpi,
            under_band=under_band,
            may_turn=sheet.may_turn,
        )
        painted = sheet.paint(placement, vertical_dpi=vertical_dpi)
        ink = binarise(
            painted.grey, vertical_dpi=vertical_dpi, pictures=painted.pictures
        )
        if not ink[:band].any():
            return ink, placement.scale
    # Drawn below the band: what the neighbourhood reflected into it is no content.
    ink[:band] = False
    return ink, placement.scale
