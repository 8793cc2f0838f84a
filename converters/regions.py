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
    return _last_seen(labels, REACH, where) + beside(labels, where)


def beside(
    labels: NDArray[np.int32], where: NDArray[np.intp]
) -> list[NDArray[np.int32]]:
    """The regions seen from tiles on the left and on the right; 0 if none is near."""
    rows, columns = labels.shape
    down, across = np.divmod(where, columns)
    turned = np.ascontiguousarray(labels.T)
    return _last_seen(turned, WIDE_REACH, across * rows + down)


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
    # `take` looks up three times as fast as brackets do.
    return np.asarray(by_number.take(np.asarray(which)), np.int32)


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
    labels: NDArray[np.int32], reach: int, where: NDArray[np.intp]
) -> list[NDArray[np.int32]]:
    """The last region on the way down, and up, to each of some tiles, if within reach."""
    # Row and region in one number: the highest is the last.
    count = len(labels)
    begins = np.arange(count, dtype=np.int32)[:, None] * np.int32(MANY)
    labelled = labels > 0
    down = _highest((labels + begins) * labelled, reach).ravel()[where]
    up = _highest(((labels + begins[::-1]) * labelled)[::-1], reach)[::-1].ravel()[
        where
    ]
    return [down & (MANY - 1), up & (MANY - 1)]


def _highest(values: NDArray[np.int32], reach: int) -> NDArray[np.int32]:
    """The highest of every value and the *reach* over it."""
    seen = 0
    while seen < reach:
        step = min(seen + 1, reach - seen)
        values = np.concatenate(
            (values[:step], np.maximum(values[step:], values[:-step]))
        )
        seen += step
    return values
