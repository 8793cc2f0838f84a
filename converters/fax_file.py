"""
The file that is really sent: all documents in order, a tag line on every page.

I/O: reads the tag line's font, and files to compare.

Nothing here depends on the clock: the same arguments give the same bytes, so a retry
sends what the first attempt sent.
"""

import functools
import io
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from .ink import Ink
from .sheet import (
    BAND_ROWS,
    ROWS,
)
from .tag_line import draw_tag
from .tiff_f import CodedPage, decode_page, encode, encode_page, read, write

SHARED_PAGES = 32
"""Kept decoded, 1 MB each at most: a campaign sends the same pages to everybody, and to
decode and prove one costs more than to draw on it and code it again."""


def compose(
    documents: Sequence[bytes],
    *,
    tag: Callable[[int, int], str],
    first_page: int,
    vertical_dpi: int,
    dots: int = 0,
    draw: Callable[[Ink, int, int], None] | None = None,
) -> bytes:
    """
    Put documents into one file and stamp each page's tag line into its blank band.

    Args:
        documents: `Rendered.tiff` of each, in order, at least one.

        tag: Called with page and total, counted over all documents; gives the text.

        first_page: From 1: pages before it were confirmed by an earlier call.

        vertical_dpi: Of every document.

        dots: Single black pixels in the first row of each page, up to 100: the same
            page with another number of them has another length on the line.

        draw: Called with each page's pixels, its number and the total; changes them.

    Raises:
        NotTiffF: If a document is none of `Workshop.render`'s, or damaged.
        ValueError: If *first_page* is none of the pages, or a resolution differs.
    """
    pages = [page for document in documents for page in read(document)]
    if not 1 <= first_page <= len(pages):
        raise ValueError(f"page {first_page} of {len(pages)}")
    if any(page.vertical_dpi != vertical_dpi for page in pages):
        raise ValueError("documents of another resolution")
    band = BAND_ROWS[vertical_dpi]
    stamped = []
    for number, page in enumerate(pages[first_page - 1 :], first_page):
        ink: Ink = np.unpackbits(_pixels(page), axis=1).view(np.bool_)
        if ink[:band].any():
            raise ValueError(f"page {number} has ink where its tag line goes")
        if draw is not None:
            draw(ink, number, len(pages))
        ink[:band] = draw_tag(tag(number, len(pages)), vertical_dpi=vertical_dpi)
        ink[0, : 2 * dots : 2] = 1
        stamped.append(encode_page(ink, vertical_dpi=vertical_dpi))
    return write(stamped)


@functools.lru_cache(maxsize=SHARED_PAGES)
def _pixels(page: CodedPage) -> NDArray[np.uint8]:
    return np.packbits(decode_page(page), axis=1)


def only(tiff: bytes, pages: Collection[int]) -> bytes:
    """
    Make a file of some pages of another.

    Args:
        pages: From 1; at least one of them exists.

    Raises:
        NotTiffF: If the file is none of ours.
    """
    return write([page for n, page in enumerate(read(tiff), 1) if n in pages])


def coarser(tiff: bytes, *, vertical_dpi: int) -> bytes:
    """
    Make the same pages for a machine that prints no finer than *vertical_dpi*.

    Rows are joined in pairs or fours; a pixel that is black in one of them stays
    black, so that thin lines survive.

    Raises:
        NotTiffF: If the file is none of ours.
        ValueError: If it is not finer than *vertical_dpi*.
    """
    pages = read(tiff)
    inks: list[Ink] = []
    for page in pages:
        rows = ROWS[vertical_dpi]
        joined, rest = divmod(page.rows, rows)
        if rest or joined < 2:
            raise ValueError(
                f"{page.vertical_dpi} dpi is not finer than {vertical_dpi}"
            )
        ink = decode_page(page)
        by_rows = ink.reshape(rows, joined, ink.shape[1])
        inks.append(np.logical_or.reduce(by_rows, axis=1))
    return encode(inks, vertical_dpi=vertical_dpi)


def same_pixels(first: bytes | Path, second: bytes | Path) -> list[str]:
    """
    Compare two files page by page, whatever their coding.

    Only for files of our own making, e.g. what the built-in fax machine received.

    Returns:
        What differs, in words; empty if every pixel is the same.
    """
    ours, theirs = _pages(first), _pages(second)
    differences = []
    if len(ours) != len(theirs):
        differences.append(f"{len(ours)} pages against {len(theirs)}")
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), 1):
        if one.shape != other.shape:
            differences.append(
                f"page {number}: {one.shape[1]} x {one.shape[0]} px against"
                f" {other.shape[1]} x {other.shape[0]}"
            )
        elif (wrong := int(np.count_nonzero(one != other))) > 0:
            row = int(np.argmax((one != other).any(axis=1)))
            differences.append(f"page {number}: {wrong} pixels, first in row {row}")
    return differences


def join(files: Sequence[bytes]) -> bytes:
    """
    Put composed files one after the other: several faxes that go in one call.

    Raises:
        NotTiffF: If a file is none of `compose`'s.
    """
    if len(files) == 1:
        return files[0]
    return write([page for file in files for page in read(file)])


def page_count(tiff: bytes) -> int:
    """
    Count the pages.

    Raises:
        NotTiffF: If the file is none of ours.
    """
    return len(read(tiff))


def _pages(file: bytes | Path) -> list[Ink]:
    content = file.read_bytes() if isinstance(file, Path) else file
    with Image.open(io.BytesIO(content), formats=["TIFF"]) as picture:
        return [
            np.asarray(frame.convert("1")) == 0
            for frame in ImageSequence.Iterator(picture)
        ]
