"""
A page in squares of 1 mm: the lightest, darkest and mean grey of each.

Pure: no I/O, no clock, no randomness.

What lies where on a page is judged by the square: 60 000 of them cost next to nothing
beside millions of pixels, and no letter is so large that it fills many.
"""

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

TILE_PX = 8
"Side of a tile in columns: 1 mm."

cv2.setNumThreads(1)  # one document, one core: threads would only fight


class Tiles:
    """
    The tiles of a sheet; those at its right and lower edge may be cut.

    Args:
        rows: Height of a tile in rows, 1 mm or what is nearest to it.
    """

    def __init__(self, grey: Grey, rows: int) -> None:
        self.rows = rows
        self.shape = grey.shape
        height, width = grey.shape
        down, across = -(-height // rows), -(-width // TILE_PX)
        below, beside = down * rows - height, across * TILE_PX - width
        padded = np.asarray(
            cv2.copyMakeBorder(grey, 0, below, 0, beside, cv2.BORDER_REPLICATE),
            np.uint8,
        )
        # Rows first: numpy reduces contiguous rows many times faster.
        by_rows = padded.reshape(down, rows, across * TILE_PX)
        self.low: Grey = by_rows.min(1).reshape(down, across, TILE_PX).min(2)
        self.high: Grey = by_rows.max(1).reshape(down, across, TILE_PX).max(2)
        small = cv2.resize(padded, (across, down), interpolation=cv2.INTER_AREA)
        self.mean: Grey = np.asarray(small, np.uint8)
        self.contrast: Grey = self.high - self.low

    def spread(self, values: NDArray[np.uint8] | Marks) -> NDArray[np.uint8]:
        """Give every pixel its tile's value; a mark becomes 255."""
        if values.dtype == np.bool_:
            values = values.view(np.uint8) * np.uint8(255)
        wide = np.repeat(values, TILE_PX, axis=1)[:, : self.shape[1]]
        return np.repeat(wide, self.rows, axis=0)[: self.shape[0]].astype(np.uint8)

    def within(self, box: Box) -> tuple[slice, slice]:
        """The tiles that a box of pixels touches."""
        left, top, right, bottom = box
        return (
            slice(max(0, top // self.rows), max(0, -(-bottom // self.rows))),
            slice(max(0, left // TILE_PX), max(0, -(-right // TILE_PX))),
        )


def widened(values: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    """The highest value within *radius* tiles."""
    return np.asarray(cv2.dilate(values, _square(radius)), np.uint8)


def narrowed(values: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    """The lowest value within *radius* tiles."""
    return np.asarray(cv2.erode(values, _square(radius)), np.uint8)


def averaged(values: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """The mean value within *radius* tiles."""
    side = 2 * radius + 1
    return np.asarray(
        cv2.blur(values, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32
    )


def _square(radius: int) -> Mask:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
