"""
What is neither text nor paper: photos, and the plain fills of drawings.

Pure: no I/O, no clock, no randomness.

Photos are found here, fills in `ground`. Both are printed as a screen of upright lines whose width follows the grey. Each row
resembles the one above, so T.6 codes it in a fraction of what scattered dots cost on
the wire.

"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .regions import added, regions
from .tiles import (
    FEW,
    TILE_PX,
    Area,
    Box,
    Grey,
    Marks,
    Mask,
    Tiles,
    around,
    averaged,
    halved,
    narrowed,
    repeated,
    widened,
)

LINE_THRESHOLDS = np.array([223, 159, 96, 32, 64, 128, 191, 240], np.int16)
"""One period of the screen: the columns turn black from the middle outwards."""

HALF_STEP = 8
"""Every other half millimetre the thresholds are shifted by a quarter of their distance
down, and up: twice the greys, for next to nothing on the wire. Measured over photos at
fine: blurred SSIM 0.93 and 49 kB, with 6 columns and no shift 0.83 and 56 kB."""

BRIGHTNESS = 0.6
"Mean that a printed photo is drawn towards; 0 is black."

SOFTEST, HARDEST = 0.8, 1.05
"""Powers that the greys may be raised to for it. With 0.4, which reached any mean, a dark
photo lost its lights: blurred SSIM of three photos 0.85 in the mean, so 0.93."""

NOISE, DRAWN_SHARE = 2, 0.6
"""Between the lightest and the darkest pixel of a tile, and how many tiles of a picture
have no more. A scan or a photo has next to none."""

SMALLEST = 200
"Tiles, 2 cm²: what looks like a photo and is smaller is the rim of something."

NEITHER_SHARE = 0.3
"""Of what looks like a photo, at least, is neither ground nor letter. Photos measured:
0.41 to 0.62; light letters on a low dark bar, aslant: 0.26."""

VARIED_SHARE = 0.08
"""Of the tiles of a photo, at least, both the lightest and the darkest grey differ from
their neighbours'. Photos measured: at least 0.17; light letters on dark: none."""


class Photos:
    """
    Find the photos of a sheet.

    Args:
        pictures: Where images lie; only there a photo is looked for.
    """

    def __init__(self, tiles: Tiles, pictures: list[Box]) -> None:
        self.photo: Marks = np.zeros(tiles.mean.shape, np.bool_)
        "Tiles of photos."

        self.scanned: Marks = np.zeros(tiles.mean.shape, np.bool_)
        "Tiles of images that are no drawings: photos and scans."

        self._tiles = tiles
        if not pictures:
            return
        varied = _varies(tiles.high) & _varies(tiles.low)
        likely: Marks | None = None
        light = np.maximum(_blurred(widened(tiles.high, 2), 2), 1)
        for box in pictures:
            area = tiles.within(box)
            if 0 in self.photo[area].shape:
                continue
            even = tiles.contrast[area] <= NOISE
            self.scanned[area] |= even.mean() < DRAWN_SHARE
            shade = _shade(light, tiles, area)
            is_photo = varied[area].mean() > VARIED_SHARE and _is_photo(shade)
            if is_photo:
                self.photo[area] = True
                continue
            if likely is None:
                likely = _lively(tiles, varied)
            self.photo[area] |= likely[area]
        self.scanned |= self.photo

    def leave_out(self, words: list[Box]) -> None:
        """Screen no tile that holds words, or is next to one: they would be frayed."""
        for box in words:
            down, across = self._tiles.within(box)
            self.photo[
                max(0, down.start - 1) : down.stop + 1,
                max(0, across.start - 1) : across.stop + 1,
            ] = False


