"""
The line on top of every page: who sent it, when, page n of m.

I/O: reads a font file.

Drawn in grey at three times the size and for pixels that are not square, then made
black and white: it reads alike in all three resolutions.
"""

import functools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .ink import Ink
from .sheet import (
    BAND_ROWS,
    PX_PER_MM,
    ROWS_PER_MM,
    WIDTH_PX,
)

FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
)
"From fonts-dejavu-core and fonts-liberation; the first that is there."

LETTERS_MM = 3.5
"Size of the font: capitals 2.5 mm tall, as fax machines print them."

LEFT_MM = 8.0
"Machines leave a few millimetres of each side unprinted."

MAX_CHARACTERS = 400
"Of a tag line before it is shortened; bounds the search for the longest that fits."


def draw_tag(text: str, *, vertical_dpi: int) -> Ink:
    """
    Draw one line into a band of `BAND_ROWS` by 1728.

    Text that is too long loses its middle; what follows the last two spaces (the
    words "page 1/3") is kept whole.

    Raises:
        FileNotFoundError: If none of `FONTS` is installed.
    """
    wide = Image.new("L", (WIDTH_PX * _OVER, _BAND_HEIGHT), 255)
    pen = ImageDraw.Draw(wide)
    pen.text(
        (LEFT_MM * PX_PER_MM * _OVER, _BAND_HEIGHT // 2),
        fitting(text),
        0,
        _font(),
        "lm",
    )
    band = wide.resize((WIDTH_PX, BAND_ROWS[vertical_dpi]), Image.Resampling.BOX)
    ink: Ink = np.asarray(band) < _INK_BELOW
    return ink


def fitting(text: str) -> str:
    """Shorten a tag line, as `draw_tag` does, to what the page's width holds."""
    font = _font()
    text = " ".join(text.split())
    if len(text) > MAX_CHARACTERS:
        half = MAX_CHARACTERS // 2
        text = text[:half] + text[-half:]
    room = (WIDTH_PX - 2 * LEFT_MM * PX_PER_MM) * _OVER
    if font.getlength(text) <= room:
        return text
    words = text.split(" ")
    tail = " ".join(words[-2:])
    head = text[: -len(tail)].rstrip()
    # The date stands first, the number last: letters go from the middle.
    for keep in range(len(head) - 1, 0, -1):
        first = (keep + 1) // 2
        last = head[len(head) - (keep - first) :]
        shorter = f"{head[:first].rstrip()}… {last.lstrip()} {tail}"
        if font.getlength(shorter) <= room:
            return shorter
    while tail and font.getlength(tail) > room:
        tail = tail[1:]
    return tail


_OVER = 3
_BAND_HEIGHT = round(BAND_ROWS[98] / ROWS_PER_MM[98] * PX_PER_MM * _OVER)
_INK_BELOW = 150
"A little above the middle: thin strokes must not break at 98 dpi."


@functools.cache
def _font() -> ImageFont.FreeTypeFont:
    for path in FONTS:
        if Path(path).exists():
            size = LETTERS_MM * PX_PER_MM * _OVER
            return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    raise FileNotFoundError(f"install fonts-dejavu-core: none of {FONTS}")
