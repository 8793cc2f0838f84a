"""
A page in squares of 1 mm: the lightest, darkest and mean grey of each.

Pure: no I/O, no clock, no randomness.

What lies where on a page is judged by the square: 60 000 of them cost next to nothing
beside millions of pixels, and no letter is so large that it fills many.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""One sheet: rows by columns, 0 is black, 255 white."""

Mask = NDArray[np.uint8]
"""255 where something holds, 0 elsewhere: what OpenCV reckons with."""

Marks = NDArray[np.bool_]
"""One answer for each tile."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""

Area = tuple[slice, slice]
"""Rows and columns of a rectangle, of tiles or of pixels."""

Whole = TypeVar("Whole", np.uint8, np.uint16)
"""What OpenCV finds the highest of."""

TILE_PX = 8
"Side of a tile in columns: 1 mm."

MARGIN = 8
"Rows of tiles round what is not white that are looked at: letters stand on white, too."

FEW = 4
"Rows and columns of a tile that its mean is made of, whatever the resolution."

STRIP = 16
"""Rows of tiles that are worked on at once: what is made of their pixels and read again
stays in the processor's cache."""

cv2.setNumThreads(1)  # one document, one core: threads would only fight


class Tiles:
    """
    The tiles of a sheet; those at its right and lower edge may be cut.

    Args:
        grey: The part of the sheet that is not white.

        rows: Height of a tile in rows, 1 mm or what is nearest to it: 4, 8 or 16.

        sheet_rows: Height of the whole sheet.
    """

    def __init__(self, grey: Grey, rows: int, *, sheet_rows: int) -> None:
        self.rows = rows
        height, width = grey.shape
        self.of_sheet = -(-sheet_rows // rows) * -(-width // TILE_PX)
        "How many the whole sheet has."

        self._height, self._width = height, width
        down, across = -(-height // rows), -(-width // TILE_PX)
        # Rows first, and among columns OpenCV's neighbourhood: numpy reduces short
        # runs of neighbours twenty times slower.
        whole = height // rows
        by_rows = grey[: whole * rows].reshape(whole, rows, width)
        lowest, highest = by_rows.min(1), by_rows.max(1)
        if whole < down:
            cut = grey[whole * rows :]
            lowest = np.vstack((lowest, cut.min(0)))
            highest = np.vstack((highest, cut.max(0)))
        beside = across * TILE_PX - width
        self.low: Grey = _one_a_tile(cv2.erode(_padded(lowest, beside), _TILE_WIDE))
        self.high: Grey = _one_a_tile(cv2.dilate(_padded(highest, beside), _TILE_WIDE))
        self.few: Grey = _sampled(grey, down, across, rows)
        "`FEW` rows and columns of each tile."

        self.mean: Grey = halved(halved(self.few))
        self.contrast: Grey = self.high - self.low

    def spread(
        self, values: NDArray[np.uint8] | Marks, area: Area | None = None
    ) -> NDArray[np.uint8]:
        """
        Give every pixel its tile's value; a mark becomes 255.

        Args:
            area: The tiles whose pixels are wanted; by default all.
        """
        if area is None:
            area = slice(0, values.shape[0]), slice(0, values.shape[1])
        rows, columns = self.pixels(area)
        wide = repeated(values[area], down=self.rows, across=TILE_PX)
        return wide[: rows.stop - rows.start, : columns.stop - columns.start]

    def pixels(self, area: Area) -> Area:
        """The pixels of a rectangle of tiles."""
        down, across = area
        return (
            slice(down.start * self.rows, min(down.stop * self.rows, self._height)),
            slice(across.start * TILE_PX, min(across.stop * TILE_PX, self._width)),
        )

    def within(self, box: Box) -> Area:
        """The tiles that a box of pixels touches."""
        left, top, right, bottom = box
        return (
            slice(max(0, top // self.rows), max(0, -(-bottom // self.rows))),
            slice(max(0, left // TILE_PX), max(0, -(-right // TILE_PX))),
        )


def drawn_rows(grey: Grey, rows: int, pictures: Sequence[Box]) -> slice:
    """
    The rows of a sheet between its white top and bottom, and some of these.

    Args:
        rows: Of a tile; the first is that of one.

        pictures: What is white in them belongs to them.
    """
    above = _white_rows(grey)
    if above == len(grey):
        return slice(0, 0)
    first = min([above, *(top for _, top, _, _ in pictures)])
    below = len(grey) - _white_rows(grey[::-1])
    last = max([below, *(bottom for _, _, _, bottom in pictures)])
    return slice(
        max(0, first // rows - MARGIN) * rows,
        min(len(grey), (-(-last // rows) + MARGIN) * rows),
    )


def _white_rows(grey: Grey) -> int:
    """How many rows on top hold nothing; in steps, as what follows is not looked at."""
    for first in range(0, len(grey), _STEP):
        drawn = np.flatnonzero(grey[first : first + _STEP].min(axis=1) < 255)
        if len(drawn):
            return first + int(drawn[0])
    return len(grey)


_STEP = 64
"Rows."


def around(marks: Marks, margin: int) -> Area:
    """The smallest rectangle that holds all marks, of which there is one at least."""
    down, across = np.flatnonzero(marks.any(1)), np.flatnonzero(marks.any(0))
    return (
        slice(max(0, int(down[0]) - margin), int(down[-1]) + margin + 1),
        slice(max(0, int(across[0]) - margin), int(across[-1]) + margin + 1),
    )


def strips(marks: Marks) -> Iterator[Area]:
    """Rectangles that hold all marks, none of them higher than a strip."""
    for first in range(0, len(marks), STRIP):
        strip = marks[first : first + STRIP]
        if strip.any():
            down, across = around(strip, 0)
            yield slice(first + down.start, first + down.stop), across


def repeated(
    values: NDArray[np.uint8] | Marks, *, down: int, across: int
) -> NDArray[np.uint8]:
    """Each value *down* times *across* times; a mark becomes 255."""
    if values.dtype == np.bool_:
        values = values.view(np.uint8) * np.uint8(255)
    wide = np.repeat(values, across, axis=1)
    rows, columns = wide.shape
    tall = np.broadcast_to(wide[:, None, :], (rows, down, columns))
    return tall.reshape(rows * down, columns).astype(np.uint8, copy=False)


def halved(values: Grey) -> Grey:
    """The mean of every two by two; both sides are even."""
    size = values.shape[1] // 2, values.shape[0] // 2
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.uint8)


def widened(values: NDArray[Whole], radius: int) -> NDArray[Whole]:
    """The highest value within *radius* tiles."""
    return np.asarray(cv2.dilate(values, _square(radius)), values.dtype)


def narrowed(values: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    """The lowest value within *radius* tiles."""
    return np.asarray(cv2.erode(values, _square(radius)), np.uint8)


def averaged(values: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """The mean value within *radius* tiles."""
    side = 2 * radius + 1
    return np.asarray(
        cv2.blur(values, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32
    )


def _sampled(grey: Grey, down: int, across: int, rows: int) -> Grey:
    """`FEW` by `FEW` pixels of each tile; those beyond the sheet are like its edge."""
    every, each = rows // FEW, TILE_PX // FEW
    few = np.empty((FEW * down, FEW * across), np.uint8)
    inside = grey[::every, ::each]
    height, width = inside.shape
    few[:height, :width] = inside
    few[:height, width:] = grey[::every, -1:]
    few[height:, :width] = grey[-1, ::each]
    few[height:, width:] = grey[-1, -1]
    return few


def _padded(values: Grey, beside: int) -> cv2.typing.MatLike:
    """With some more columns like the last."""
    return cv2.copyMakeBorder(values, 0, 0, 0, beside, cv2.BORDER_REPLICATE)


_TILE_WIDE = np.ones((1, TILE_PX), np.uint8)


def _one_a_tile(neighbourhoods: cv2.typing.MatLike) -> Grey:
    """Of the neighbourhoods of all pixels in a row, those that are exactly a tile."""
    return np.ascontiguousarray(neighbourhoods[:, TILE_PX // 2 :: TILE_PX], np.uint8)


def _square(radius: int) -> Mask:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
