"""
What is drawn on a shared page for one recipient: words and QR codes in their places.

I/O: reads font files.

Each is drawn in grey at three times the size and then made black and white, as the tag
line is. The same place, text and resolution give the same pixels.
"""

import functools
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics.barcode import qrencoder

from .ink import Ink
from .place import SMALLEST_PT, Align, Family, Kind, Place
from .sheet import (
    A4_WIDTH_PX,
    BAND_ROWS,
    PX_PER_MM,
    ROWS,
    ROWS_PER_MM,
    WIDTH_PX,
)

SMALLEST_MODULE_PX = 3
"""Of a QR code: a smaller one is not read by a camera."""

MAX_QR_TEXT = 500
"""Characters: far below what the largest code holds, whatever their script."""


def draw(ink: Ink, place: Place, text: str, *, vertical_dpi: int) -> None:
    """
    Draw a text or a QR code into a page.

    Nothing outside the place changes, and nothing in the tag line's band.

    Args:
        ink: The page; changed.

        text: What stands there for this recipient; nothing is drawn of an empty one.

    Raises:
        FileNotFoundError: If no font is installed.
    """
    if not text.strip():
        return
    left = (WIDTH_PX - A4_WIDTH_PX) // 2 + round(place.x_mm * PX_PER_MM)
    top = round(place.y_mm * ROWS_PER_MM[vertical_dpi])
    right = min(WIDTH_PX, left + round(place.width_mm * PX_PER_MM))
    bottom = top + round(place.height_mm * ROWS_PER_MM[vertical_dpi])
    bottom = min(ROWS[vertical_dpi], bottom)
    if right <= left or bottom <= top:
        return
    shape = (bottom - top, right - left)
    drawn = _qr(text, shape, vertical_dpi) if place.kind is Kind.QR else None
    if drawn is None:
        drawn = _words(place, text, shape)
    above = max(0, BAND_ROWS[vertical_dpi] - top)
    ink[top + above : bottom, left:right] |= drawn[above:]


def _words(place: Place, text: str, shape: tuple[int, int]) -> Ink:
    height, width = shape
    room = width * _OVER, round(place.height_mm * PX_PER_MM * _OVER)
    font, lines = _set(place, text, room)
    indents = [
        _SLACK_BEFORE[place.align] * (room[0] - font.getlength(line)) for line in lines
    ]
    # Only the columns that are written on: a name is short, its place is not.
    left = max(0, int(min(indents) / _OVER) - _OVERHANG_PX)
    longest = max(font.getlength(line) for line in lines)
    right = min(width, left + math.ceil(longest / _OVER) + 3 * _OVERHANG_PX)
    canvas = Image.new("L", ((right - left) * _OVER, room[1]), 255)
    pen = ImageDraw.Draw(canvas)
    pitch = _pitch(font)
    for number, (line, indent) in enumerate(zip(lines, indents, strict=True)):
        pen.text((indent - left * _OVER, number * pitch), line, 0, font, "la")
    grey = canvas.resize((right - left, height), Image.Resampling.BOX)
    ink: Ink = np.zeros(shape, np.bool_)
    ink[:, left:right] = np.asarray(grey) < _INK_BELOW
    return ink


_SLACK_BEFORE = {Align.LEFT: 0.0, Align.CENTRE: 0.5, Align.RIGHT: 1.0}
"How much of what a line leaves free stands before it."

_OVERHANG_PX = 2
"By which a letter may be wider than its step."

_OVER = 3
_INK_BELOW = 150
"A little above the middle: thin strokes must not break at 98 dpi."

_STEP = 0.94
"From one size that is tried to the next smaller one."

_NEARLY = 0.25
"Of a line that may hang out below: a place is as tall as the lines it was made for."


