"""
Grey pages to black and white: text stays text, photos become lines.

Pure: no I/O, no clock, no randomness.

Text: a threshold that follows the paper (the mean and the mean deviation of 4 mm round
each pixel), so that scans, tinted paper and coloured boxes print as clean text. Which
side of the threshold is ink depends on the ground: light letters on a dark box must
not dissolve. A ground of middle grey is black or white for the whole page, by a vote
of what is written on it, or boxes would fray where their text ends.

Photos: a screen of upright lines whose width follows the grey. Each row resembles the
one above, so T.6 codes it in a fraction of what scattered dots cost on the wire.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .tiff_f import Ink

Grey = NDArray[np.uint8]
"""One page: rows by columns, 0 is black, 255 white."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the page; right and bottom are outside."""

WINDOW_PX = 16
"Half the side of the neighbourhood: 2 mm, wider than the strokes of text."

TILE_PX = 8
"Side of the squares in which ground and polarity are judged: 1 mm."

FLAT = 50
"Less contrast than this within 5 mm: nothing is written there."

ALWAYS_BLACK, ALWAYS_WHITE = 60, 190
"Grounds about which there is no vote."

UNDECIDED = 100
"A ground nothing is written on is black below this."


def binarise(grey: Grey, *, vertical_dpi: int, pictures: list[Box]) -> Ink:
    """
    Decide for each pixel whether it is ink.

    Args:
        vertical_dpi: Rows per inch, 98, 196 or 391; columns are always 204.

        pictures: Where images lie; only there a photo is looked for.
    """
    tile_rows = max(4, round(TILE_PX * vertical_dpi / 204))
    mean, deviation = _neighbourhood(grey, WINDOW_PX * vertical_dpi / 204)
    tiles = _Tiles(grey, tile_rows)
    dark_ground = tiles.spread(tiles.dark_ground(), grey.shape)

    # Sauvola's rule with the mean deviation: level * (1 - 1/4 * (1 - deviation/128)),
    # in integers; mirrored where letters are lighter than their ground.
    level = np.where(dark_ground, 255 - mean, mean).astype(np.uint16)
    threshold = (level * (96 + (deviation >> 2).astype(np.uint16))) >> 7
    value = np.where(dark_ground, 255 - grey, grey)
    ink: Ink = (value < threshold) ^ dark_ground

    if pictures:
        photo = tiles.spread(tiles.photos(pictures), grey.shape)
        if photo.any():
            ink = np.where(photo, _screened(grey, photo), ink)
    return ink


