"""
The ways from a PDF to fax pages that are measured side by side.

I/O: runs Ghostscript, pdftoppm and our own converter.

Each gives pages of 1728 pixels a row, True is black. All make A4 of what they are
given, as a fax must be.
"""

import io
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageSequence

from converters.contract import Limits
from converters.ink import Ink
from converters.pdf import sheets
from converters.raster import Press
from converters.sheet import (
    A4_WIDTH_PX,
    ROWS,
    WIDTH_PX,
)

from .printed import A4

SECONDS = 300.0
"Of one program over one document: Ghostscript was seen at 50 s."


def ours(pdf: bytes, dpi: int) -> list[Ink]:
    """What the gateway's own child does with a PDF, without its walls."""
    return list(Press(vertical_dpi=dpi).pages(sheets(pdf, limits=Limits())))


def gs_tiffg4(pdf: bytes, dpi: int) -> list[Ink]:
    """Ghostscript's own 1-bit device, as fax servers call it."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in.pdf"), Path(folder, "out.tif")
        source.write_bytes(pdf)
        run(gs_command("tiffg4", source, out, dpi))
        return _bilevel(out)


def gs_command(device: str, source: Path, out: Path, dpi: int) -> list[str]:
    """Ghostscript, drawing on A4 at a fax resolution."""
    command = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", f"-sDEVICE={device}"]
    command += [f"-r204x{dpi}", "-sPAPERSIZE=a4", "-dFIXEDMEDIA", "-dPDFFitPage"]
    return [*command, f"-sOutputFile={out}", str(source)]


def pdfium_dithered(pdf: bytes, dpi: int) -> list[Ink]:
    """pdfium's grey, scattered dots after Floyd and Steinberg."""
    document = pypdfium2.PdfDocument(_upright(pdf))
    pages = []
    for page in document:
        size = _fitted(*page.get_size(), dpi)
        grey = page.render(scale=2 * size[0] / page.get_width(), grayscale=True)
        shrunk = grey.to_pil().resize(size, Image.Resampling.BOX)
        pages.append(_centred(np.asarray(shrunk.convert("1")) == 0, dpi))
    document.close()
    return pages


def pdftoppm_mono(pdf: bytes, dpi: int) -> list[Ink]:
    """Poppler's 1-bit output."""
    pdf = _upright(pdf)
    document = pypdfium2.PdfDocument(pdf)
    sizes = [
        (*_fitted(*page.get_size(), dpi), page.get_rotation() == 90)
        for page in document
    ]
    document.close()
    pages = []
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in.pdf"), Path(folder, "page")
        source.write_bytes(pdf)
        for number, (width, height, turned) in enumerate(sizes, 1):
            which = ["-f", str(number), "-l", str(number), "-singlefile"]
            # It scales before it turns.
            across, down = (height, width) if turned else (width, height)
            size = ["-scale-to-x", str(across), "-scale-to-y", str(down)]
            run(["pdftoppm", "-mono", *which, *size, str(source), str(out)])
            (page,) = _bilevel(out.with_suffix(".pbm"))
            pages.append(_centred(page, dpi))
    return pages


def _upright(pdf: bytes) -> bytes:
    """Turn what lies on its side, which neither of the two does by itself."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        if page.get_width() > page.get_height():
            page.set_rotation(90)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def _fitted(width: float, height: float, dpi: int) -> tuple[int, int]:
    """Pixels of a sheet, in points, that fills A4 as far as it can."""
    scale = min(A4[0] / width, A4[1] / height)
    across = round(width * scale * A4_WIDTH_PX / A4[0])
    return min(WIDTH_PX, across), min(
        ROWS[dpi], round(height * scale * ROWS[dpi] / A4[1])
    )


def _centred(ink: Ink, dpi: int) -> Ink:
    page = np.zeros((ROWS[dpi], WIDTH_PX), np.bool_)
    rows, columns = ink.shape
    left = (WIDTH_PX - columns) // 2
    page[:rows, left : left + columns] = ink
    return page


def run(command: list[str]) -> None:
    """Run a program that must do its work."""
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)


def _bilevel(path: Path) -> list[Ink]:
    with Image.open(path) as picture:
        return [
            np.asarray(frame.convert("1")) == 0
            for frame in ImageSequence.Iterator(picture)
        ]


PIPELINES: dict[str, Callable[[bytes, int], list[Ink]]] = {
    "ours": ours,
    "gs tiffg4": gs_tiffg4,
    "pdfium + Floyd-Steinberg": pdfium_dithered,
    "pdftoppm -mono": pdftoppm_mono,
}
"""By the name that the table shows; ours first."""
