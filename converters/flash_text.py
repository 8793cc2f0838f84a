"""
Flash's letters and texts as SVG.

Pure: no I/O, no clock, no randomness.

Standards:
    Adobe SWF File Format Specification 19 (2012), "Fonts and text"
"""

import re
from html import escape, unescape

from .flash_bits import Bits
from .flash_shape import Shapes

EM = {10: 1024, 48: 1024, 75: 20_480}
"Units of a font's square, by the kind of its tag."

LETTER_EM = 0.5
"Width of a letter, on average: where a text of an unknown font is broken."


def glyphs(bits: Bits, kind: int) -> list[str]:
    """
    The outlines of a font, from behind its number on; SVG paths in parts of an em.

    Args:
        kind: Of the tag: DefineFont, DefineFont2 or DefineFont3.
    """
    if kind == 10:
        base = bits.at
        first = bits.u16()
        starts = [first, *(bits.u16() for _ in range(first // 2 - 1))]
    else:
        flags = bits.u8()
        bits.u8()
        name = bits.u8()
        bits.at += name
        count = bits.u16()
        base = bits.at
        starts = [bits.u32() if flags & 8 else bits.u16() for _ in range(count)]
    shapes = Shapes(lambda _: None)
    scale = f'transform="scale({1 / EM[kind]:.6g})"'
    found = []
    for start in starts:
        bits.at = base + start
        found.append(f'<path {scale} d="{shapes.glyph(bits)}"/>')
    return found


def static(bits: Bits, fonts: dict[int, list[str]], *, alpha: bool) -> str:
    """A DefineText tag, from behind its number on: letters where they stand."""
    bits.rect()
    matrix = bits.matrix()
    index_bits, advance_bits = bits.u8(), bits.u8()
    font: list[str] = []
    colour, x, y, height = "#000000", 0, 0, 240
    out = []
    while flags := bits.u8():
        if flags & 8:
            font = fonts.get(bits.u16(), [])
        if flags & 4:
            colour = bits.colour(alpha=alpha)
        x = bits.i16() if flags & 1 else x
        y = bits.i16() if flags & 2 else y
        height = bits.u16() if flags & 8 else height
        for _ in range(bits.u8()):
            index, advance = bits.ub(index_bits), bits.sb(advance_bits)
            if index < len(font):
                where = f"translate({x} {y}) scale({height})"
                out.append(f'<g fill="{colour}" transform="{where}">{font[index]}</g>')
            x += advance
        bits.align()
    return f'<g transform="{matrix}">{"".join(out)}</g>' if out else ""


def field(bits: Bits) -> str:
    """A DefineEditText tag, from behind its number on: what it says at the start."""
    box = bits.rect()
    flags, more = bits.u8(), bits.u8()
    if flags & 0x01:
        bits.u16()
    if more & 0x80:
        bits.text()
    height = bits.u16() if flags & 0x01 or more & 0x80 else 240
    colour = bits.colour(alpha=True) if flags & 0x04 else "#000000"
    if flags & 0x02:
        bits.u16()
    side = 0
    if more & 0x20:
        side = bits.u8()
        bits.at += 8
    bits.text()
    if not flags & 0x80:
        return ""
    words = bits.text()
    if more & 0x02:
        sizes = _SIZE.findall(words)
        height = 20 * int(sizes[0]) if sizes else height
        side = {"center": 2, "right": 1}.get(_named(_ALIGN, words), side)
        colour = _named(_COLOUR, words) or colour
        words = unescape(_TAGS.sub("", _BREAKS.sub("\n", words)))
    width = box.right - box.left
    most = max(1, int(width / (height * LETTER_EM))) if flags & 0x40 else None
    lines = [part for line in _lines(words) for part in _broken(line, most)]
    anchor, x = {
        1: ("end", box.right - _GUTTER),
        2: ("middle", (box.left + box.right) // 2),
    }.get(side, ("start", box.left + _GUTTER))
    return "".join(
        f'<text x="{x}" y="{box.top + _GUTTER + height * (number + 1) * 1.15:.0f}"'
        f' font-family="Liberation Sans, sans-serif" font-size="{height}"'
        f' fill="{colour}" text-anchor="{anchor}">{escape(line)}</text>'
        for number, line in enumerate(lines)
        if line.strip()
    )


_GUTTER = 40
"Two pixels on each side of a text field."

_BREAKS = re.compile(r"<br\s*/?>|</p>", re.I)
_TAGS = re.compile(r"<[^<>]*>")
_SIZE = re.compile(r'\bsize="(\d{1,3})"', re.I)
_ALIGN = re.compile(r'\balign="(\w{1,10})"', re.I)
_COLOUR = re.compile(r'\bcolor="(#[0-9a-f]{6})"', re.I)


def _named(pattern: re.Pattern[str], words: str) -> str:
    found = pattern.search(words)
    return found[1].lower() if found else ""


def _lines(words: str) -> list[str]:
    return "".join(
        each
        for each in words.replace("\r\n", "\n").replace("\r", "\n")
        if each.isprintable() or each == "\n"
    ).split("\n")


def _broken(line: str, most: int | None) -> list[str]:
    """A line in lines of at most so many letters, between words."""
    if most is None or len(line) <= most:
        return [line]
    out = [""]
    for word in line.split(" "):
        if out[-1] and len(out[-1]) + 1 + len(word) > most:
            out.append("")
        out[-1] = f"{out[-1]} {word}".strip()
    return out
