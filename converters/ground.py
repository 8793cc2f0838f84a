"""
What letters stand on: paper, a dark box, a tinted row, the shaded sky of a slide.

Pure: no I/O, no clock, no randomness.

A drawn page says it exactly: fills are regions of one even grey, and what is written
on a fill has that fill on all four sides. Each fill is black or white for itself, by
a vote of the letters that stand on it; a fill on which nothing stands is a picture of
its grey. In a scan no two pixels are alike; there the darkest and the lightest grey
near a place must do, and grounds of one grey vote together.
"""

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from .cells import under_dark, under_light
from .regions import MANY, added, beside, nearest, numbers, regions, roots, sides
from .tiles import Grey, Marks, Tiles, averaged, narrowed, widened

SHADING = 24
"What an even ground may change in 1 mm."

SMALLEST = 16
"Tiles, 16 mm²: a smaller even patch is the inside of a letter."

TINT = 12
"How much darker than white a fill is that is seen at all."

BLACK_FILL = 36
"A fill darker than this is black."

FAINT_FILL = 232
"""A fill lighter than this is white, written on or not: its screen would be dots, which
nobody sees and T.6 codes worst."""

FLAT = 50
"Less contrast than this within 5 mm of a scan: nothing is written there."

ALWAYS_BLACK, ALWAYS_WHITE = 60, 190
"Grounds of a scan about which there is no vote."

UNDECIDED = 100
"A ground nothing is written on is black below this."

PAPER = 0.5
"A fill that takes more of a page is its paper."

FULL = 0.1
"""Light letters by the ground between them, in tiles, from which a dark fill is turned:
a table's head, a paragraph on a dark box. A bar of a chart with its figure on it keeps
its colour."""


_ALIKE = 3.0
"Greys that differ by less are one fill, cut in two."

_ALL = slice(None)

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

        self.turned: Marks = np.zeros(shape, np.bool_)
        "Dark fills full of light letters, and these: printed dark on white."

        self.plain: Marks = np.zeros(shape, np.bool_)
        "Fills on which nothing is written."

        self.tinted: Marks = np.zeros(shape, np.bool_)
        "Fills that are written on and print white."

        self.level: Grey = np.zeros(shape, np.uint8)
        "The grey of the fill that a tile lies in or next to; 0 if there is none."

        drawn = ~scanned
        even = drawn & (tiles.contrast <= SHADING)
        white = even & (tiles.mean > 255 - TINT)
        # On white alone nothing is lighter than its ground.
        if np.count_nonzero(even) - np.count_nonzero(white) >= SMALLEST:
            self._judge_fills(tiles, drawn, _Fills(tiles, drawn, even, white))
        self._judge_cells(tiles, drawn)
        if scanned.any():
            dark, letters = _of_scan(tiles, scanned)
            self.dark = np.where(scanned, dark, self.dark)
            self.letters = np.where(scanned, letters, self.letters)

    def _judge_fills(self, tiles: Tiles, drawn: Marks, fills: "_Fills") -> None:
        if fills.count == 0:
            return
        levels = fills.levels
        lighter, darker, stands_on = _votes(tiles, fills)
        written = lighter + darker >= np.maximum(_FEW, _SHARE * fills.sizes)
        paper = (levels > 255 - TINT) | (fills.sizes > PAPER * tiles.of_sheet)
        dark = np.where(written, lighter > darker, levels < UNDECIDED)
        dark[0] = written[0] = False
        # A letter's tile is nearest to what it stands on, be its edge nearer.
        near = nearest(stands_on + fills.labels * (stands_on == 0))
        self.dark = dark.take(near) & drawn
        self.letters = (dark & written).take(stands_on)
        self.level = levels.astype(np.uint8).take(near)
        turned = written & dark & (lighter > FULL * fills.sizes)
        if turned.any():
            self.turned = drawn & _turned(tiles, fills, turned, stands_on, near)
        faint = ~written & ~paper & (levels >= FAINT_FILL)
        plain = ~written & ~paper & (levels > BLACK_FILL) & ~faint
        plain[0] = False
        self.plain = plain.take(fills.labels)
        tinted = faint | (written & ~dark & (levels <= 255 - TINT))
        tinted[0] = False
        if tinted.any():
            self.tinted = drawn & tinted.take(near)

    def _judge_cells(self, tiles: Tiles, drawn: Marks) -> None:
        """Judge the low fills that regions do not tell."""
        known = self.tinted | self.turned
        beside_turned = widened(self.turned.view(np.uint8), 1) > 0
        within = drawn & (tiles.low > BLACK_FILL) & (tiles.low <= ALWAYS_WHITE)
        seen = self.letters | self.tinted | beside_turned
        levels = under_light(tiles, within, seen, letter=SHADING)
        self._settle((levels > 0) & ~beside_turned, levels, is_dark=True)
        within = drawn & (tiles.high >= ALWAYS_BLACK) & (tiles.high <= 255 - TINT)
        within &= ~self.turned
        seen = self.letters | self.tinted
        levels = under_dark(tiles, within, seen, letter=SHADING)
        cell = levels > 0
        if cell.any():
            # What their edge cuts belongs to them, too.
            near = widened(levels, 1)
            rim = drawn & (tiles.contrast > SHADING) & ~(known | self.dark)
            levels = np.where(cell, levels, near * rim)
            self._settle(levels > 0, levels, is_dark=False)

    def _settle(self, cell: Marks, levels: Grey, *, is_dark: bool) -> None:
        """Note the ground of tiles that letters stand on."""
        self.level = np.where(cell, levels, self.level)
        self.plain &= ~cell
        for marks, holds in (
            (self.dark, is_dark),
            (self.letters, is_dark),
            (self.tinted, not is_dark),
        ):
            np.copyto(marks, holds, where=cell)


