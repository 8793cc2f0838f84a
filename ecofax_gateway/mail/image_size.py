"""
How large a picture is, from its first bytes.

Pure: no I/O, no clock, no randomness.

Nothing is decoded: this only tells a logo from a photograph of a letter.
"""

import struct

_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers that start a frame; the others of the row are tables."""

MAX_JPEG_MARKERS = 1_000
"""A camera writes about twenty before the frame."""


def image_size(content: bytes) -> tuple[int, int] | None:
    """
    Read width and height, px, of a PNG, GIF, BMP or JPEG; None if it is none of them.
    """
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack_from(">II", content, 16)
        elif content.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", content, 6)
        elif content.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", content, 18)
        elif content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
        else:
            return None
    except struct.error:
        return None
    return abs(width), abs(height)


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    position = 2
    for _ in range(MAX_JPEG_MARKERS):
        mark, kind, length = struct.unpack_from(">BBH", content, position)
        if mark != 0xFF:
            return None
        if kind == 0xFF:  # fill bytes may stand before a marker
            position += 1
            continue
        if kind in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", content, position + 5)
            return width, height
        position += 2 + length
    return None