def print_photos(ink: Mask, grey: Grey, tiles: Tiles, photo: Marks) -> None:
    """Put the screen of photos into what is printed."""
    area = around(photo, 0)
    inside = tiles.pixels(area)
    mask = tiles.spread(photo, area)
    toned = cv2.LUT(
        grey[inside], _tones(tiles.few[repeated(photo, down=FEW, across=FEW) != 0])
    )
    # Its grain would fray the lines: without it a tenth less on the wire.
    smooth = cv2.blur(toned, (3, 3 * tiles.rows // TILE_PX))
    put(ink[inside], lines(np.asarray(smooth, np.uint8), tiles), mask)


def put(ink: Mask, screened: cv2.typing.MatLike, mask: Mask) -> None:
    """Put what was made of a part of a sheet into it, where the mask says so."""
    cv2.copyTo(screened, mask, ink)


def lines(grey: Grey, tiles: Tiles) -> Mask:
    """The screen over part of a sheet, whose upper left is that of a tile."""
    rows, width = grey.shape
    columns = np.resize(LINE_THRESHOLDS, width)
    lower = (columns - HALF_STEP).astype(np.uint8)
    upper = np.minimum(columns + HALF_STEP, 250).astype(np.uint8)
    half = tiles.rows // 2
    one_tile = np.repeat(np.stack((lower, upper)), half, axis=0)
    thresholds = np.tile(one_tile, (-(-rows // tiles.rows), 1))[:rows]
    return np.asarray(cv2.compare(grey, thresholds, cv2.CMP_LT), np.uint8)


def _tones(sample: Grey) -> NDArray[np.uint8]:
    """
    A table from the greys of a photo to those that are printed.

    The whole range of the picture is used, and its middle lifted: ink spreads, and
    shadows on a fax close up.
    """
    low, high = np.percentile(sample, (1, 99))
    levels = np.clip((np.arange(256) - low) / max(1.0, float(high - low)), 0, 1)
    middle = float(np.clip(levels[sample].mean(), 0.05, 0.95))
    levels **= np.clip(np.log(BRIGHTNESS) / np.log(middle), SOFTEST, HARDEST)
    return np.asarray(255 * levels, np.uint8)


def _lively(tiles: Tiles, varied: Marks) -> Marks:
    """
    Tell for each tile whether it looks like one of a photo.

    In a photo most pixels are neither black nor white, and the lightest and the darkest
    grey of neighbouring tiles differ; under text the paper stays the same, or, under
    light letters, the dark ground.

    Args:
        varied: Where both do.
    """
    middling = np.asarray(cv2.inRange(tiles.few, _DARK, _LIGHT), np.uint8)
    share = halved(halved(middling))
    lively = varied & (averaged(share.astype(np.float32), 4) > 90)
    marks: Marks = averaged(lively.astype(np.float32), 6) > 0.4
    if marks.any():
        sizes, labels = regions(marks)
        between = added(labels.ravel(), _between(tiles).ravel())
        kept = (sizes >= SMALLEST) & (between > NEITHER_SHARE * sizes)
        marks &= kept.take(labels)
    return marks


def _between(tiles: Tiles) -> NDArray[np.float64]:
    """The share of each tile that is neither dark nor light beside what is within 2 mm."""
    dark = narrowed(tiles.low, 2)
    span = np.maximum(cv2.subtract(widened(tiles.high, 2), dark), _SPAN)
    few = np.ascontiguousarray(tiles.few[::_STEP, ::_STEP])
    times = FEW // _STEP
    over = cv2.subtract(few, repeated(dark, down=times, across=times))
    shade = cv2.divide(over, repeated(span, down=times, across=times), scale=255)
    between = np.asarray(cv2.inRange(shade, _QUARTER, _TWO_THIRDS), np.uint8)
    return halved(between) / 255


_SPAN = 32
"What noise does is less."

_QUARTER, _TWO_THIRDS = np.array(64), np.array(166)


def _varies(values: Grey) -> Marks:
    """Whether a grey differs between a tile and its neighbours."""
    grey = values.astype(np.float32)
    mean = averaged(grey, 2)
    spread = np.sqrt(np.maximum(0, averaged(grey**2, 2) - mean**2))
    marks: Marks = spread > 0.06 * mean + 4
    return marks


_DARK, _LIGHT = np.array(41), np.array(214)
"""Between them a pixel is neither black nor white."""


def _shade(light: Grey, tiles: Tiles, area: Area) -> Grey:
    """Some pixels of a picture in 255ths of the lightest grey within 3 mm of them."""
    down, across = (slice(FEW * part.start, FEW * part.stop) for part in area)
    few = np.ascontiguousarray(tiles.few[down, across][::_STEP, ::_STEP])
    lit = repeated(light[area], down=FEW // _STEP, across=FEW // _STEP)
    return np.asarray(cv2.divide(few, lit, scale=255), np.uint8)


_STEP = 2
"Of `Tiles.few`, from one pixel that is looked at to the next: 4 in a mm²."


def _is_photo(shade: Grey) -> bool:
    """
    Tell a photo from a scan or a drawing.

    On paper, shadowed or tinted, nearly every pixel is either the paper or clearly
    darker; a photo has as much between.

    Args:
        shade: As `_shade` gives it.
    """
    if shade.size == 0:
        return False
    paper = float(np.count_nonzero(shade > 209)) / shade.size
    dark = float(np.count_nonzero(shade < 140)) / shade.size
    return paper < _PAPER_SHARE and 1 - paper - dark > _BETWEEN_SHARE


_PAPER_SHARE, _BETWEEN_SHARE = 0.55, 0.1
"""Photos measured: at most 0.51 and at least 0.13. Scans, screens and line art: at
least 0.77 or at most 0.07."""


def _blurred(values: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return np.asarray(
        cv2.blur(values, (side, side), borderType=cv2.BORDER_REPLICATE), np.uint8
    )
