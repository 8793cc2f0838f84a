"""
TIFF-F: the file a fax machine's software reads.

Pure: no I/O, no clock, no randomness.

Written: one T.6 strip a page, little-endian, minimum-is-white. Read: exactly what is
written here, nothing else: such files come out of children that touched hostile
documents, so they are parsed strictly and every strip must be the one our own coder
makes of its pixels. That also finds a truncated strip, which libspandsp would send as
an empty page and report as success.

Standards:
    RFC 2306 §2, §3 -- TIFF-F tags; RFC 3949 §4 -- profile F
    ITU-T T.6 (11/1988) -- two-dimensional coding without end-of-line marks
"""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from . import t6
from .contract import VERTICAL_DPI
from .ink import Ink
from .sheet import (
    WIDTH_PX,
)

MAX_ROWS = 30_000
"""Longer is no page: 4572 is the tallest we write. Bounds what a lying header costs."""

MAX_FILE_PAGES = 5_000
"""Bounds a chain of directories that runs in a circle."""


class NotTiffF(ValueError):
    """The bytes are no TIFF-F as this module writes it; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPage:
    """One page, still coded."""

    strip: bytes
    rows: int
    vertical_dpi: int


def encode_page(ink: Ink, *, vertical_dpi: int) -> CodedPage:
    """
    Code one page in T.6; the same pixels give the same bytes.

    Raises:
        ValueError: If the page is not 1728 px wide or has no rows. A bug of ours.
    """
    rows, width = ink.shape
    if width != WIDTH_PX:
        raise ValueError(f"a fax page of {width} by {rows} px")
    packed = np.packbits(ink, axis=1).tobytes()
    return encode_packed(packed, vertical_dpi=vertical_dpi)


def encode_packed(pixels: bytes, *, vertical_dpi: int) -> CodedPage:
    """
    Code one page of which each byte is eight pixels, the leftmost its highest bit.

    Raises:
        ValueError: If they are no whole rows, none at all, or more than a page has.
    """
    rows, rest = divmod(len(pixels), WIDTH_PX // 8)
    if rest or not 0 < rows <= MAX_ROWS:
        raise ValueError(f"a fax page of {len(pixels)} bytes")
    strip = t6.encode_rows(pixels, width=WIDTH_PX)
    return CodedPage(strip=strip, rows=rows, vertical_dpi=vertical_dpi)


def decode_page(page: CodedPage) -> Ink:
    """
    Decode one page and prove it whole.

    Raises:
        NotTiffF: If the strip is not what `encode_page` makes of these pixels.
    """
    # Minimum-is-black on purpose: Pillow then hands the bits over as they are coded.
    wrapped = _write([page], photometric=1)
    try:
        with Image.open(io.BytesIO(wrapped), formats=["TIFF"]) as picture:
            ink: Ink = np.asarray(picture, dtype=np.bool_)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotTiffF(f"undecodable strip: {error}") from None
    if encode_page(ink, vertical_dpi=page.vertical_dpi).strip != page.strip:
        raise NotTiffF("a strip that is damaged or not ours")
    return ink


def encode(pages: Sequence[Ink], *, vertical_dpi: int) -> bytes:
    """Write a whole file; every page has the same resolution."""
    return write([encode_page(ink, vertical_dpi=vertical_dpi) for ink in pages])


def decode(tiff: bytes) -> list[Ink]:
    """
    Read a whole file, proving every page.

    Raises:
        NotTiffF: If it is none of ours, or damaged.
    """
    return [decode_page(page) for page in read(tiff)]


def write(pages: Sequence[CodedPage]) -> bytes:
    """Put coded pages into one file."""
    return _write(pages, photometric=0)


def read(tiff: bytes) -> list[CodedPage]:
    """
    Take a file apart without decoding its pages.

    Raises:
        NotTiffF: If it is none of ours.
    """
    if tiff[:4] != b"II*\0":
        raise NotTiffF("no little-endian TIFF")
    try:
        return _read(tiff)
    except (struct.error, KeyError) as error:
        raise NotTiffF(f"a broken directory: {error}") from None


def verify(tiff: bytes) -> int:
    """
    Prove that every page can be sent as it is; returns how many there are.

    Raises:
        NotTiffF: If not.
    """
    return len(decode(tiff))


_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_FILL_ORDER, _STRIP_OFFSETS, _SAMPLES, _ROWS_PER_STRIP = 266, 273, 277, 278
_STRIP_BYTE_COUNTS, _X_RESOLUTION, _Y_RESOLUTION = 279, 282, 283
_T6_OPTIONS, _RESOLUTION_UNIT, _PAGE_NUMBER, _SUBFILE_TYPE = 293, 296, 297, 254
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_X_DPI = 204


def _write(pages: Sequence[CodedPage], *, photometric: int) -> bytes:
    out = bytearray(struct.pack("<2sHI", b"II", 42, 0))
    link = 4
    for number, page in enumerate(pages):
        strip_at = len(out)
        out += page.strip + b"\0" * (len(page.strip) % 2)
        dpi_at = len(out)
        out += struct.pack("<IIII", _X_DPI, 1, page.vertical_dpi, 1)
        directory_at = len(out)
        # Ascending tags, as TIFF 6.0 demands.
        entries = [
            (_SUBFILE_TYPE, _LONG, 1, 2),
            (_WIDTH, _LONG, 1, WIDTH_PX),
            (_LENGTH, _LONG, 1, page.rows),
            (_BITS, _SHORT, 1, 1),
            (_COMPRESSION, _SHORT, 1, 4),
            (_PHOTOMETRIC, _SHORT, 1, photometric),
            (_FILL_ORDER, _SHORT, 1, 1),
            (_STRIP_OFFSETS, _LONG, 1, strip_at),
            (_SAMPLES, _SHORT, 1, 1),
            (_ROWS_PER_STRIP, _LONG, 1, page.rows),
            (_STRIP_BYTE_COUNTS, _LONG, 1, len(page.strip)),
            (_X_RESOLUTION, _RATIONAL, 1, dpi_at),
            (_Y_RESOLUTION, _RATIONAL, 1, dpi_at + 8),
            (_T6_OPTIONS, _LONG, 1, 0),
            (_RESOLUTION_UNIT, _SHORT, 1, 2),
            (_PAGE_NUMBER, _SHORT, 2, number | len(pages) << 16),
        ]
        out += struct.pack("<H", len(entries))
        for entry in entries:
            out += struct.pack("<HHII", *entry)
        struct.pack_into("<I", out, link, directory_at)
        link = len(out)
        out += struct.pack("<I", 0)
    return bytes(out)


def _read(tiff: bytes) -> list[CodedPage]:
    pages: list[CodedPage] = []
    (at,) = struct.unpack_from("<I", tiff, 4)
    while at:
        tags, following = _directory(tiff, at)
        y_dpi, over = struct.unpack_from("<II", tiff, tags[_Y_RESOLUTION])
        start, length = tags[_STRIP_OFFSETS], tags[_STRIP_BYTE_COUNTS]
        fixed = (tags[_WIDTH], tags[_COMPRESSION], tags[_PHOTOMETRIC], over)
        if fixed != (WIDTH_PX, 4, 0, 1) or y_dpi not in VERTICAL_DPI:
            raise NotTiffF("not a T.6 page of 1728 px in a fax resolution")
        if not 0 < tags[_LENGTH] <= MAX_ROWS or tags[_ROWS_PER_STRIP] < tags[_LENGTH]:
            raise NotTiffF(f"a page of {tags[_LENGTH]} rows or of several strips")
        if start + length > len(tiff):
            raise NotTiffF("a strip beyond the end of the file")
        strip = tiff[start : start + length]
        pages.append(CodedPage(strip=strip, rows=tags[_LENGTH], vertical_dpi=y_dpi))
        if len(pages) > MAX_FILE_PAGES:
            raise NotTiffF("too many pages")
        at = following
    if not pages:
        raise NotTiffF("no page")
    return pages


def _directory(tiff: bytes, at: int) -> tuple[dict[int, int], int]:
    (count,) = struct.unpack_from("<H", tiff, at)
    tags: dict[int, int] = {}
    for entry in range(count):
        tag, kind, _, value = struct.unpack_from("<HHII", tiff, at + 2 + 12 * entry)
        tags[tag] = value & 0xFFFF if kind == _SHORT else value
    (following,) = struct.unpack_from("<I", tiff, at + 2 + 12 * count)
    return tags, following
