"""
Grey pages to black and white: text stays text.

Pure: no I/O, no clock, no randomness.

A threshold that follows the paper (the mean and the mean deviation of 4 mm round each
pixel), so that scans, tinted paper and coloured boxes print as clean text. Which side
of the threshold is ink depends on the ground: light letters on a dark box must not
dissolve: see `ground`. A page that is mostly
dark, as slides are, is printed dark on white: that reads better, and a page of black
costs the reader a cartridge.

Photos and plain fills are no text: see `screen`.

Standards:
    J. Sauvola, M. Pietikäinen, Adaptive document image binarization, Pattern
    Recognition 33 (2000) 225-236, (5), with the mean deviation for the standard one
"""

from collections.abc import Callable

import cv2
import numpy as np
from cv2.typing import MatLike

from . import fills
from .ground import Ground
from .ink import Ink
from .screen import Photos, print_photos
from .tiles import (
    FEW,
    STRIP,
    TILE_PX,
    Box,
    Grey,
    Marks,
    Mask,
    Tiles,
    drawn_rows,
    halved,
    narrowed,
    repeated,
)

WINDOW = 9
"""Side of the neighbourhood in half millimetres: wider than the strokes of text. Means
over it are made of one pixel in four, eight or sixteen and change slowly."""

CLEARANCE = 0.15
"""How much darker than an even ground ink must be. With 0.25 tesseract read 98.5 % of
8 pt text at 98 dpi and 73 % of a faint scan, with this 99.6 and 98; the noise of scans
costs 4 % more on the wire."""

CRISP, BLACK = 0.2, 80
"""The clearance near what is drawn, not scanned, and as dark as this: with 0.15 the
letters of 10 pt type run together at 98 dpi: of two lines under a photo, on two pages,
tesseract read 96.7 and 96.5 % with that, and 100 and 99.1 with this."""

MOSTLY = 0.5
"The share of dark ground from which a page is printed the other way round."


def binarise(
    grey: Grey,
    *,
    vertical_dpi: int,
    pictures: list[Box],
    words: Callable[[], list[Box]] = list,
    into: Ink | None = None,
) -> Ink:
    """
    Decide for each pixel whether it is ink.

    Args:
        grey: A sheet alone: white round it would be taken for its paper.

        vertical_dpi: Rows per inch, 98, 196 or 391; columns are always 204.

        pictures: Where images lie; only there a photo is looked for.

        words: Tells where it is written; photos are no ground to read from.

        into: Where it is marked, if it is part of a page: as large, and all False.
    """
    rows = {98: 4, 196: 8, 391: 16}[vertical_dpi]
    drawn = drawn_rows(grey, rows, pictures)
    marks: Ink = np.zeros(grey.shape, np.bool_) if into is None else into
    if drawn.stop > drawn.start:
        part = grey[drawn]
        tiles = Tiles(part, rows, sheet_rows=len(grey))
        above = drawn.start

        def on_part(boxes: list[Box]) -> list[Box]:
            return [(b[0], b[1] - above, b[2], b[3] - above) for b in boxes]

        photos = Photos(tiles, on_part(pictures))
        if photos.photo.any():
            photos.leave_out(on_part(words()))
        np.not_equal(_printed(part, tiles, photos), 0, out=marks[drawn])
    return marks


def _printed(grey: Grey, tiles: Tiles, photos: Photos) -> Mask:
    """255 at what is ink of the part of a sheet that is not white."""
    ground = Ground(tiles, photos.scanned)
    ink = _darker(grey, tiles, ground.dark, photos.scanned)
    if _is_turned(ground, photos.photo, tiles):
        fills.invert(ink, tiles, ground.dark)
    else:
        if ground.turned.any():
            fills.turn(ink, grey, tiles, ground)
        if ground.tinted.any():
            fills.outline(ink, grey, tiles, ground)
        if ground.plain.any():
            fills.print_plain(ink, grey, tiles, ground, photos.photo)
    if photos.photo.any():
        print_photos(ink, grey, tiles, photos.photo)
    return ink


def _darker(grey: Grey, tiles: Tiles, dark: Marks, scanned: Marks) -> Mask:
    """255 at what is darker than light ground, and at dark ground itself."""
    mean = _neighbourhood(tiles.few)
    near = cv2.resize(mean, tiles.few.shape[::-1], interpolation=cv2.INTER_LINEAR)
    apart = _neighbourhood(np.asarray(cv2.absdiff(tiles.few, near), np.uint8))
    threshold = _threshold(mean, apart)
    crisp = (narrowed(tiles.low, 1) <= BLACK) & ~scanned
    if crisp.any():
        where = repeated(crisp, down=FEW // 2, across=FEW // 2)
        cv2.copyTo(_threshold(mean, apart, CRISP), where, threshold)
    if dark.any():
        # Black for white: there the ground is light too.
        mirrored = cv2.bitwise_not(_threshold(cv2.bitwise_not(mean), apart))
        where = repeated(dark, down=FEW // 2, across=FEW // 2)
        cv2.copyTo(mirrored, where, threshold)
    down = len(dark)
    ink = np.empty_like(grey)
    for first in range(0, down, STRIP):
        _compare(ink, grey, tiles, threshold, first)
    return ink


def _compare(
    ink: Mask, grey: Grey, tiles: Tiles, threshold: MatLike, first: int
) -> None:
    """Put 255 where a strip, from its first row of tiles on, is below its threshold."""
    half, width = FEW // 2, grey.shape[1]
    # Between two thresholds lie those of pixels: of the next strips, too.
    above = min(1, first)
    coarse = threshold[half * (first - above) : half * (first + STRIP + 1)]
    size = TILE_PX // half * coarse.shape[1], tiles.rows // half * coarse.shape[0]
    fine = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    rows = slice(tiles.rows * first, min(tiles.rows * (first + STRIP), len(grey)))
    begins = tiles.rows * above
    limit = fine[begins : begins + rows.stop - rows.start, :width]
    cv2.compare(grey[rows], limit, cv2.CMP_LT, dst=ink[rows])


def _threshold(mean: MatLike, apart: MatLike, clearance: float = CLEARANCE) -> MatLike:
    """Sauvola's: mean * (1 - clearance * (1 - deviation/128)), in bytes."""
    spread = cv2.multiply(mean, apart, scale=clearance / 128)
    return cv2.add(spread, cv2.convertScaleAbs(mean, alpha=1 - clearance))


def _neighbourhood(few: Grey) -> Grey:
    """The mean of `WINDOW` round every half millimetre."""
    side = (WINDOW, WINDOW)
    mean = cv2.blur(halved(few), side, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(mean, np.uint8)


def _is_turned(ground: Ground, photo: Marks, tiles: Tiles) -> bool:
    """Tell whether light letters on dark are printed dark on white."""
    dark = np.count_nonzero(ground.dark & ~photo)
    letters = np.count_nonzero(ground.letters & ~photo)
    count = tiles.of_sheet
    return bool(dark > MOSTLY * count and letters > _SOME * count)


_SOME = 0.005
"""Of a page's tiles, that light letters reach to: below, a black page is meant so."""
