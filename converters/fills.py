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
from .tiles import Grey, Marks, Mask, Tiles, around, narrowed, widened


def print_plain(
    ink: Mask, grey: Grey, tiles: Tiles, ground: Ground, photo: Marks
) -> None:
    """Print fills on which nothing is written in their grey."""
    # Tiles at the edge of a fill hold something else too: there the pixels that have
    # its very grey belong to it.
    area = around(ground.plain, 1)
    inside = tiles.pixels(area)
    values = np.where(ground.plain, tiles.mean, 0).astype(np.uint8)
    near = widened(values, 1)
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
    area = around(ground.turned, 0)
    part = ink[tiles.pixels(area)]
    cv2.bitwise_xor(part, tiles.spread(ground.turned, area), dst=part)
    # What a letter's edge is next to may not be taken for the edge of the fill.
    marks = ground.turned.view(np.uint8)
    rim = (widened(marks, 1) > 0) & (narrowed(marks, 1) == 0)
    grounds = _reaching(tiles, ground, ground.turned)
    _draw_edges(ink, grey, tiles, np.where(rim, grounds, 0).astype(np.uint8))


def _reaching(tiles: Tiles, ground: Ground, fills: Marks) -> Grey:
    """The greys of fills, also in the tiles that their edges cut; 0 elsewhere."""
    level = np.where(fills, np.maximum(ground.level, 1), 0).astype(np.uint8)
    # A gradient has a grey of its own in every tile.
    even = fills & (tiles.contrast <= SHADING)
    own = widened(np.where(even, np.maximum(tiles.mean, 1), 0).astype(np.uint8), 1)
    return np.where(own > 0, own, widened(level, 1)).astype(np.uint8)


def _draw_edges(ink: Mask, grey: Grey, tiles: Tiles, grounds: Grey) -> None:
    """
    Leave of the fills only a line over and under them.

    None beside them: upright lines near letters are read as letters.

    Args:
        grounds: For each tile, the grey of the fill that it may hold part of, or 0.
    """
    area = around(grounds > 0, 1)  # the paper round a fill, too
    inside = tiles.pixels(area)
    ground = tiles.spread(grounds, area)
    within = _alike(grey[inside], ground)
    lighter = cv2.subtract(cv2.dilate(grey[inside], _ABOVE_AND_BELOW), ground)
    _, edge = cv2.threshold(lighter, TINT, 255, cv2.THRESH_BINARY)
    put(ink[inside], edge, within)


_ABOVE_AND_BELOW = np.ones((3, 1), np.uint8)

_SAME = 4
"Greys that differ by less are one fill."


def _alike(grey: Grey, ground: Grey) -> Mask:
    """255 where a pixel has the grey of the ground there; a ground of 0 is none."""
    apart = cv2.absdiff(grey, ground)
    _, alike = cv2.threshold(apart, _SAME - 1, 255, cv2.THRESH_BINARY_INV)
    _, has_ground = cv2.threshold(ground, 0, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.bitwise_and(alike, has_ground, dst=alike), np.uint8)
