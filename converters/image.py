"""
Pictures to sheets: one each, one for each page of a TIFF.

Pure: no I/O, no clock, no randomness.

Called only inside the worker's sandbox.
"""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .contract import Cause, ConversionFailed, Drawn, Given, Limits
from .ink import Ink
from .pdf import check_page_count
from .raster import Painted, Sheet
from .sheet import (
    ROWS,
    WIDTH_PX,
    Placement,
    image_size_mm,
)
from .tiles import Grey

MAX_IMAGE_PIXELS = 100_000_000
"A4 at 1200 dpi has 139 million, at 600 dpi 35; every bomb measured stops here."

FAX_DPI = {98: (90, 110), 196: (180, 220), 391: (370, 410)}
"Which stated vertical resolutions are the fax resolution: writers round freely."


def open_document(given: Given) -> Drawn:
    """See `contract.Family`."""
    return Drawn(sheets(given.content, limits=given.limits))


def sheets(content: bytes, *, limits: Limits) -> Iterator[Sheet]:
    """
    Yield the pictures in order.

    Raises:
        ConversionFailed: If a picture cannot be read or is too large.
    """
    Image.MAX_IMAGE_PIXELS = MAX_IMAGE_PIXELS
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
            check_page_count(count, limits)
            for index in range(count):
                picture.seek(index)
                yield _Picture(picture)
    except (Image.DecompressionBombError, MemoryError):
        raise ConversionFailed(
            "L’image est trop grande (plus de 100 millions de points). Réduisez-la puis"
            " renvoyez-la.",
            code="too-large",
        ) from None
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
    ) as error:
        raise _DAMAGED.failure() from error
    except (TypeError, KeyError, IndexError, AttributeError, RuntimeError) as error:
        # Pillow's TIFF reader lets these out on directories that lie.
        raise _DAMAGED.failure() from error


_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP")
"Of an animation, and of what phones put beside a photo, the first picture is printed."

_DAMAGED = Cause(
    for_requester="L’image est endommagée ou incomplète. Enregistrez-la à nouveau puis renvoyez-la.",
    code="damaged",
)


class _Picture:
    def __init__(self, picture: Image.Image) -> None:
        width, height = picture.size
        if width * height > MAX_IMAGE_PIXELS:
            raise Image.DecompressionBombError
        self._bilevel = picture.mode == "1"
        dpi = _stated_dpi(picture)
        grey = ImageOps.exif_transpose(_flat_grey(picture))
        if dpi is not None and grey.size != picture.size:
            dpi = dpi[1], dpi[0]
        self._grey = grey
        self._dpi = dpi
        width_mm, height_mm = image_size_mm(*grey.size, dpi)
        self.size_mm = max(1.0, width_mm), max(1.0, height_mm)
        # A photo is looked at upright; a scanned sheet on its side fills the page.
        self.may_turn = self.size_mm[0] > 220

    def exact(self, *, vertical_dpi: int) -> Ink | None:
        width, rows = self._grey.size
        low, high = FAX_DPI[vertical_dpi]
        if not self._bilevel or width != WIDTH_PX or self._dpi is None:
            return None
        if not low <= self._dpi[1] <= high or rows > ROWS[vertical_dpi] * 1.03:
            return None
        ink: Ink = np.asarray(self._grey) < 128
        if ink[ROWS[vertical_dpi] :].any():
            return None
        page = np.zeros((ROWS[vertical_dpi], WIDTH_PX), np.bool_)
        page[:rows] = ink[: len(page)]
        return page

    def paint(self, placement: Placement, *, vertical_dpi: int) -> Painted:
        page: Grey = np.full((ROWS[vertical_dpi], WIDTH_PX), 255, np.uint8)
        grey = self._grey
        if placement.turned:
            grey = grey.transpose(Image.Transpose.ROTATE_270)
        size = (placement.width, placement.height)
        right, bottom = placement.left + size[0], placement.top + size[1]
        # A box filter where a picture shrinks keeps thin lines; bicubic blurs none
        # where it grows.
        shrinks = grey.width > size[0] or grey.height > size[1]
        rule = Image.Resampling.HAMMING if shrinks else Image.Resampling.BICUBIC
        drawn = np.asarray(grey.resize(size, rule))
        page[placement.top : bottom, placement.left : right] = drawn
        box = (placement.left, placement.top, right, bottom)
        return Painted(grey=page, pictures=[] if self._bilevel else [box])


def _stated_dpi(picture: Image.Image) -> tuple[float, float] | None:
    try:
        across, down = picture.info.get("dpi", (0, 0))
        across, down = float(across), float(down)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not (0 < across < 1e5 and 0 < down < 1e5):
        return None
    return across, down


def _flat_grey(picture: Image.Image) -> Image.Image:
    """Greys on white; keeps the EXIF orientation for the caller to apply."""
    orientation = picture.getexif().get(_ORIENTATION)
    if picture.mode in ("I", "F", "I;16", "I;16B", "I;16L"):
        values = np.asarray(picture, np.float32)
        top = 65535.0 if values.max() > 255 else 255.0
        grey = Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8))
    elif picture.mode in ("LA", "PA", "RGBA", "RGBa", "La") or (
        "transparency" in picture.info
    ):
        seen = picture.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        grey = Image.alpha_composite(white, seen).convert("L")
    elif picture.mode == "LAB":
        grey = picture.getchannel("L")
    else:
        grey = picture.convert("L")
    if orientation in range(2, 9):
        grey.getexif()[_ORIENTATION] = orientation
    return grey


_ORIENTATION = 0x0112
