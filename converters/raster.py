"""
Print sheets: grey in the page's own pixels, then black and white, the band kept free.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .binarise import binarise
from .ink import Ink
from .remarks import Lettering, Remarks
from .sheet import (
    BAND_ROWS,
    ROWS,
    WIDTH_PX,
    Placement,
    place,
)
from .tiles import Box, Grey


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A whole fax page in grey."""

    grey: Grey
    "`ROWS` by 1728; white where nothing is drawn."

    pictures: list[Box]
    "Where images lie; a photo is looked for only there."

    lettering: Lettering | None = None
    "What is known of its text."

    words: Callable[[], list[Box]] = list
    "Tells where it is written, as far as that is known; asked only if there are photos."


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
        self._remarks = Remarks(vertical_dpi=vertical_dpi)
        self._dropped = 0

    def pages(self, sheets: Iterable[Sheet]) -> Iterator[Ink]:
        """
        Yield the pages; blank ones at the end are left out, unless all are.
        """
        held: list[Ink] = []
        for sheet in sheets:
            ink, scale, lettering = _print(sheet, vertical_dpi=self._vertical_dpi)
            is_blank = not ink.any()
            self._remarks.note(scale=scale, lettering=lettering, is_blank=is_blank)
            if is_blank:
                held.append(ink)
                continue
            yield from held
            held.clear()
            yield ink
        if self._remarks.all_blank:
            yield from held[:1]
        self._dropped = len(held)

    def warnings(self) -> tuple[str, ...]:
        """What the requester should know of the pages; after the last of them."""
        return self._remarks.sentences(dropped=self._dropped)

    @property
    def characters(self) -> frozenset[str]:
        """All that are known to be written on the pages."""
        return self._remarks.characters


def _print(sheet: Sheet, *, vertical_dpi: int) -> tuple[Ink, float, Lettering | None]:
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
            return ink, placement.scale, painted.lettering
    # Drawn below the band: what the neighbourhood reflected into it is no content.
    ink[:band] = False
    return ink, placement.scale, painted.lettering


def _black_and_white(
    painted: Painted, placement: Placement, *, vertical_dpi: int
) -> Ink:
    """What lies beside the sheet is white, and no part of what is looked at."""
    left, top = placement.left, placement.top
    sheet = np.s_[top : top + placement.height, left : left + placement.width]

    def on_sheet(boxes: list[Box]) -> list[Box]:
        return [(b[0] - left, b[1] - top, b[2] - left, b[3] - top) for b in boxes]

    ink: Ink = np.zeros(painted.grey.shape, np.bool_)
    binarise(
        painted.grey[sheet],
        vertical_dpi=vertical_dpi,
        pictures=on_sheet(painted.pictures),
        words=lambda: on_sheet(painted.words()),
        into=ink[sheet],
    )
    return ink
