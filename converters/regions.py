"""
Regions of neighbouring tiles, by number; 0 is what belongs to none.

Pure: no I/O, no clock, no randomness.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .tiles import Marks

REACH, WIDE_REACH = 8, 40
"""How far, in tiles, a letter's ground is above and below it, and beside it."""

MANY = 1 << 16
"More than there are regions: 60 000 tiles."


def regions(marks: Marks) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The sizes of regions of neighbours, and for each tile the number of its own."""
    _, labels, measures, _ = cv2.connectedComponentsWithStats(
        marks.view(np.uint8), connectivity=4, ltype=cv2.CV_32S
    )
    sizes = measures[:, cv2.CC_STAT_AREA].astype(np.float64)
    return sizes, np.asarray(labels, np.int32)


def added(
    number: NDArray[np.int32], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The sums of the values that have the same number."""
    return np.asarray(np.bincount(number, values), np.float64)


def numbers(kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Numbers from 1 for those that are kept, 0 for the others; the first is 0."""
    kept = kept.copy()
    kept[0] = False
    number: NDArray[np.int32] = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    return number


def sides(
    labels: NDArray[np.int32], where: NDArray[np.intp]
) -> list[NDArray[np.int32]]:
    """The regions seen from tiles above, below, left and right; 0 if none is near."""
    down, across = np.divmod(where, labels.shape[1])
    below, beside = len(labels) - 1 - down, labels.shape[1] - 1 - across
    turned = np.ascontiguousarray(labels.T)
    return [
        _last_seen(labels, REACH, down, across),
        _last_seen(labels[::-1], REACH, below, across),
        _last_seen(turned, WIDE_REACH, across, down),
        _last_seen(turned[::-1], WIDE_REACH, beside, down),
    ]


def nearest(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each tile, the region it lies in or next to."""
    outside = (labels == 0).view(np.uint8)
    _, which = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L1, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Each tile inside a region has a number of its own; look its region up.
    inside = labels > 0
    by_number = np.zeros(int(which.max()) + 1, np.int32)
    by_number[which[inside]] = labels[inside]
    found: NDArray[np.int32] = by_number[which]
    return found


def roots(
    count: int, one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each of *count* things the lowest that pairs join it to."""
    root = np.arange(count)
    while True:
        lowest = np.minimum(root[one], root[other])
        joined = root.copy()
        np.minimum.at(joined, one, lowest)
        np.minimum.at(joined, other, lowest)
        joined = joined[joined]
        if (joined == root).all():
            return root
        root = joined


def _last_seen(
    labels: NDArray[np.int32],
    reach: int,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> NDArray[np.int32]:
    """The last region on the way down to each of some tiles, if within reach."""
    # Row and region in one number: the highest so far is the last.
    begins = np.arange(len(labels), dtype=np.int32)[:, None] * np.int32(MANY)
    marked = (begins + labels) * (labels > 0)
    last = np.maximum.accumulate(marked, axis=0)[rows, columns]
    near: NDArray[np.int32] = np.where(
        rows * MANY - last < reach * MANY, last & (MANY - 1), 0
    )
    return near
