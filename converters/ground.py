"""
What letters stand on: paper, a dark box, a tinted row, the shaded sky of a slide.

Pure: no I/O, no clock, no randomness.

A drawn page says it exactly: fills are regions of one even grey, and what is written
on a fill has that fill on all four sides. Each fill is black or white for itself, by
a vote of the letters that stand on it; a fill on which nothing stands is a picture of
its grey. In a scan no two pixels are alike; there the darkest and the lightest grey
near a place must do, and grounds of one grey vote together.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .tiles import Grey, Marks, Tiles, averaged, narrowed, widened

SHADING = 24
"What an even ground may change in 1 mm."

SMALLEST = 16
"Tiles, 16 mm²: a smaller even patch is the inside of a letter."

TINT = 12
"How much darker than white a fill is that is seen at all."

BLACK_FILL = 36
"A fill darker than this is black."

FLAT = 50
"Less contrast than this within 5 mm of a scan: nothing is written there."

ALWAYS_BLACK, ALWAYS_WHITE = 60, 190
"Grounds of a scan about which there is no vote."

UNDECIDED = 100
"A ground nothing is written on is black below this."

PAPER = 0.5
"A fill that takes more of a page is its paper."

REACH, WIDE_REACH = 8, 40
"""How far, in tiles, a letter's ground is above and below it, and beside it."""


_ALIKE = 3.0
"Greys that differ by less are one fill, cut in two."

_MANY = 1 << 16
"More than there are fills: 60 000 tiles."

_FEW, _SHARE = 4, 0.004
"""Tiles with letters on a fill, and their share of it, so that it is written on."""


class Ground:
    """
    Judge the grounds of a sheet.

    Args:
        scanned: Tiles of images that are no drawings.
    """

    def __init__(self, tiles: Tiles, scanned: Marks) -> None:
        shape = tiles.mean.shape
        self.dark: Marks = np.zeros(shape, np.bool_)
        "Where ground prints black."

        self.letters: Marks = np.zeros(shape, np.bool_)
        "Where light letters stand on it."

        self.plain: Marks = np.zeros(shape, np.bool_)
        "Fills on which nothing is written."

        self.tinted: Marks = np.zeros(shape, np.bool_)
        "Fills that are written on and print white."

        drawn = ~scanned
        even = drawn & (tiles.contrast <= SHADING)
        # On white alone nothing is lighter than its ground.
        if np.count_nonzero(even & (tiles.mean <= 255 - TINT)) >= SMALLEST:
            self._judge_fills(tiles, drawn)
        if scanned.any():
            dark, letters = _of_scan(tiles, scanned)
            self.dark = np.where(scanned, dark, self.dark)
            self.letters = np.where(scanned, letters, self.letters)

    def _judge_fills(self, tiles: Tiles, drawn: Marks) -> None:
        fills = _Fills(tiles, drawn)
        if fills.count == 0:
            return
        levels = fills.levels
        lighter, darker, stands_on = _votes(tiles, fills, drawn)
        written = lighter + darker >= np.maximum(_FEW, _SHARE * fills.sizes)
        self._share_votes(fills, written, lighter, darker)
        paper = (levels > 255 - TINT) | (fills.sizes > PAPER * drawn.size)
        dark = np.where(written, lighter > darker, levels < UNDECIDED)
        dark[0] = written[0] = False
        nearest = fills.nearest()
        self.dark = dark[nearest] & drawn
        self.letters = dark[stands_on] & written[stands_on]
        plain = ~written & ~paper & (levels > BLACK_FILL)
        plain[0] = False
        self.plain = plain[fills.labels]
        self.tinted = (written & ~dark & (levels <= 255 - TINT))[fills.labels]

    def _share_votes(
        self,
        fills: "_Fills",
        written: NDArray[np.bool_],
        lighter: NDArray[np.int64],
        darker: NDArray[np.int64],
    ) -> None:
        """
        Let the strips between lines of text follow the fill they are part of.

        A long word, with its tail, may cut off a strip of its ground.
        """
        alone = ~written
        alone[0] = False
        if not alone.any() or not written.any():
            return
        tinted = written & (fills.levels <= 255 - TINT)
        number = np.where(tinted[fills.labels], fills.labels, 0)
        reach = np.ones((2 * REACH + 1, 3), np.uint8)
        strip = alone[fills.labels]
        parent = np.zeros(len(written), np.int64)
        # Of several fills near a strip, the one that was numbered last, and first.
        for sign in (1, -1):
            ranks = np.where(number > 0, sign * number + _MANY, 0).astype(np.float32)
            near = np.asarray(cv2.dilate(ranks, reach))[strip]
            beside = np.where(near > 0, sign * (near - _MANY), 0).astype(np.int64)
            same = np.abs(fills.levels[beside] - fills.levels[fills.labels[strip]])
            fits = (beside > 0) & (same < _ALIKE)
            parent[fills.labels[strip][fits]] = beside[fits]
        found = parent > 0
        written |= found
        lighter[found] = lighter[parent[found]]
        darker[found] = darker[parent[found]]