def _set(
    place: Place, text: str, room: tuple[int, int]
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest size in which a text fits, and its lines; cut where none does."""
    path = _font_path(place.family, place.bold, text)
    size = place.size_pt
    while True:
        font = _font(path, round(size * _POINT_MM * PX_PER_MM * _OVER))
        lines = _wrapped(text, font, room[0])
        most = max(1, int(room[1] / _pitch(font) + _NEARLY))
        fits = len(lines) <= most and all(
            font.getlength(line) <= room[0] for line in lines
        )
        if fits:
            return font, lines
        if size == SMALLEST_PT:
            break
        size = max(SMALLEST_PT, size * _STEP)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return font, [_cut(line, font, room[0]) for line in lines]


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _cut(line: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(line) <= width:
        return line
    kept, beyond = 0, len(line)
    while beyond - kept > 1:
        middle = (kept + beyond) // 2
        if font.getlength(line[:middle].rstrip() + "…") <= width:
            kept = middle
        else:
            beyond = middle
    return line[:kept].rstrip() + "…"


def _pitch(font: ImageFont.FreeTypeFont) -> int:
    return sum(font.getmetrics())


_POINT_MM = 25.4 / 72

_FOLDERS = Path("/usr/share/fonts/truetype")
_LETTERS = {
    Family.SANS: ("liberation/LiberationSans-{}.ttf", "dejavu/DejaVuSans{}.ttf"),
    Family.SERIF: ("liberation/LiberationSerif-{}.ttf", "dejavu/DejaVuSerif{}.ttf"),
    Family.MONO: ("liberation/LiberationMono-{}.ttf", "dejavu/DejaVuSansMono{}.ttf"),
}
_OTHERS = ("wqy/wqy-microhei.ttc", "freefont/FreeSans.ttf")
"For letters that the others lack; from the same packages as documents are set with."


def _font_path(family: Family, bold: bool, text: str) -> Path:
    """The first font that has every letter of a text, or most of them."""
    weights = ("Bold", "-Bold") if bold else ("Regular", "")
    names = [
        name.format(weight)
        for name, weight in zip(_LETTERS[family], weights, strict=True)
    ]
    paths = [path for name in (*names, *_OTHERS) if (path := _FOLDERS / name).exists()]
    if not paths:
        raise FileNotFoundError(f"install fonts-liberation: no font in {_FOLDERS}")
    letters = sorted(set(text) - {"\n", " "})
    return min(paths, key=lambda path: sum(not _has(path, each) for each in letters))


@functools.lru_cache(maxsize=64)
def _font(path: Path, px: int) -> ImageFont.FreeTypeFont:
    # The plain layout on purpose: the other one depends on libraries of the machine.
    return ImageFont.truetype(path, px, layout_engine=ImageFont.Layout.BASIC)


@functools.lru_cache(maxsize=4096)
def _has(path: Path, letter: str) -> bool:
    font = _font(path, _LOOKED_AT_PX)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NO_LETTER))


_LOOKED_AT_PX = 24
_NO_LETTER = "\uffff"
"No font has it: what is drawn in its place is what stands for any missing letter."


@functools.lru_cache(maxsize=64)
def _qr(text: str, shape: tuple[int, int], vertical_dpi: int) -> Ink | None:
    """
    A QR code as large as its place allows, every module of the same whole pixels.

    None: the place is too small for so much text, which people had better read.

    Standards:
        ISO/IEC 18004:2015 -- error correction level M; a quiet zone of 4 modules is
        left for by the place, or by the white round it
    """
    if len(text) > MAX_QR_TEXT:
        return None
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    modules = np.array(code.modules, np.bool_)
    count = len(modules)
    down = shape[0] // count + 1
    across = shape[1]
    while across * count > shape[1]:
        down -= 1
        across = round(down / ROWS_PER_MM[vertical_dpi] * PX_PER_MM)
        if across < SMALLEST_MODULE_PX:
            return None
    drawn: Ink = np.zeros(shape, np.bool_)
    made = modules.repeat(down, axis=0).repeat(across, axis=1)
    drawn[: made.shape[0], : made.shape[1]] = made
    return drawn