class _Fills:
    """The regions of even grey; region 0 is what belongs to none."""

    def __init__(self, tiles: Tiles, drawn: Marks, even: Marks, white: Marks) -> None:
        # Two fills may meet exactly between two tiles.
        self.highest = widened(tiles.mean * even, 1)
        "Of the even tiles next to each."

        lowest = narrowed(np.maximum(tiles.mean, ~even * np.uint8(255)), 1)
        even = even & (cv2.subtract(self.highest, lowest) <= SHADING)
        # White regions apart: a gradient may run into the paper.
        white = even & white
        sizes, labels = regions(even & ~white)
        more, of_white = regions(white)
        np.add(of_white, len(sizes) - 1, out=labels, where=white)
        sizes = np.concatenate((sizes, more[1:]))
        kept = sizes >= SMALLEST
        number = numbers(kept)
        self.labels: NDArray[np.int32] = number.take(labels)
        sums = np.asarray(
            np.bincount(labels.ravel(), tiles.mean.ravel(), minlength=len(sizes)),
            np.float64,
        )
        self._measure(sizes, sums, number)
        self._adopt(np.flatnonzero(even & (self.labels == 0)), tiles)

        self.letters = np.flatnonzero(
            drawn & (self.labels == 0) & (tiles.contrast > SHADING)
        )
        "Tiles that are not even, by their place in the flattened page."

        self._high = tiles.high.ravel()[self.letters]
        self._low = tiles.low.ravel()[self.letters]
        self._sides = sides(self.labels, self.letters)
        self._join()

    def _measure(
        self,
        sizes: NDArray[np.float64],
        sums: NDArray[np.float64],
        number: NDArray[np.int32],
    ) -> None:
        """Add up what is known of regions that have new numbers now."""
        self.sizes = added(number, sizes)
        self._sums = added(number, sums)
        self.levels: NDArray[np.float64] = self._sums / np.maximum(1, self.sizes)
        self.count = len(self.sizes) - 1

    def _adopt(self, small: NDArray[np.intp], tiles: Tiles) -> None:
        """
        Give what is too small for a fill to the fill that letters cut it off from.

        Between two descenders and the edge of a box is a patch of its very grey, which
        is found again on one side of the word; inside a letter, that is what the letter
        stands on, and has another.

        Args:
            small: Even tiles that belong to no region.
        """
        grey = tiles.mean.ravel()[small]
        left, right = beside(self.labels, small)
        to_left, to_right = (
            (side > 0) & (np.abs(grey - self.levels[side]) < _ALIKE)
            for side in (left, right)
        )
        self.labels.ravel()[small] = np.where(
            to_left, left, np.where(to_right, right, 0)
        )

    def _join(self) -> None:
        """
        Make one of regions of one grey with nothing but letters on it between them.

        Words cut the box they stand in: into strips over and under them, and a part on
        either side.
        """
        pairs = []
        for each, another in itertools.combinations(self._sides, 2):
            apart = np.flatnonzero((each != another) & (each > 0) & (another > 0))
            one, other = each[apart], another[apart]
            alike = np.abs(self.levels[one] - self.levels[other]) < _ALIKE
            meet = alike & self._holds(one, apart)
            pairs.append(one[meet] * np.int64(MANY) + other[meet])
        met = np.unique(np.concatenate(pairs))
        if len(met) == 0:
            return
        root = roots(self.count + 1, met // MANY, met % MANY)
        number = numbers(root == np.arange(self.count + 1))[root]
        self.labels = number.take(self.labels)
        self._sides = [number.take(side) for side in self._sides]
        self._measure(self.sizes, self._sums, number)

    def under(self) -> NDArray[np.int32]:
        """Tell what `letters` stand on: a region for each of their tiles, or 0."""
        above, below, left, right = self._sides
        beside, over = left == right, above == below
        # On all four sides, or on three and the paper on the fourth: between a fill and
        # a shape drawn on it there are three sides, too.
        paper = self.levels > 255 - TINT
        paper[0] = False
        most = np.select(
            [
                beside & (left == above) & ((below == left) | paper[below]),
                beside & (left == below) & paper[above],
                over & (above == left) & paper[right],
                over & (above == right) & paper[left],
            ],
            [left, left, above, above],
            default=0,
        )
        # In a low row of a table nothing of it may be left over or under its letters. But
        # it is on both sides of them, and what is between the letters has its grey: the
        # lighter one, rather, of two grounds that meet. A tile with a ground on one side
        # alone is the edge of that ground, and no letter.
        across = np.where(beside & (above != left) & (below != left), left, 0)
        down = np.where(over & (left != above) & (right != above), above, 0)
        pairs = [across, down]
        lighter = [self._is(self._high, one) for one in pairs]
        darker = [self._is(self._low, one) for one in pairs]
        other = np.select(lighter + darker, pairs + pairs, default=most)
        found: NDArray[np.int32] = np.where(self._holds(most), most, other)
        return found

    def _holds(
        self, regions: NDArray[np.int32], which: NDArray[np.intp] | slice = _ALL
    ) -> NDArray[np.bool_]:
        """Whether tiles of letters hold the grey of a region."""
        high, low = self._high[which], self._low[which]
        return self._is(high, regions) | self._is(low, regions)

    def _is(self, grey: Grey, regions: NDArray[np.int32]) -> NDArray[np.bool_]:
        alike = np.abs(grey - self.levels.take(regions)) < _ALIKE
        return np.asarray(alike & (regions > 0), np.bool_)


def _votes(
    tiles: Tiles, fills: _Fills
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """
    Count the tiles of letters on each fill.

    Returns:
        Those lighter and those darker than their fill, and for each tile with a letter
        the fill it stands on.
    """
    under = fills.under()
    level = fills.levels[under]
    over = tiles.high.ravel()[fills.letters] - level
    below = level - tiles.low.ravel()[fills.letters]
    under[np.maximum(over, below) <= SHADING] = 0
    lighter = np.bincount(under[over > below], minlength=fills.count + 1)
    darker = np.bincount(under[over <= below], minlength=fills.count + 1)
    stands_on = np.zeros_like(fills.labels)
    stands_on.ravel()[fills.letters] = under
    return lighter, darker, stands_on


def _turned(
    tiles: Tiles,
    fills: _Fills,
    turned: NDArray[np.bool_],
    stands_on: NDArray[np.int32],
    nearest_to: NDArray[np.int32],
) -> Marks:
    """The tiles of fills that are turned, and of the letters on them."""
    levels = fills.levels.astype(np.uint8)
    level = levels.take(nearest_to)
    # All that is nearest to a fill but the tiles that an edge cuts.
    steps = cv2.subtract(widened(level, 1), narrowed(level, 1))
    whole = nearest_to * (steps < _ALIKE)
    own = fills.labels + stands_on
    number = own + whole * (own == 0)
    number *= turned.take(number)
    # A fill whose letters were not all found stays as it is: beyond the tiles that its
    # edge would cut is one that holds its grey, and no lighter ground beside that.
    found = number.astype(np.uint16)
    near = widened(found, 2)
    greys = levels.take(near)
    lost = (near > 0) & (widened(found, 1) == 0)
    lost &= cv2.absdiff(greys, tiles.low) < _ALIKE
    lost &= fills.highest < greys.astype(np.int16) + SHADING
    # Nor is a part that its letters cut off from it.
    turned = turned & ~np.isin(levels, greys[lost])
    return np.asarray(turned.take(number), np.bool_)


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
