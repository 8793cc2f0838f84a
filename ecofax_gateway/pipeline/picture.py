"""
Pages of a fax as pictures: the first one small, as its reply shows it, and each exactly.

Pure: no I/O, no clock, no randomness.
"""

import io

import numpy as np
from PIL import Image

from converters.sheet import A4_MM, PX_PER_MM, WIDTH_PX
from converters.tiff_f import decode_page, read

WIDTH = 540
"""Pixels: what a mail of 600 has between its margins."""

PX_PER_INCH = PX_PER_MM * 25.4
"""204: finer rows than these need wider pixels."""

GREYS = 8
"""Enough for eyes; each doubling makes the file a third larger."""


def picture_of(tiff: bytes) -> bytes:
    """
    Draw the first page of a file as PNG, `WIDTH` pixels wide.

    Raises:
        NotTiffF: If the file is none of ours.
    """
    ink = decode_page(read(tiff)[0])
    page = Image.fromarray(np.multiply(~ink, 255, dtype=np.uint8))
    height = round(WIDTH * A4_MM[1] * PX_PER_MM / WIDTH_PX)
    small = page.resize((WIDTH, height), Image.Resampling.BOX).point(_TO_GREYS)
    picture = Image.frombytes("P", small.size, small.tobytes())
    picture.putpalette(_PALETTE)
    out = io.BytesIO()
    picture.save(out, "PNG", bits=4)
    return out.getvalue()


def exact_picture_of(tiff: bytes, page: int) -> bytes:
    """
    Give one page of a file as PNG, pixel by pixel as it is printed, with its dpi.

    Its rows are as far apart as its columns are not: whoever shows it stretches it to
    the shape of the paper, 215 by 297 mm.

    Args:
        page: From 1.

    Raises:
        LookupError: If there is no such page.
    """
    out = io.BytesIO()
    with Image.open(io.BytesIO(tiff), formats=["TIFF"]) as pages:
        count = getattr(pages, "n_frames", 1)
        if not 1 <= page <= count:
            raise LookupError(f"no page {page} of {count}")
        pages.seek(page - 1)
        pages.save(out, "PNG", dpi=pages.info.get("dpi", (204, 196)))
    return out.getvalue()


def exact_picture(tiff: bytes) -> bytes:
    """
    Draw the first page of a file as PNG, black and white, with nothing lost.

    Rows and columns of a fax are not equally far apart; here they are, as on paper:
    pixels are repeated, none is left out or mixed with another.

    Raises:
        NotTiffF: If the file is none of ours.
    """
    coded = read(tiff)[0]
    page = Image.fromarray(~decode_page(coded))
    across = 1 if coded.vertical_dpi <= PX_PER_INCH else 2
    width = WIDTH_PX * across
    height = round(width * A4_MM[1] * PX_PER_MM / WIDTH_PX)
    out = io.BytesIO()
    page.resize((width, height), Image.Resampling.NEAREST).save(
        out, "PNG", optimize=False
    )
    return out.getvalue()


_TO_GREYS = [round(value * (GREYS - 1) / 255) for value in range(256)]
_PALETTE = [round(grey * 255 / (GREYS - 1)) for grey in range(GREYS) for _ in range(3)]