class _Tiles:
    """A page in squares of 1 mm: the lightest, darkest and mean grey of each."""

    def __init__(self, grey: Grey, tile_rows: int) -> None:
        rows, columns = grey.shape
        self.tile_rows = tile_rows
        down, across = -(-rows // tile_rows), -(-columns // TILE_PX)
        padded = np.pad(
            grey,
            ((0, down * tile_rows - rows), (0, across * TILE_PX - columns)),
            mode="edge",
        )
        # Rows first: numpy reduces contiguous rows many times faster.
        by_rows = padded.reshape(down, tile_rows, across * TILE_PX)
        self.low = by_rows.min(1).reshape(down, across, TILE_PX).min(2)
        self.high = by_rows.max(1).reshape(down, across, TILE_PX).max(2)
        sums = by_rows.sum(1, dtype=np.uint32).reshape(down, across, TILE_PX).sum(2)
        self.mean = (sums / (tile_rows * TILE_PX)).astype(np.uint8)
        self._padded = padded

    def dark_ground(self) -> Ink:
        """Tell for each tile whether its ground prints black."""
        low = _filtered(self.low, ImageFilter.MinFilter(5))
        high = _filtered(self.high, ImageFilter.MaxFilter(5))
        mean = _filtered(self.mean, ImageFilter.BoxBlur(2))
        written = (high - low) >= FLAT
        light_letters = mean < (low.astype(np.uint16) + high) // 2
        ground = np.where(written, np.where(light_letters, low, high), self.mean)

        bins = ground >> 4
        light_votes = np.bincount(bins[written & light_letters], minlength=16)
        dark_votes = np.bincount(bins[written & ~light_letters], minlength=16)
        levels = np.arange(256)
        black = levels < UNDECIDED
        voted = (light_votes + dark_votes > 0)[levels >> 4]
        black = np.where(voted, (light_votes > dark_votes)[levels >> 4], black)
        black |= levels < ALWAYS_BLACK
        black &= levels < ALWAYS_WHITE
        return black[ground]

    def photos(self, pictures: list[Box]) -> Ink:
        """
        Tell for each tile whether it belongs to a photo.

        In a photo most pixels are neither black nor white, and the lightest grey
        of neighbouring tiles differs; under text the paper stays the same.
        """
        down, across = self.mean.shape
        middling = (self._padded > 40) & (self._padded < 215)
        share = middling.reshape(down, self.tile_rows, across * TILE_PX).sum(1)
        share = share.reshape(down, across, TILE_PX).sum(2)
        grey_share = (255 * share // (self.tile_rows * TILE_PX)).astype(np.uint8)
        paper = self.high.astype(np.float32)
        paper_mean = _mean(paper, 2)
        spread = np.sqrt(np.maximum(0, _mean(paper**2, 2) - paper_mean**2))
        lively = (_mean(grey_share, 4) > 90) & (spread > 0.06 * paper_mean + 4)
        likely = _mean(255 * lively.astype(np.uint8), 6) > 102

        light = _filtered(self.high, ImageFilter.MaxFilter(5))
        light = np.maximum(_filtered(light, ImageFilter.BoxBlur(2)), 1)
        lit = np.repeat(light, TILE_PX, 1).astype(np.uint16)
        by_rows = self._padded.reshape(down, self.tile_rows, across * TILE_PX)
        shade = np.minimum(by_rows.astype(np.uint16) * 255 // lit[:, None], 255)
        shade = shade.astype(np.uint8).reshape(self._padded.shape)

        photo = np.zeros((down, across), np.bool_)
        for left, top, right, bottom in pictures:
            area = np.s_[
                max(0, top // self.tile_rows) : -(-bottom // self.tile_rows),
                max(0, left // TILE_PX) : -(-right // TILE_PX),
            ]
            pixels = shade[max(0, top) : bottom, max(0, left) : right]
            photo[area] |= True if _is_photo(pixels) else likely[area]
            photo[area] |= self._fills(area)
        return photo

    def _fills(self, area: tuple[slice, slice]) -> Ink:
        """
        Tell which tiles of a picture are even or shaded fills of a drawing.

        Only a drawing has many tiles without the least noise; there a grey area means
        something, while on a scan it is the paper.
        """
        contrast = self.high[area] - self.low[area]
        if contrast.size == 0 or np.mean(contrast <= _NOISE) < _DRAWN_SHARE:
            return np.zeros(contrast.shape, np.bool_)
        paper = int(np.percentile(self.high[area], 95))
        fills: Ink = (self.mean[area] < paper - _TINT) & (contrast <= _SHADING)
        return fills

    def spread(self, tiles: Ink, shape: tuple[int, ...]) -> Ink:
        """Give every pixel of the page its tile's answer."""
        wide = np.repeat(tiles, TILE_PX, axis=1)[:, : shape[1]]
        return np.repeat(wide, self.tile_rows, axis=0)[: shape[0]]


_LINE_THRESHOLDS = np.array([212, 127, 42, 85, 170, 240], np.uint8)
"""One period of the screen: the columns turn black from the middle outwards."""


def _is_photo(shade: Grey) -> bool:
    """
    Tell a photo from a scan or a drawing.

    On paper, shadowed or tinted, nearly every pixel is either the paper or clearly
    darker; a photo has as much between.

    Args:
        shade: Each pixel in 255ths of the lightest grey within 3 mm of it.
    """
    if shade.size == 0:
        return False
    paper = float(np.count_nonzero(shade > 209)) / shade.size
    dark = float(np.count_nonzero(shade < 140)) / shade.size
    return paper < _PAPER_SHARE and 1 - paper - dark > _BETWEEN_SHARE


_PAPER_SHARE, _BETWEEN_SHARE = 0.55, 0.1
"""Photos measured: at most 0.51 and at least 0.13. Scans, screens and line art: at
least 0.77 or at most 0.07."""


_NOISE, _DRAWN_SHARE = 2, 0.6
"""Between the lightest and the darkest pixel of a tile, and how many tiles of a picture
have no more. A scan or a photo has next to none."""

_TINT, _SHADING = 12, 24
"""How much darker than the paper a fill is, and what a gradient may change in 1 mm."""


def _screened(grey: Grey, photo: Ink) -> Ink:
    # The whole range of the picture is used, and its middle lifted: ink spreads, and
    # shadows on a fax close up.
    sample = grey[photo][::7]
    low, high = np.percentile(sample, (1, 99))
    levels = np.clip((np.arange(256) - low) / max(1.0, float(high - low)), 0, 1)
    middle = float(np.clip(levels[sample].mean(), 0.05, 0.95))
    levels **= np.clip(np.log(_BRIGHTNESS) / np.log(middle), 0.4, 1.2)
    toned = (255 * levels).astype(np.uint8)[grey]
    columns = np.resize(_LINE_THRESHOLDS, grey.shape[1])
    ink: Ink = toned < columns[None, :]
    return ink


_BRIGHTNESS = 0.65
"Mean of a printed photo; 0 is black."


def _neighbourhood(grey: Grey, rows: float) -> tuple[Grey, Grey]:
    blur = ImageFilter.BoxBlur((WINDOW_PX, max(4, rows)))
    mean = _filtered(grey, blur)
    apart = np.maximum(grey, mean) - np.minimum(grey, mean)
    return mean, _filtered(apart, blur)


def _filtered(
    values: Grey,
    rule: ImageFilter.MinFilter | ImageFilter.MaxFilter | ImageFilter.BoxBlur,
) -> Grey:
    return np.asarray(Image.fromarray(values).filter(rule))


def _mean(values: NDArray[Any], radius: int) -> NDArray[np.float32]:
    # Pillow blurs bytes only; running sums do the same for any number.
    padded = np.pad(values.astype(np.float64), radius, mode="edge")
    side = 2 * radius + 1
    sums = np.pad(padded.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side]
    mean: NDArray[np.float32] = np.asarray(
        (total + sums[:-side, :-side]) / side**2, np.float32
    )
    return mean
