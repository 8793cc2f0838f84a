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
from .tiles import Grey, Marks, Mask, Tiles, around, narrowed, strips, widened


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
    """Draw the edges of light fills, which print white."""
    _draw_edges(ink, grey, tiles, _reaching(tiles, ground, ground.tinted))


def turn(ink: Mask, grey: Grey, tiles: Tiles, ground: Ground) -> None:
    """
    Print dark fills white and the light letters on them black.

    Args:
        ink: In which they are black, and the letters white.
    """
    invert(ink, tiles, ground.turned)
    # What a letter's edge is next to may not be taken for the edge of the fill.
    marks = ground.turned.view(np.uint8)
    rim = (widened(marks, 1) > 0) & (narrowed(marks, 1) == 0)
    grounds = _reaching(tiles, ground, ground.turned)
    _draw_edges(ink, grey, tiles, grounds * rim)


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
    own = widened(np.maximum(tiles.mean, 1) * even, 1)
    return np.asarray(own + widened(level, 1) * (own == 0), np.uint8)


def _draw_edges(ink: Mask, grey: Grey, tiles: Tiles, grounds: Grey) -> None:
    """
    Leave of the fills only a line over and under them.

    None beside them: upright lines near letters are read as letters.

    Args:
        grounds: For each tile, the grey of the fill that it may hold part of, or 0.
    """
    for area in strips(grounds > 0):
        inside = tiles.pixels(area)
        ground = tiles.spread(grounds, area)
        within = _alike(grey[inside], ground)
        lighter = cv2.subtract(_lightest_beside(grey, *inside), ground)
        _, edge = cv2.threshold(lighter, TINT, 255, cv2.THRESH_BINARY)
        put(ink[inside], edge, within)


def _lightest_beside(grey: Grey, rows: slice, columns: slice) -> Grey:
    """Of each pixel and those above and below it, also where these are outside."""
    first = max(0, rows.start - 1)
    lightest = cv2.dilate(grey[first : rows.stop + 1, columns], _ABOVE_AND_BELOW)
    return np.asarray(lightest[rows.start - first :][: rows.stop - rows.start])


_ABOVE_AND_BELOW = np.ones((3, 1), np.uint8)

_SAME = 4
"Greys that differ by less are one fill."


def _alike(grey: Grey, ground: Grey) -> Mask:
    """255 where a pixel has the grey of the ground there; a ground of 0 is none."""
    apart = cv2.absdiff(grey, ground)
    _, alike = cv2.threshold(apart, _SAME - 1, 255, cv2.THRESH_BINARY_INV)
    _, has_ground = cv2.threshold(ground, 0, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.bitwise_and(alike, has_ground, dst=alike), np.uint8)
