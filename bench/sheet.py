"""
Pages to measure with: a letter, a page full of text, a photo; the same every time.

I/O: writes the TIFF files it is asked for.
"""

import random
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH = 1728
"""Pixels of 204 dpi: 215 mm. T.4 §2.2"""

ROWS = {98: 1146, 196: 2292, 391: 4572}
"""Of A4, by vertical resolution."""

KINDS = ("letter", "text", "photo")

SCREEN = (
    np.array(
        [
            [20, 14, 15, 21, 27, 28],
            [13, 4, 5, 16, 29, 34],
            [12, 1, 0, 6, 30, 35],
            [19, 11, 2, 7, 22, 31],
            [26, 18, 10, 3, 8, 23],
            [33, 32, 25, 17, 9, 24],
        ]
    )
    * 7
    + 5
)
"""Dots that grow from one point, as a printer's: they make longer runs than noise."""

_SYLLABLES = ("ba", "co", "di", "fu", "le", "ma", "no", "tion", "par", "que", "ser")


def draw(kind: str, vertical_dpi: int) -> Image.Image:
    """
    A page of black and white.

    Args:
        kind: One of `KINDS`.

        vertical_dpi: 98, 196 or 391.
    """
    if kind == "photo":
        return _photo(vertical_dpi)
    lines, characters, top = (11, 62, 480) if kind == "letter" else (36, 68, 90)
    page = Image.new("L", (WIDTH, ROWS[196]), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    rng = random.Random(kind)  # noqa: S311 -- the same words every time
    for line in range(lines):
        pen.text((150, top + line * 48), _words(rng, characters), font=font, fill=0)
    if kind == "letter":
        pen.text((1000, 250), _words(rng, 24), font=font, fill=0)
    pen.rectangle((0, 0, WIDTH - 1, 2), fill=0)
    return page.resize((WIDTH, ROWS[vertical_dpi])).point(
        lambda grey: 255 if grey > 140 else 0, mode="1"
    )


def write(image: Image.Image, path: Path, *, vertical_dpi: int) -> Path:
    """Keep a page as the engine wants it: T.6 in a TIFF."""
    image.save(path, compression="group4", dpi=(204, vertical_dpi))
    return path


def _words(rng: random.Random, characters: int) -> str:
    text = ""
    while len(text) < characters:
        text += "".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) + " "
    return text[:characters]


@cache
def _photo(vertical_dpi: int) -> Image.Image:
    """Noise whose strength falls with its frequency, as in pictures of the world."""
    rows = ROWS[vertical_dpi]
    rng = np.random.default_rng(7)
    across = np.fft.rfftfreq(WIDTH)[None, :]
    down = np.fft.fftfreq(rows)[:, None] * vertical_dpi / 204
    distance = np.hypot(across, down)
    distance[0, 0] = 1
    phase = np.exp(2j * np.pi * rng.random(distance.shape))
    grey = np.fft.irfft2(phase / distance**1.5, s=(rows, WIDTH))
    grey = (grey - grey.min()) / (grey.max() - grey.min()) * 255
    high, wide = SCREEN.shape
    screen = np.tile(SCREEN, (rows // high + 1, WIDTH // wide + 1))[:rows, :WIDTH]
    return Image.fromarray(grey > screen)
