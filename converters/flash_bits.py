"""
Numbers as Flash writes them: little-endian bytes, and bit fields that begin anywhere.

Pure: no I/O, no clock, no randomness.

Standards:
    Adobe SWF File Format Specification 19 (2012), "Basic data types"
"""

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """In twips, a twentieth of a screen pixel."""

    left: int
    top: int
    right: int
    bottom: int


class Bits:
    """
    Reads forward through one tag.

    Every method raises IndexError, ValueError or struct.error past the end.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0
        "Of the next byte; a bit field that has begun is behind it."
        self._left = 0

    def u8(self) -> int:
        """An unsigned byte."""
        return int(self._number("<B", 1))

    def u16(self) -> int:
        """Two bytes, unsigned."""
        return int(self._number("<H", 2))

    def i16(self) -> int:
        """Two bytes, signed."""
        return int(self._number("<h", 2))

    def u32(self) -> int:
        """Four bytes, unsigned."""
        return int(self._number("<I", 4))

    def text(self) -> str:
        """Up to a zero byte."""
        self.align()
        end = self.content.index(0, self.at)
        raw, self.at = self.content[self.at : end], end + 1
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("cp1252", "replace")  # before version 6

    def rest(self) -> bytes:
        """All that is left."""
        self.align()
        return self.content[self.at :]

    def align(self) -> None:
        """Go on at the next whole byte."""
        self._left = 0

    def ub(self, bits: int) -> int:
        """A bit field, unsigned."""
        value = 0
        while bits:
            if self._left == 0:
                self.at += 1
                self._left = 8
            taken = min(bits, self._left)
            self._left -= taken
            here = self.content[self.at - 1] >> self._left & (1 << taken) - 1
            value, bits = value << taken | here, bits - taken
        return value

    def sb(self, bits: int) -> int:
        """A bit field, signed."""
        value = self.ub(bits)
        return value - (1 << bits) if bits and value >> bits - 1 else value

    def rect(self) -> Rect:
        """A rectangle."""
        self.align()
        bits = self.ub(5)
        left, right, top, bottom = (self.sb(bits) for _ in range(4))
        self.align()
        return Rect(left, top, right, bottom)

    def matrix(self) -> str:
        """A matrix, as SVG writes it."""
        self.align()
        scale, turn = (1.0, 1.0), (0.0, 0.0)
        if self.ub(1):
            scale = self._pair(self.ub(5))
        if self.ub(1):
            turn = self._pair(self.ub(5))
        bits = self.ub(5)
        across, down = self.sb(bits), self.sb(bits)
        self.align()
        (x, y), (lean, slope) = scale, turn
        return f"matrix({x:.6g} {lean:.6g} {slope:.6g} {y:.6g} {across} {down})"

    def colour(self, *, alpha: bool) -> str:
        """A colour, as SVG writes it; what is transparent is mixed with white."""
        red, green, blue = self.u8(), self.u8(), self.u8()
        seen = self.u8() / 255 if alpha else 1.0
        mixed = (round(255 - (255 - each) * seen) for each in (red, green, blue))
        return "#{:02x}{:02x}{:02x}".format(*mixed)

    def skip_colour_change(self, *, alpha: bool) -> None:
        """A change of colours, which is not applied."""
        self.align()
        adds, multiplies, bits = self.ub(1), self.ub(1), self.ub(4)
        self.ub(bits * (adds + multiplies) * (4 if alpha else 3))
        self.align()

    def _pair(self, bits: int) -> tuple[float, float]:
        return self.sb(bits) / 65536, self.sb(bits) / 65536

    def _number(self, kind: str, size: int) -> int:
        self.align()
        (value,) = struct.unpack_from(kind, self.content, self.at)
        self.at += size
        return int(value)
