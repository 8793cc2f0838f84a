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

import cv2
import numpy as np

from .ground import Ground
from .screen import Photos, draw_edges, print_fills, print_photos
from .tiff_f import Ink
from .tiles import TILE_PX, Box, Grey, Marks, Mask, Tiles

WINDOW_PX = 16
"Half the side of the neighbourhood: 2 mm, wider than the strokes of text."

CLEARANCE = 0.15
"""How much darker than an even ground ink must be. With 0.25 tesseract read 98.5 % of
8 pt text at 98 dpi and 73 % of a faint scan, with this 99.6 and 98; the noise of scans
costs 4 % more on the wire."""

MOSTLY = 0.5
"The share of dark ground from which a page is printed the other way round."


def binarise(grey: Grey, *, vertical_dpi: int, pictures: list[Box]) -> Ink:
    """
    Decide for each pixel whether it is ink.

    Args:
        grey: A sheet alone: white round it would be taken for its paper.

        vertical_dpi: Rows per inch, 98, 196 or 391; columns are always 204.

        pictures: Where images lie; only there a photo is looked for.
    """
    tiles = Tiles(grey, rows={98: 4, 196: 8, 391: 16}[vertical_dpi])
    photos = Photos(grey, tiles, pictures)
    ground = Ground(tiles, photos.scanned)
    dark = tiles.spread(ground.dark) if ground.dark.any() else None
    ink = _standing_out(grey, dark, vertical_dpi)
    if not _is_turned(ground, photos.photo):
        if dark is not None:
            cv2.bitwise_xor(ink, dark, dst=ink)
        if ground.tinted.any():
            draw_edges(ink, grey, tiles, ground.tinted)
        if ground.plain.any():
            print_fills(ink, grey, tiles, ground.plain, ground.tinted | photos.photo)
    if photos.photo.any():
        print_photos(ink, grey, tiles, photos.photo)
    marks: Ink = ink != 0
    return marks


def _standing_out(grey: Grey, dark: Mask | None, vertical_dpi: int) -> Mask:
    """255 at what is darker than its ground; lighter where that is dark."""
    half = max(4, round(WINDOW_PX * vertical_dpi / 204))
    window = (2 * WINDOW_PX + 1, 2 * half + 1)
    mean = np.asarray(cv2.blur(grey, window, borderType=_BORDER), np.uint8)
    apart = cv2.blur(cv2.absdiff(grey, mean), window, borderType=_BORDER)
    if dark is not None:
        mean, grey = _mirrored(mean, dark), _mirrored(grey, dark)
    # Sauvola's rule: level * (1 - CLEARANCE * (1 - deviation/128)), in bytes.
    threshold = cv2.multiply(mean, apart, scale=CLEARANCE / 128)
    cv2.add(threshold, cv2.convertScaleAbs(mean, alpha=1 - CLEARANCE), dst=threshold)
    return np.asarray(cv2.compare(grey, threshold, cv2.CMP_LT), np.uint8)


_BORDER = cv2.BORDER_REPLICATE


def _mirrored(values: Grey, dark: Mask) -> Grey:
    """Black for white where the ground is dark."""
    return np.asarray(cv2.bitwise_xor(values, dark), np.uint8)


def _is_turned(ground: Ground, photo: Marks) -> bool:
    """Tell whether light letters on dark are printed dark on white."""
    tiles = photo.size
    dark = np.count_nonzero(ground.dark & ~photo)
    letters = np.count_nonzero(ground.letters & ~photo)
    return bool(dark > MOSTLY * tiles and letters > _SOME * tiles)


_SOME = 0.005
"""Of a page's tiles, that light letters reach to: below, a black page is meant so."""

assert TILE_PX == 8, "rows of a tile go by it"
