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
    letters = within & (tiles.contrast > letter)
    letters &= _goes_on(tiles.high, within) & ~_goes_on(tiles.low, within)
    return _cells(tiles.high, within, letters, known)


def under_light(tiles: Tiles, within: Marks, known: Marks, *, letter: int) -> Grey:
    """
    Find the cells that light letters stand on: as `under_dark`.

    Also the tiles that their edges cut have their grey. Only what has it on all sides is
    written: the edge of a shape is not.
    """
    letters = within & (tiles.contrast > letter)
    letters &= _goes_on(tiles.low, within) & ~_goes_on(tiles.high, within)
    if letters.any():
        letters &= _goes_on(tiles.low.T, within.T).T
    return _cells(tiles.low, within, letters, known)


def _goes_on(grey: Grey, within: Marks) -> Marks:
    """Whether a tile has the grey of those on either side."""
    same = within[:, 1:] & within[:, :-1] & _same(grey[:, 1:], grey[:, :-1])
    marks: Marks = np.zeros_like(within)
    marks[:, 1:-1] = same[:, 1:] & same[:, :-1]
    return marks


def _cells(grey: Grey, within: Marks, letters: Marks, known: Marks) -> Grey:
    found = np.zeros_like(grey)
    if np.count_nonzero(letters & ~known) < FEW_LETTERS:
        return found
    rows, columns = around(within, 0)
    near, _ = around(letters, HIGHEST)
    area = slice(max(rows.start, near.start), min(rows.stop, near.stop)), columns
    grey, within, letters = grey[area], within[area], letters[area]
    cell = _joined(grey, within)
    sizes = added(cell.ravel(), within.ravel().astype(np.float64))
    written = added(cell.ravel(), letters.ravel().astype(np.float64))
    kept = written >= np.maximum(FEW_LETTERS, LETTERS_SHARE * sizes)
    kept &= _heights(cell, len(sizes)) <= HIGHEST
    found[area] = grey * (kept.take(cell) & within)
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
