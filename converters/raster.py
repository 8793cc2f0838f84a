"""
Print sheets: grey in the page's own pixels, then black and white, the band kept free.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .binarise import binarise
from .ink import Ink
from .sheet import (
    BAND_ROWS,
    ROWS,
    WIDTH_PX,
    Placement,
    place,
)
from .tiles import Box, Grey

SMALL_PRINT = 0.6
"Below this scale 10 pt letters become smaller than 6 pt: the requester is warned."


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A whole fax page in grey."""

    grey: Grey
    "`ROWS` by 1728; white where nothing is drawn."

    pictures: list[Box]
    "Where images lie; a photo is looked for only there."

    text_pt: float | None = None
    "Size of its smaller text as it is printed, in points; None if there is no text."


class Sheet(Protocol):
    """
    One page of a document, before it is printed.

    A converter yields these; a `Press` asks for the pixels, once or twice.
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


class Press:
    """
    Prints the sheets of one document.

    Args:
        vertical_dpi: 98, 196 or 391.
    """

    def __init__(self, *, vertical_dpi: int) -> None:
        self._vertical_dpi = vertical_dpi
        self._reduced: list[tuple[int, float]] = []
        self._blank: list[int] = []
        self._small: list[tuple[int, float]] = []
        self._count = 0
        self._dropped = 0

    def pages(self, sheets: Iterable[Sheet]) -> Iterator[Ink]:
        """
        Yield the pages; blank ones at the end are left out, unless all are.
        """
        held: list[Ink] = []
        for number, sheet in enumerate(sheets, 1):
            ink, scale, text_pt = _print(sheet, vertical_dpi=self._vertical_dpi)
            self._count = number
            if scale < SMALL_PRINT:
                self._reduced.append((number, scale))
            elif text_pt is not None and text_pt < READABLE_PT[self._vertical_dpi]:
                self._small.append((number, text_pt))
            if not ink.any():
                self._blank.append(number)
                held.append(ink)
                continue
            yield from held
            held.clear()
            yield ink
        if len(self._blank) == self._count:
            yield from held[:1]
        self._dropped = len(held)

    def warnings(self) -> tuple[str, ...]:
        """What the requester should know of the pages; after the last of them."""
        if self._count and len(self._blank) == self._count:
            return ("Le document ne contient rien d’imprimable : il sort blanc.",)
        told = _of_reduced(self._reduced) + _of_small(self._small, self._vertical_dpi)
        told += _of_dropped(self._dropped)
        inner = self._blank[: len(self._blank) - self._dropped]
        return (*told, *_of_blank(inner))


def _of_reduced(reduced: list[tuple[int, float]]) -> tuple[str, ...]:
    if not reduced:
        return ()
    first = reduced[0][0]
    percent = max(1, round(100 * min(scale for _, scale in reduced)))
    if len(reduced) == 1:
        return (
            f"La page {first} est plus grande qu’une feuille A4 : elle est réduite"
            f" à {percent} % et peut être difficile à lire.",
        )
    return (
        f"{len(reduced)} pages, dont la page {first}, sont plus grandes qu’une"
        f" feuille A4 : elles sont réduites, jusqu’à {percent} %, et peuvent être"
        " difficiles à lire.",
    )


def _of_small(small: list[tuple[int, float]], vertical_dpi: int) -> tuple[str, ...]:
    if not small:
        return ()
    number, size = min(small, key=lambda one: one[1])
    finer = [dpi for dpi in _QUALITIES if dpi > vertical_dpi]
    enough = [dpi for dpi in finer if size >= READABLE_PT[dpi]]
    told = f"Du texte de la page {number} est très petit ({size:.0f} points) pour la"
    told += f" qualité {_QUALITIES[vertical_dpi]}"
    if enough:
        return (f"{told} ; qualite:{_QUALITIES[enough[0]]} le rendrait lisible.",)
    return (f"{told} et sera difficile à lire.",)


_QUALITIES = {98: "normal", 196: "premium", 391: "best"}
"As requesters write them."

READABLE_PT = {98: 6.5, 196: 4.8, 391: 3.5}
"""Smaller text is hard to read: its small letters have fewer than 4 rows and columns.
The columns are the same in all qualities, so four times the rows do not give a fourth of
the size."""


def _of_dropped(count: int) -> tuple[str, ...]:
    if count == 0:
        return ()
    if count == 1:
        return ("La dernière page était blanche : elle n’est pas envoyée.",)
    return (
        f"Les {count} dernières pages étaient blanches : elles ne sont pas envoyées.",
    )


def _of_blank(numbers: list[int]) -> tuple[str, ...]:
    if not numbers:
        return ()
    if len(numbers) == 1:
        return (f"La page {numbers[0]} est blanche.",)
    listed = ", ".join(map(str, numbers[:MAX_LISTED]))
    more = "…" if len(numbers) > MAX_LISTED else ""
    return (f"Les pages {listed}{more} sont blanches.",)


MAX_LISTED = 8
"Page numbers in one sentence."


def _print(sheet: Sheet, *, vertical_dpi: int) -> tuple[Ink, float, float | None]:
    band = BAND_ROWS[vertical_dpi]
    own = sheet.exact(vertical_dpi=vertical_dpi)
    if own is not None and not own[:band].any():
        assert own.shape == (ROWS[vertical_dpi], WIDTH_PX)
        return own, 1.0, None
    for under_band in (False, True):
        placement = place(
            *sheet.size_mm,
            vertical_dpi=vertical_dpi,
            under_band=under_band,
            may_turn=sheet.may_turn,
        )
        painted = sheet.paint(placement, vertical_dpi=vertical_dpi)
        ink = _black_and_white(painted, placement, vertical_dpi=vertical_dpi)
        if not ink[:band].any():
            return ink, placement.scale, painted.text_pt
    # Drawn below the band: what the neighbourhood reflected into it is no content.
    ink[:band] = False
    return ink, placement.scale, painted.text_pt


def _black_and_white(
    painted: Painted, placement: Placement, *, vertical_dpi: int
) -> Ink:
    """What lies beside the sheet is white, and no part of what is looked at."""
    left, top = placement.left, placement.top
    sheet = np.s_[top : top + placement.height, left : left + placement.width]
    ink: Ink = np.zeros(painted.grey.shape, np.bool_)
    ink[sheet] = binarise(
        painted.grey[sheet],
        vertical_dpi=vertical_dpi,
        pictures=[
            (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
            for box in painted.pictures
        ],
    )
    return ink
