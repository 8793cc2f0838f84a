"""
The first page of a fax as a small picture, as its reply shows it.

Pure: no I/O, no clock, no randomness.
"""

import io

import numpy as np
from PIL import Image

from converters.sheet import A4_MM, PX_PER_MM, WIDTH_PX
from converters.tiff_f import decode_page, read

WIDTH = 540
"""Pixels: what a mail of 600 has between its margins."""

GREYS = 8
"""Enough for eyes; each doubling makes the file a third larger."""


def picture_of(tiff: bytes) -> bytes:
    """
    Draw the first page of a file as PNG, `WIDTH` pixels wide.

    Raises:
        NotTiffF: If the file is none of ours.
    """
    ink = decode_page(read(tiff)[0])
    page = Image.fromarray(np.where(ink, 0, 255).astype(np.uint8))
    height = round(WIDTH * A4_MM[1] * PX_PER_MM / WIDTH_PX)
    small = page.resize((WIDTH, height), Image.Resampling.BOX)
    out = io.BytesIO()
    small.quantize(GREYS).save(out, "PNG", optimize=True)
    return out.getvalue()
