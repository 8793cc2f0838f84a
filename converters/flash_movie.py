"""
Flash movies to still pictures: what stands on the stage where a movie rests.

Pure: no I/O, no clock, no randomness.

Nothing of a movie's programs is run: what they draw is not there. Masks, filters and
changes of colour are left out, so that nothing is hidden.

Standards:
    Adobe SWF File Format Specification 19 (2012)
"""

import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from PIL import Image

from . import flash_picture, flash_text
from .flash_bits import Bits, Rect
from .flash_shape import Shapes

MAX_BYTES = 64 * 1024**2
"Of a movie, unpacked."

MAX_TAGS = 200_000
MAX_PICTURES = 100
"Resting places of one movie: slides."

MAX_SVG_CHARACTERS = 40_000_000
MAX_DEPTH = 8
"Of clips within clips."

Tag = tuple[int, bytes]
Stage = dict[int, str]
"What is shown, by depth: SVG."


class NotFlash(ValueError):
    """These bytes are no movie, or a broken one."""


@dataclass(slots=True)
class _Library:
    """What a movie defines, by number."""

    shapes: dict[int, str] = field(default_factory=dict)
    fonts: dict[int, list[str]] = field(default_factory=dict)
    pictures: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    jpeg_tables: bytes = b""


def pictures(content: bytes) -> list[bytes]:
    """
    Draw a movie: an SVG for each frame at which it stops; of one that never does, the last.

    Returns:
        None at all if nothing is shown without its programs.

    Raises:
        NotFlash: If it cannot be read.
    """
    try:
        size, tags = _opened(content)
        stages, background = _play(list(tags), _Library(), depth=0)
    except _BROKEN as error:
        raise NotFlash(str(error)) from error
    drawn = [_svg(size, background, stage) for stage in stages if any(stage.values())]
    if sum(map(len, drawn)) > MAX_SVG_CHARACTERS:
        raise NotFlash("more than can be drawn")
    return drawn


_BROKEN = (
    *(IndexError, ValueError, KeyError, struct.error, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, OverflowError, TypeError, SyntaxError),
    Image.DecompressionBombError,
)
"""All that reading what is not what it says it is raises."""


def _opened(content: bytes) -> tuple[Rect, Iterator[Tag]]:
    match content[:3]:
        case b"FWS":
            movie = content[8 : MAX_BYTES + 8]
        case b"CWS":
            movie = zlib.decompressobj().decompress(content[8:], MAX_BYTES)
        case b"ZWS":
            packed = lzma.LZMADecompressor(
                lzma.FORMAT_RAW, filters=[_lzma_filter(content[12:17])]
            )
            movie = packed.decompress(content[17:], MAX_BYTES)
        case _:
            raise NotFlash("no signature")
    bits = Bits(movie)
    size = bits.rect()
    if size.right <= size.left or size.bottom <= size.top:
        raise NotFlash("an empty stage")
    bits.at += 4  # frames in a second, frames
    return size, _tags(movie[bits.at :])


def _lzma_filter(properties: bytes) -> dict[str, int]:
    first, dictionary = struct.unpack("<BI", properties)
    rest, lc = divmod(first, 9)
    pb, lp = divmod(rest, 5)
    return {
        "id": lzma.FILTER_LZMA1,
        "dict_size": min(dictionary, MAX_BYTES),
        "lc": lc,
        "lp": lp,
        "pb": pb,
    }


def _tags(movie: bytes) -> Iterator[Tag]:
    at = 0
    for _ in range(MAX_TAGS):
        if at + 2 > len(movie):
            return
        (head,) = struct.unpack_from("<H", movie, at)
        kind, length, at = head >> 6, head & 0x3F, at + 2
        if length == 0x3F:
            (length,) = struct.unpack_from("<I", movie, at)
            at += 4
        if kind == _END:
            return
        yield kind, movie[at : at + length]
        at += length


_END, _SHOW_FRAME, _BACKGROUND, _ACTION = 0, 1, 9, 12
_STOP = 0x07


def _play(tags: list[Tag], library: _Library, *, depth: int) -> tuple[list[Stage], str]:
    """Go through a timeline; the stage at each frame where it rests."""
    if depth > MAX_DEPTH:
        raise NotFlash("clips within clips")
    stage: Stage = {}
    rests: list[Stage] = []
    shown: Stage = {}
    background, stops = "#ffffff", False
    for kind, content in tags:
        bits = Bits(content)
        if kind == _SHOW_FRAME:
            shown = dict(sorted(stage.items()))
            if stops:
                rests.append(shown)
            stops = False
        elif kind == _ACTION:
            stops = stops or content[:1] == bytes([_STOP])
        elif kind == _BACKGROUND:
            background = bits.colour(alpha=False)
        elif kind in _PLACING:
            _PLACING[kind](bits, stage, library)
        elif kind in _DEFINING:
            _DEFINING[kind](bits, kind, library, depth)
    return (rests or [shown])[:MAX_PICTURES], background


# What is put on the stage and taken off ----------------------------------------------


def _place(bits: Bits, stage: Stage, library: _Library) -> None:
    number, at = bits.u16(), bits.u16()
    stage[at] = _placed(library.shapes.get(number, ""), bits.matrix())


def _place_2(bits: Bits, stage: Stage, library: _Library) -> None:
    flags = bits.u8()
    _place_by(flags, bits.u16(), bits, stage, library)


def _place_3(bits: Bits, stage: Stage, library: _Library) -> None:
    flags, more = bits.u8(), bits.u8()
    at = bits.u16()
    if more & 0x08:
        bits.text()
    _place_by(flags, at, bits, stage, library)


