"""
What a TIFF file of pages holds, read without decoding anything.

I/O: reads one file.

libspandsp sends an empty page where a file ends early, and calls it sent; so the
directories are walked, and every strip looked for, before the number is called.

Standards:
    TIFF 6.0 (06/1992) part 1 §2, §8 -- header, directory, baseline tags
    RFC 2306 §2 -- TIFF-F
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..domain.errors import Malformed

MAX_PAGES = 2000
"""Nobody faxes more in one call; a directory that points back to itself ends here."""

MAX_ENTRIES = 200
"""In one directory; ours have 15."""

MAX_STRIPS = 20_000
"""In one page; one strip a row at 391 dpi is 5000."""

_WIDTH, _LENGTH, _STRIP_OFFSETS, _STRIP_COUNTS = 256, 257, 273, 279
_Y_RESOLUTION, _RESOLUTION_UNIT = 283, 296
_TAGS = frozenset({_WIDTH, _LENGTH, _STRIP_OFFSETS, _STRIP_COUNTS, _RESOLUTION_UNIT})
_CENTIMETRE = 3
_SIZES = {3: (2, "H"), 4: (4, "I")}
_RATIONAL = 5


@dataclass(frozen=True, slots=True)
class PageShape:
    """One page of the file."""

    width: int
    rows: int
    vertical_dpi: float
    "Rows in an inch."


def read_shapes(path: Path) -> list[PageShape]:
    """
    The pages of a file, in order.

    Raises:
        Malformed: If it is no TIFF, or a directory or strip lies beyond its end.

        OSError: If it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(8)
        order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
        if order is None or len(head) < 8:
            raise Malformed("not a TIFF file")
        size = os.fstat(file.fileno()).st_size
        (at,) = struct.unpack(order + "I", head[4:])
        pages: list[PageShape] = []
        while at:
            if len(pages) >= MAX_PAGES:
                raise Malformed("a TIFF file with too many pages")
            shape, at = _read_page(file, order, at, size)
            pages.append(shape)
    return pages


def _read_page(file: BinaryIO, order: str, at: int, size: int) -> tuple[PageShape, int]:
    (count,) = struct.unpack(order + "H", _read(file, at, 2))
    if count > MAX_ENTRIES:
        raise Malformed("a TIFF directory with too many entries")
    data = _read(file, at + 2, 12 * count + 4)
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(count):
        tag, kind, number = struct.unpack_from(order + "HHI", data, 12 * entry)
        value = data[12 * entry + 8 : 12 * entry + 12]
        if tag in _TAGS:
            tags[tag] = _numbers(file, order, kind, number, value)
        elif tag == _Y_RESOLUTION and kind == _RATIONAL:
            where = struct.unpack(order + "I", value)[0]
            tags[tag] = struct.unpack(order + "II", _read(file, where, 8))
    try:
        (width,), (rows,) = tags[_WIDTH], tags[_LENGTH]
        numerator, denominator = tags[_Y_RESOLUTION]
        in_cm = tags.get(_RESOLUTION_UNIT) == (_CENTIMETRE,)
        dpi = numerator / denominator * (2.54 if in_cm else 1.0)
        strips = list(zip(tags[_STRIP_OFFSETS], tags[_STRIP_COUNTS], strict=True))
    except (KeyError, ValueError, ZeroDivisionError):
        raise Malformed("a TIFF page without its tags") from None
    if not strips or any(not n or start + n > size for start, n in strips):
        raise Malformed("a TIFF page whose image is cut off")
    return PageShape(width, rows, dpi), struct.unpack_from(
        order + "I", data, 12 * count
    )[0]


def _numbers(
    file: BinaryIO, order: str, kind: int, number: int, value: bytes
) -> tuple[int, ...]:
    if kind not in _SIZES or number > MAX_STRIPS:
        raise Malformed("a TIFF tag of the wrong type")
    width, code = _SIZES[kind]
    if width * number > len(value):
        value = _read(file, struct.unpack(order + "I", value)[0], width * number)
    return struct.unpack_from(f"{order}{number}{code}", value)


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    data = file.read(length)
    if len(data) < length:
        raise Malformed("a TIFF file that is cut off")
    return data
