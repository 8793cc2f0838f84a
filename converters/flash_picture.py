"""
Flash's bitmaps as pictures within SVG.

Pure: no I/O, no clock, no randomness.

Standards:
    Adobe SWF File Format Specification 19 (2012), "Bitmaps"
"""

import io
import zlib
from base64 import b64encode

from PIL import Image, ImageChops

from .flash_bits import Bits

MAX_PIXELS = 40_000_000
"Of one picture: a screen has two million."

Embedded = tuple[str, int, int]
"SVG, width and height in pixels."

_SHARED_TABLES, _WITH_ALPHA, _WITH_FILTER = 6, (35, 90), 90


def jpeg(bits: Bits, kind: int, tables: bytes) -> Embedded:
    """
    A DefineBits tag, or DefineBitsJPEG2 to 4, from behind its number on.

    Args:
        tables: Of the movie, for DefineBits.
    """
    length = bits.u32() if kind in _WITH_ALPHA else None
    if kind == _WITH_FILTER:
        bits.u16()
    content = bits.rest()[:length]
    if kind == _SHARED_TABLES:
        content = tables + content
    if content.startswith((b"\xff\xd9", b"\xff\xd8")):
        # Between tables and picture there may be an end and a start too many.
        content = content.replace(b"\xff\xd9\xff\xd8", b"")
        content = b"\xff\xd8" + content.removeprefix(b"\xff\xd8")
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF")) as picture:
        _check(*picture.size)
        return _embedded(picture.convert("RGB"))


def lossless(bits: Bits, *, alpha: bool) -> Embedded:
    """A DefineBitsLossless tag, or its second kind, from behind its number on."""
    form, width, height = bits.u8(), bits.u16(), bits.u16()
    _check(width, height)
    channels = 4 if alpha else 3
    colours = bits.u8() + 1 if form == _PALETTE else 0
    most = colours * channels + height * (4 * width + 4)
    raw = zlib.decompressobj().decompress(bits.rest(), most)
    if form == _PALETTE:
        table, rows = raw[: colours * channels], raw[colours * channels :]
        filled = (width + 3) & ~3  # each row up to a multiple of four
        picture = Image.frombytes("P", (filled, height), rows)
        picture.putpalette(_on_white(table, channels))
        return _embedded(picture.crop((0, 0, width, height)).convert("RGB"))
    if form == _TRUE_COLOUR:
        # The first of four bytes is alpha, by which the colours are multiplied already.
        picture = Image.frombytes("RGBX", (width, height), raw[1:] + b"\0").convert(
            "RGB"
        )
        if alpha:
            seen = Image.frombytes("RGBX", (width, height), raw).getchannel(0)
            white = Image.merge("RGB", [ImageChops.invert(seen)] * 3)
            picture = ImageChops.add(picture, white)
        return _embedded(picture)
    raise ValueError(f"pixels of an unknown form {form}")


_PALETTE, _TRUE_COLOUR = 3, 5


def _on_white(table: bytes, channels: int) -> bytes:
    """A palette, its colours multiplied by their alpha, without alpha."""
    out = bytearray()
    for at in range(0, len(table) - channels + 1, channels):
        white = 255 - table[at + 3] if channels == 4 else 0
        out += bytes(min(255, each + white) for each in table[at : at + 3])
    return bytes(out)


def _check(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise ValueError(f"a picture of {width} x {height}")


def _embedded(picture: Image.Image) -> Embedded:
    out = io.BytesIO()
    picture.save(out, "PNG")
    width, height = picture.size
    return (
        f'<image width="{width}" height="{height}"'
        f' href="data:image/png;base64,{b64encode(out.getvalue()).decode()}"/>',
        width,
        height,
    )