def _place_by(flags: int, at: int, bits: Bits, stage: Stage, library: _Library) -> None:
    shape = library.shapes.get(bits.u16(), "") if flags & 0x02 else None
    matrix = bits.matrix() if flags & 0x04 else None
    if flags & 0x08:
        bits.skip_colour_change(alpha=True)
    if flags & 0x10:
        bits.u16()
    if flags & 0x20:
        bits.text()
    if flags & 0x40:
        stage.pop(at, None)  # a mask: what it would cut stays whole
        return
    if shape is None:
        # Moved: the same shape, under another matrix.
        shape = _shape_of(stage.get(at, ""))
    if matrix is None:
        matrix = _matrix_of(stage.get(at, ""))
    stage[at] = _placed(shape, matrix)


_HEAD, _TAIL = '<g transform="', "</g>"


def _placed(shape: str, matrix: str) -> str:
    return f'{_HEAD}{matrix}">{shape}{_TAIL}' if shape else ""


def _shape_of(placed: str) -> str:
    return placed.partition('">')[2].removesuffix(_TAIL)


def _matrix_of(placed: str) -> str:
    return placed[len(_HEAD) :].partition('"')[0] or "matrix(1 0 0 1 0 0)"


def _remove(bits: Bits, stage: Stage, _: _Library) -> None:
    bits.u16()
    stage.pop(bits.u16(), None)


def _remove_2(bits: Bits, stage: Stage, _: _Library) -> None:
    stage.pop(bits.u16(), None)


_PLACING: dict[int, Callable[[Bits, Stage, _Library], None]] = {
    4: _place, 26: _place_2, 70: _place_3, 5: _remove, 28: _remove_2,
}  # fmt: skip


# What is defined ---------------------------------------------------------------------


def _shape(bits: Bits, kind: int, library: _Library, _: int) -> None:
    version = {2: 1, 22: 2, 32: 3, 83: 4}[kind]
    number = bits.u16()
    bits.rect()
    if version == 4:
        bits.rect()
        bits.u8()
    # Names of fills must differ in all of a picture.
    drawn = Shapes(library.pictures.get).shape(bits, version=version)
    drawn = drawn.replace('id="f', f'id="s{number}f').replace(
        "url(#f", f"url(#s{number}f"
    )
    library.shapes[number] = drawn


def _sprite(bits: Bits, _: int, library: _Library, depth: int) -> None:
    number = bits.u16()
    bits.u16()
    stages, _background = _play(list(_tags(bits.rest())), library, depth=depth + 1)
    library.shapes[number] = "".join(stages[0].values())


def _button(bits: Bits, kind: int, library: _Library, _: int) -> None:
    number = bits.u16()
    if kind == 34:
        bits.u8()
        bits.u16()
    drawn: Stage = {}
    while flags := bits.u8():
        shape, at, matrix = bits.u16(), bits.u16(), bits.matrix()
        if kind == 34:
            bits.skip_colour_change(alpha=True)
        if flags & 1:
            drawn[at] = _placed(library.shapes.get(shape, ""), matrix)
        if flags & 0x30:
            break  # filters, of which we do not know the length
    library.shapes[number] = "".join(drawn[at] for at in sorted(drawn))


def _font(bits: Bits, kind: int, library: _Library, _: int) -> None:
    number = bits.u16()
    library.fonts[number] = flash_text.glyphs(bits, kind)


def _static_text(bits: Bits, kind: int, library: _Library, _: int) -> None:
    number = bits.u16()
    library.shapes[number] = flash_text.static(bits, library.fonts, alpha=kind == 33)


def _edit_text(bits: Bits, _: int, library: _Library, __: int) -> None:
    number = bits.u16()
    library.shapes[number] = flash_text.field(bits)


def _jpeg_tables(bits: Bits, _: int, library: _Library, __: int) -> None:
    library.jpeg_tables = bits.rest()


def _jpeg(bits: Bits, kind: int, library: _Library, _: int) -> None:
    number = bits.u16()
    library.pictures[number] = flash_picture.jpeg(bits, kind, library.jpeg_tables)


def _lossless(bits: Bits, kind: int, library: _Library, _: int) -> None:
    number = bits.u16()
    library.pictures[number] = flash_picture.lossless(bits, alpha=kind == 36)


_DEFINING: dict[int, Callable[[Bits, int, _Library, int], None]] = {
    **dict.fromkeys((2, 22, 32, 83), _shape),
    **dict.fromkeys((7, 34), _button),
    **dict.fromkeys((10, 48, 75), _font),
    **dict.fromkeys((11, 33), _static_text),
    **dict.fromkeys((6, 21, 35, 90), _jpeg),
    **dict.fromkeys((20, 36), _lossless),
    8: _jpeg_tables,
    37: _edit_text,
    39: _sprite,
}


def _svg(size: Rect, background: str, stage: Stage) -> bytes:
    """A picture as wide as a page's text: a screen has no size on paper."""
    width, height = size.right - size.left, size.bottom - size.top
    scale = min(PRINTED_MM[0] / width, PRINTED_MM[1] / height)
    box = f'x="{size.left}" y="{size.top}" width="{width}" height="{height}"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg"'
        f' width="{width * scale:.1f}mm" height="{height * scale:.1f}mm"'
        f' viewBox="{size.left} {size.top} {width} {height}">'
        f'<rect {box} fill="{background}"/>{"".join(stage.values())}</svg>'
    ).encode()


PRINTED_MM = (190.0, 277.0)
"""Within the margins of A4."""
