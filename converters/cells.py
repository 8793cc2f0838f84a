"""
Low fills that words take up: marked words, the cells of a dense table.

Pure: no I/O, no clock, no randomness.

Nothing of such a fill need be left over and under its letters, and other cells or the
paper may begin beside them: the regions of `ground` cannot tell what they stand on. But
in each of its tiles the lightest grey is the fill's, or, under light letters, the
darkest.
"""

import numpy as np
from numpy.typing import NDArray

from .regions import added, roots
from .tiles import Grey, Marks, Tiles, around

HIGHEST = 12
"Tiles: in a higher fill there is room round the words."

FEW_LETTERS, LETTERS_SHARE = 3, 0.02
"Tiles with letters in a cell, and their share of it, so that it is written on."

_ALIKE = 2
"Greys of neighbouring tiles that differ by no more are one."


def under_dark(tiles: Tiles, within: Marks, known: Marks, *, letter: int) -> Grey:
    """
    Find the cells that dark letters stand on.

    Args:
        within: Tiles that may belong to one: drawn, and nothing white in them.

        known: Tiles whose ground is known; where all is, nothing is looked for.

        letter: How much a letter's grey differs from its ground's, at least.

    Returns:
        For each tile the grey of the cell it lies in, or 0.
    """
    writing = within & (tiles.contrast > letter) & ~_goes_on(tiles.low, within)
    letters = writing & _goes_on(tiles.high, within)
    if np.count_nonzero(letters & ~known) < FEW_LETTERS:
        return np.zeros_like(tiles.high)
    return _cells(tiles, tiles.high, within, writing, letters)


def under_light(tiles: Tiles, within: Marks, known: Marks, *, letter: int) -> Grey:
    """
    Find the cells that light letters stand on: as `under_dark`.

    Also the tiles that their edges cut have their grey. Only what has it on all sides is
    written: the edge of a shape is not.
    """
    writing = within & (tiles.contrast > letter) & ~_goes_on(tiles.high, within)
    letters = writing & _goes_on(tiles.low, within)
    if letters.any():
        letters &= _goes_on(tiles.low.T, within.T).T
    if np.count_nonzero(letters & ~known) < FEW_LETTERS:
        return np.zeros_like(tiles.low)
    return _cells(tiles, tiles.low, within, writing, letters)


def _goes_on(grey: Grey, within: Marks) -> Marks:
    """Whether a tile has the grey of those on either side."""
    same = within[:, 1:] & within[:, :-1] & _same(grey[:, 1:], grey[:, :-1])
    marks: Marks = np.zeros_like(within)
    marks[:, 1:-1] = same[:, 1:] & same[:, :-1]
    return marks


def _cells(
    tiles: Tiles, grey: Grey, within: Marks, writing: Marks, letters: Marks
) -> Grey:
    rows, columns = around(within, 0)
    near, _ = around(letters, HIGHEST)
    area = slice(max(rows.start, near.start), min(rows.stop, near.stop)), columns
    cell = _joined(grey[area], within[area])
    # Pale letters have one grey, too, but their tiles hold more of the other.
    middle = (tiles.low.astype(np.uint16) + tiles.high) // 2
    is_ground = (tiles.mean > middle) == (grey > middle)
    votes = writing * np.where(is_ground, 1.0, -1.0)
    sizes, written, mostly_ground = (
        added(cell.ravel(), np.asarray(values[area], np.float64).ravel())
        for values in (within, letters, votes)
    )
    kept = written >= np.maximum(FEW_LETTERS, LETTERS_SHARE * sizes)
    kept &= (mostly_ground > 0) & (_heights(cell, len(sizes)) <= HIGHEST)
    found = np.zeros_like(grey)
    found[area] = grey[area] * (kept.take(cell) & within[area])
    return found


def _joined(grey: Grey, within: Marks) -> NDArray[np.int32]:
    """For each tile the number of those that its grey goes on in."""
    begins = np.ones(within.shape, np.bool_)
    begins[:, 1:] = ~(within[:, 1:] & within[:, :-1] & _same(grey[:, 1:], grey[:, :-1]))
    run = (np.cumsum(begins.ravel()) - 1).reshape(begins.shape)
    over = within[1:] & within[:-1] & _same(grey[1:], grey[:-1])
    root = roots(int(run[-1, -1]) + 1, run[:-1][over], run[1:][over])
    return np.asarray(root.take(run), np.int32)


def _heights(cell: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Of each cell, by its number, in rows of tiles."""
    rows = np.arange(len(cell))[:, None]
    down = np.broadcast_to(rows, cell.shape).ravel()
    last = np.zeros(count, np.int64)
    # The last of several values put in one place is the one that stays.
    last[cell.ravel()] = down
    first = np.zeros(count, np.int64)
    first[cell.ravel()[::-1]] = down[::-1]
    return np.asarray(last - first + 1, np.int64)


def _same(one: Grey, other: Grey) -> Marks:
    return np.asarray(np.maximum(one, other) - np.minimum(one, other) <= _ALIKE)