class _Fills:
    """The connected regions of even grey; region 0 is what belongs to none."""

    def __init__(self, tiles: Tiles, drawn: Marks) -> None:
        even = drawn & (tiles.contrast <= SHADING)
        # Two fills may meet exactly between two tiles.
        highest = widened(np.where(even, tiles.mean, 0).astype(np.uint8), 1)
        lowest = narrowed(np.where(even, tiles.mean, 255).astype(np.uint8), 1)
        even &= cv2.subtract(highest, lowest) <= SHADING
        # White regions apart: a gradient may run into the paper.
        white = even & (tiles.mean > 255 - TINT)
        count, labels = _regions(even & ~white)
        more, of_white = _regions(white)
        labels = np.where(white, of_white + (count - 1), labels)
        kept = np.bincount(labels.ravel(), minlength=count + more - 1) >= SMALLEST
        kept[0] = False
        number = np.where(kept, np.cumsum(kept), 0)
        self.labels: NDArray[np.int32] = number[labels].astype(np.int32)
        self.count = int(kept.sum())
        flat = self.labels.ravel()
        self.sizes = np.bincount(flat, minlength=self.count + 1)
        sums = np.bincount(flat, tiles.mean.ravel(), self.count + 1)
        self.levels: NDArray[np.float64] = sums / np.maximum(1, self.sizes)

    def nearest(self) -> NDArray[np.int32]:
        """For each tile, the region it lies in or next to."""
        outside = (self.labels == 0).view(np.uint8)
        _, which = cv2.distanceTransformWithLabels(
            outside, cv2.DIST_L1, 3, labelType=cv2.DIST_LABEL_PIXEL
        )
        # Each tile inside a region has a number of its own; look its region up.
        inside = self.labels > 0
        by_number = np.zeros(int(which.max()) + 1, np.int32)
        by_number[which[inside]] = self.labels[inside]
        found: NDArray[np.int32] = by_number[which]
        return found

    def around(self) -> NDArray[np.int32]:
        """For each tile, the region that lies on all four sides of it, or 0."""
        above = _last_seen(self.labels, REACH)
        below = _last_seen(self.labels[::-1], REACH)[::-1]
        turned = np.ascontiguousarray(self.labels.T)
        left = _last_seen(turned, WIDE_REACH)
        right = _last_seen(turned[::-1], WIDE_REACH)[::-1]
        beside = np.where(left == right, left, -1).T
        same = (above == below) & (above == beside)
        found: NDArray[np.int32] = np.where(same, above, 0).astype(np.int32)
        return found


def _regions(marks: Marks) -> tuple[int, NDArray[np.int32]]:
    count, labels = cv2.connectedComponents(
        marks.view(np.uint8), connectivity=4, ltype=cv2.CV_32S
    )
    return count, np.asarray(labels, np.int32)


def _last_seen(labels: NDArray[np.int32], reach: int) -> NDArray[np.int32]:
    """For each tile, the last region on the way down to it, if within reach."""
    # Row and region in one number: the highest so far is the last.
    rows = np.arange(len(labels), dtype=np.int32)[:, None] * _MANY
    last = np.maximum.accumulate(np.where(labels > 0, rows + labels, -1), axis=0)
    near: NDArray[np.int32] = np.where(
        (last >= 0) & (rows - last < reach * _MANY), last & (_MANY - 1), 0
    )
    return near


def _votes(
    tiles: Tiles, fills: _Fills, drawn: Marks
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """
    Count the tiles of letters on each fill.

    Returns:
        Those lighter and those darker than their fill, and for each tile with a letter
        the fill it stands on.
    """
    stands_on = np.where(drawn & (fills.labels == 0), fills.around(), 0)
    level = fills.levels[stands_on]
    over, under = tiles.high - level, level - tiles.low
    stands_on = np.where(np.maximum(over, under) > SHADING, stands_on, 0)
    lighter = np.bincount(stands_on[over > under], minlength=fills.count + 1)
    darker = np.bincount(stands_on[over <= under], minlength=fills.count + 1)
    return lighter, darker, stands_on.astype(np.int32)


def _of_scan(tiles: Tiles, scanned: Marks) -> tuple[Marks, Marks]:
    low, high = narrowed(tiles.low, 2), widened(tiles.high, 2)
    mean = averaged(tiles.mean.astype(np.float32), 2)
    written = (high - low) >= FLAT
    light_letters = mean < (low.astype(np.uint16) + high) // 2
    ground = np.where(written, np.where(light_letters, low, high), tiles.mean)

    bins = ground >> 4
    voters = written & scanned & ~_is_edge(tiles, low, high)
    light_votes = np.bincount(bins[voters & light_letters], minlength=16)
    dark_votes = np.bincount(bins[voters & ~light_letters], minlength=16)
    levels = np.arange(256)
    black = levels < UNDECIDED
    voted = (light_votes + dark_votes > 0)[levels >> 4]
    black = np.where(voted, (light_votes > dark_votes)[levels >> 4], black)
    black |= levels < ALWAYS_BLACK
    black &= levels < ALWAYS_WHITE
    dark: Marks = black[ground]
    return dark, dark & written & light_letters


def _is_edge(tiles: Tiles, low: Grey, high: Grey) -> Marks:
    """
    Tell where two grounds meet: no letter says which of them is paper.

    Both the darkest and the lightest grey within reach fill whole tiles there; the
    strokes of letters do not.
    """
    even = tiles.contrast <= SHADING
    lowest = narrowed(np.where(even, tiles.mean, 255).astype(np.uint8), 2)
    highest = widened(np.where(even, tiles.mean, 0).astype(np.uint8), 2)
    meets: Marks = (cv2.absdiff(lowest, low) < SHADING) & (
        cv2.absdiff(high, highest) < SHADING
    )
    return meets
