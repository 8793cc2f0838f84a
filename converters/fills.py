"""
The even fills of a drawing in print: boxes, table rows, zones of a plan.

Pure: no I/O, no clock, no randomness.

A fill on which nothing is written is printed in its grey. One that is written on is
ground, not picture: letters must not stand in a screen. It is left white and its edge
is drawn, or it is black by the vote of `ground`.
"""

import cv2
import numpy as np

from .ground import SHADING, TINT, Ground
from .screen import lines, put
from .tiles import Area, Grey, Marks, Mask, Tiles, around, narrowed, strips, widened


def print_plain(
    ink: Mask, grey: Grey, tiles: Tiles, ground: Ground, photo: Marks
) -> None:
    """Print fills on which nothing is written in their grey."""
    # Tiles at the edge of a fill hold something else too: there the pixels that have
    # its very grey belong to it.
    area = around(ground.plain, 1)
    inside = tiles.pixels(area)
    near = widened(tiles.mean * ground.plain, 1)
    differs = (tiles.contrast <= SHADING) & (cv2.absdiff(near, tiles.mean) > _SAME)
    other = ground.tinted | ground.turned | photo
    near[other | (differs & ~ground.plain)] = 0
    mask = _alike(grey[inside], tiles.spread(near, area))
    cv2.bitwise_or(mask, tiles.spread(ground.plain, area), dst=mask)
    put(ink[inside], lines(grey[inside], tiles), mask)


def outline(ink: Mask, grey: Grey, tiles: Tiles, ground: Ground) -> None:
    """
    Leave of light fills, which print white, only a line over and under them.

    None beside them: upright lines near letters are read as letters.
    """
    grounds = _reaching(tiles, ground, ground.tinted)
    for area in strips(grounds > 0):
        inside = tiles.pixels(area)
        level = tiles.spread(grounds, area)
        # A tile that an edge cuts may have a grey between those of both sides.
        within = cv2.inRange(
            grey[inside], cv2.LUT(level, _NO_LETTER), cv2.LUT(level, _NOT_LIGHTER)
        )
        put(ink[inside], _edges(grey, tiles, area, level), np.asarray(within, np.uint8))


def turn(ink: Mask, grey: Grey, tiles: Tiles, ground: Ground) -> None:
    """
    Print dark fills white, with a line over and under them, and letters on them black.

    Args:
        ink: In which they are black, and the letters white.
    """
    invert(ink, tiles, ground.turned)
    # What a letter's edge is next to may not be taken for the edge of the fill.
    marks = ground.turned.view(np.uint8)
    rim = (widened(marks, 1) > 0) & (narrowed(marks, 1) == 0)
    grounds = _reaching(tiles, ground, ground.turned) * rim
    for area in strips(grounds > 0):
        inside = tiles.pixels(area)
        level = tiles.spread(grounds, area)
        alike = _alike(grey[inside], level)
        edge = cv2.bitwise_and(_edges(grey, tiles, area, level), alike)
        edge = cv2.morphologyEx(edge, cv2.MORPH_OPEN, _LONGER_THAN_LETTERS)
        put(ink[inside], edge, alike)


def invert(ink: Mask, tiles: Tiles, marks: Marks) -> None:
    """Print some tiles white for black."""
    for area in strips(marks):
        part = ink[tiles.pixels(area)]
        cv2.bitwise_xor(part, tiles.spread(marks, area), dst=part)


def _reaching(tiles: Tiles, ground: Ground, fills: Marks) -> Grey:
    """The greys of fills, also in the tiles that their edges cut; 0 elsewhere."""
    level = np.maximum(ground.level, 1) * fills
    # A gradient has a grey of its own in every tile.
    even = fills & (tiles.contrast <= SHADING)
    own = np.where(even, np.maximum(tiles.mean, 1), level)
    # Where two meet, the darker one: what is as light as it is no letter.
    darkest = ~widened(~own * (own > 0), 1)
    return np.asarray(np.where(own > 0, own, darkest * (darkest < 255)), np.uint8)


def _edges(grey: Grey, tiles: Tiles, area: Area, ground: Mask) -> Mask:
    """255 where there is something lighter over or under a fill."""
    lighter = cv2.subtract(_lightest_beside(grey, *tiles.pixels(area)), ground)
    _, edge = cv2.threshold(lighter, TINT, 255, cv2.THRESH_BINARY)
    return np.asarray(edge, np.uint8)


def _lightest_beside(grey: Grey, rows: slice, columns: slice) -> Grey:
    """Of each pixel and those above and below it, also where these are outside."""
    first = max(0, rows.start - 1)
    lightest = cv2.dilate(grey[first : rows.stop + 1, columns], _ABOVE_AND_BELOW)
    return np.asarray(lightest[rows.start - first :][: rows.stop - rows.start])


_LONGER_THAN_LETTERS = np.ones((1, 32), np.uint8)
"4 mm: the bars of letters are shorter."

_CLEARANCE = 0.13
"How much darker than its fill something is that is written on it."

_SAME = 4
"Greys that differ by less are one fill."

_LEVELS = np.arange(256)
_NO_LETTER = np.where(_LEVELS > 0, (1 - _CLEARANCE) * _LEVELS, 255).astype(np.uint8)
_NOT_LIGHTER = (
    np.where(_LEVELS > 0, _LEVELS + _SAME - 1, 0).clip(0, 255).astype(np.uint8)
)
"By the grey of a fill, what is between belongs to it; to none if that is 0."

_ABOVE_AND_BELOW = np.ones((3, 1), np.uint8)


def _alike(grey: Grey, ground: Grey) -> Mask:
    """255 where a pixel has the grey of the ground there; a ground of 0 is none."""
    apart = cv2.absdiff(grey, ground)
    _, alike = cv2.threshold(apart, _SAME - 1, 255, cv2.THRESH_BINARY_INV)
    _, has_ground = cv2.threshold(ground, 0, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.bitwise_and(alike, has_ground, dst=alike), np.uint8)
