"""
Flash's shapes as SVG: outlines that say what is on either side of them become areas.

Pure: no I/O, no clock, no randomness.

Standards:
    Adobe SWF File Format Specification 19 (2012), "Shapes", "Gradients"
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from .flash_bits import Bits

Point = tuple[int, int]
Edge = tuple[Point, Point | None, Point]
"Start, control point of a curve, end."

MAX_EDGES = 200_000
"Of one shape; maps were seen with some thousand."

PATTERN = "<pattern"
"What a fill of repeated pictures begins with."

CUT_OUT = "<g transform"
"""What a fill of one picture begins with: it stays a picture, so that whoever prints it
knows a photo by it, and is cut to the area it fills."""


@dataclass(slots=True)
class Styles:
    """What areas and lines of a shape look like, by number from 1 on."""

    fills: list[str] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)
    "Width in twips, and colour."


@dataclass(slots=True)
class _Layer:
    """What is drawn with one set of styles."""

    styles: Styles
    fills: dict[int, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[int, list[Edge]] = field(default_factory=lambda: defaultdict(list))


class Shapes:
    """
    Reads shapes.

    Args:
        picture: Gives the SVG of a bitmap by its number, with its size in pixels.
    """

    def __init__(self, picture: Callable[[int], tuple[str, int, int] | None]) -> None:
        self._picture = picture
        self._named = 0

    def shape(self, bits: Bits, *, version: int) -> str:
        """
        The rest of a DefineShape tag, from its styles on.

        Args:
            version: Of the tag, 1 to 4.
        """
        layers = [_Layer(self._styles(bits, version))]
        _read_edges(bits, layers, lambda: self._styles(bits, version))
        return "".join(self._drawn(layer) for layer in layers)

    def glyph(self, bits: Bits) -> str:
        """The outline of a letter, as the data of an SVG path."""
        layers = [_Layer(Styles(fills=["#000"]))]
        _read_edges(bits, layers, Styles)
        return _outline(layers[0].fills[1])

    def _styles(self, bits: Bits, version: int) -> Styles:
        fills = [self._fill(bits, version) for _ in range(_count(bits, version))]
        lines = [self._line(bits, version) for _ in range(_count(bits, version))]
        return Styles(fills, lines)

    def _fill(self, bits: Bits, version: int) -> str:
        kind, alpha = bits.u8(), version >= 3
        if kind == _SOLID:
            return bits.colour(alpha=alpha)
        if kind in _GRADIENTS:
            matrix = bits.matrix()
            stops = "".join(
                f'<stop offset="{bits.u8() / 255:.3f}"'
                f' stop-color="{bits.colour(alpha=alpha)}"/>'
                for _ in range(bits.u8() & 0xF)
            )
            if kind == _FOCAL:
                bits.i16()
            return (
                f'<{_GRADIENTS[kind]} gradientTransform="{matrix}"'
                f' gradientUnits="userSpaceOnUse">{stops}'
            )
        if kind in _BITMAPS:
            found, matrix = self._picture(bits.u16()), bits.matrix()
            if found is None:
                return "none"
            svg, width, height = found
            if kind in _CUT_OUT:
                return f'{CUT_OUT}="{matrix}">{svg}</g>'
            return (
                f'{PATTERN} patternUnits="userSpaceOnUse" width="{width}"'
                f' height="{height}" patternTransform="{matrix}">{svg}'
            )
        raise ValueError(f"fill of an unknown kind {kind}")

    def _line(self, bits: Bits, version: int) -> tuple[int, str]:
        width = bits.u16()
        if version < 4:
            return width, bits.colour(alpha=version == 3)
        flags = bits.u8()
        bits.u8()
        if flags >> 4 & 3 == _MITRE:
            bits.u16()
        fill = self._fill(bits, version) if flags & 8 else bits.colour(alpha=True)
        return width, fill if fill.startswith("#") else "#808080"

    def _drawn(self, layer: _Layer) -> str:
        out = []
        for number, edges in sorted(layer.fills.items()):
            fill, outline = layer.styles.fills[number - 1], _outline(edges)
            self._named += 1
            name = f"f{self._named}"
            if fill.startswith(CUT_OUT):
                out.append(
                    f'<clipPath id="{name}"><path clip-rule="evenodd" d="{outline}"/>'
                    f'</clipPath><g clip-path="url(#{name})">{fill}</g>'
                )
                continue
            if fill.startswith("<"):
                kind = fill[1 : fill.index(" ")]
                out.append(fill.replace(" ", f' id="{name}" ', 1) + f"</{kind}>")
                fill = f"url(#{name})"
            out.append(f'<path fill="{fill}" fill-rule="evenodd" d="{outline}"/>')
        for number, edges in sorted(layer.lines.items()):
            width, colour = layer.styles.lines[number - 1]
            out.append(
                f'<path fill="none" stroke="{colour}" stroke-width="{max(width, 20)}"'
                f' stroke-linecap="round" stroke-linejoin="round"'
                f' d="{_strokes(edges)}"/>'
            )
        return "".join(out)


_SOLID, _FOCAL, _MITRE = 0x00, 0x13, 2
_GRADIENTS = {
    0x10: 'linearGradient x1="-16384" x2="16384"',
    0x12: 'radialGradient cx="0" cy="0" r="16384"',
    _FOCAL: 'radialGradient cx="0" cy="0" r="16384"',
}
_BITMAPS = (0x40, 0x41, 0x42, 0x43)
_CUT_OUT = (0x41, 0x43)
"Pictures that do not repeat."


def _count(bits: Bits, version: int) -> int:
    count = bits.u8()
    return bits.u16() if count == 0xFF and version > 1 else count


def _read_edges(
    bits: Bits, layers: list[_Layer], new_styles: Callable[[], Styles]
) -> None:
    """Sort the edges of a shape by what they bound, a layer for each set of styles."""
    bits.align()
    fill_bits, line_bits = bits.ub(4), bits.ub(4)
    here: Point = (0, 0)
    left = right = line = 0
    for _ in range(MAX_EDGES):
        if bits.ub(1):
            edge = _edge(bits, here)
            here = edge[2]
            for fill in {left, right} - {0} if left != right else ():
                layers[-1].fills[fill].append(edge)
            if line:
                layers[-1].lines[line].append(edge)
            continue
        flags = bits.ub(5)
        if flags == 0:
            bits.align()
            return
        if flags & 1:
            size = bits.ub(5)
            here = bits.sb(size), bits.sb(size)
        left = bits.ub(fill_bits) if flags & 2 else left
        right = bits.ub(fill_bits) if flags & 4 else right
        line = bits.ub(line_bits) if flags & 8 else line
        if flags & 16:
            layers.append(_Layer(new_styles()))
            fill_bits, line_bits = bits.ub(4), bits.ub(4)
    raise ValueError("a shape without an end")


def _edge(bits: Bits, start: Point) -> Edge:
    x, y = start
    straight, size = bits.ub(1), bits.ub(4) + 2
    if straight:
        if bits.ub(1):
            return start, None, (x + bits.sb(size), y + bits.sb(size))
        if bits.ub(1):
            return start, None, (x, y + bits.sb(size))
        return start, None, (x + bits.sb(size), y)
    control = x + bits.sb(size), y + bits.sb(size)
    return start, control, (control[0] + bits.sb(size), control[1] + bits.sb(size))


def _outline(edges: list[Edge]) -> str:
    """
    Closed paths: edges come in any order and direction, each goes on where another ends.
    """
    at_point: dict[Point, list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        at_point[edge[0]].append(number)
        at_point[edge[2]].append(number)
    free = [True] * len(edges)
    out = []
    for number, first in enumerate(edges):
        if not free[number]:
            continue
        out.append(f"M{first[0][0]} {first[0][1]}")
        at, following = first[0], number
        while following >= 0:
            free[following] = False
            edge = edges[following]
            edge = edge if edge[0] == at else edge[::-1]
            out.append(_step(edge))
            at = edge[2]
            here = at_point[at]
            while here and not free[here[-1]]:
                here.pop()
            following = here[-1] if here else -1
        out.append("Z")
    return "".join(out)


def _strokes(edges: list[Edge]) -> str:
    out, at = [], None
    for edge in edges:
        if edge[0] != at:
            out.append(f"M{edge[0][0]} {edge[0][1]}")
        out.append(_step(edge))
        at = edge[2]
    return "".join(out)


def _step(edge: Edge) -> str:
    _, control, (x, y) = edge
    return f"L{x} {y}" if control is None else f"Q{control[0]} {control[1]} {x} {y}"
