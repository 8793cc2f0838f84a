"""
Formats that a program of their own makes a PDF or a PNG of.

I/O: runs Ghostscript, rsvg-convert and heif-convert; only inside the worker's sandbox.

Each sees a folder with nothing but its document, so that what Ghostscript may read
below TMPDIR, or an SVG beside itself, is the document alone.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import formats
from .contract import Cause, Drawn, Given
from .formats import Format

UNREADABLE = Cause(
    for_requester="Le document n’a pas pu être ouvert : il est endommagé, ou d’une"
    " variante inconnue. Envoyez-le en PDF.",
    code="damaged",
)
TOO_SLOW = Cause(
    for_requester="Le document est trop complexe pour être converti. Envoyez-le en PDF.",
    code="too-slow",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a program is called: `{sources}` are its documents, `{target}` its result."""

    command: tuple[str, ...]
    suffix: str
    "Of what it makes."

    source_suffix: str


_POSTSCRIPT = Recipe(
    (
        *("gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite"),
        *("-sPAPERSIZE=a4", "-dAutoRotatePages=/None"),
        *("-sOutputFile={target}", "{sources}"),
    ),
    ".pdf",
    ".ps",
)
OUR_SVG = Recipe(
    ("rsvg-convert", "--unlimited", "-f", "pdf", "-o", "{target}", "{sources}"),
    ".pdf",
    ".svg",
)
"""Only for what we wrote ourselves: nothing in it stands for more than it is."""

RECIPES: dict[Format, Recipe] = {
    formats.PS: _POSTSCRIPT,
    formats.EPS: Recipe(
        (*_POSTSCRIPT.command[:1], "-dEPSCrop", *_POSTSCRIPT.command[1:]),
        ".pdf",
        ".eps",
    ),
    formats.SVG: Recipe(
        ("rsvg-convert", "-f", "pdf", "-o", "{target}", "{sources}"), ".pdf", ".svg"
    ),
    formats.HEIC: Recipe(("heif-convert", "{sources}", "{target}"), ".png", ".heic"),
}


def open_document(given: Given) -> Drawn:
    """See `contract.Family`."""
    made = run(given.content, given.found, seconds=given.limits.seconds / 2)
    # Imported late: one of the two is not needed, and neither is light.
    if made.startswith(b"%PDF-"):
        from .pdf import sheets
    else:
        from .image import sheets
    return Drawn(sheets(made, limits=given.limits))


def run(content: bytes, found: Format, *, seconds: float) -> bytes:
    """
    Make the PDF or PNG.

    Raises:
        ConversionFailed: If the program cannot, or not in time.
    """
    return follow(RECIPES[found], [content], seconds=seconds)


def follow(recipe: Recipe, sources: Sequence[bytes], *, seconds: float) -> bytes:
    """
    Have a program make one file, of one or of several that are its pages.

    Raises:
        ConversionFailed: If the program cannot, or not in time.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, f"result{recipe.suffix}")
        given = []
        for number, content in enumerate(sources):
            source = Path(folder, f"document{number:03}{recipe.source_suffix}")
            source.write_bytes(content)
            given.append(str(source))
        command = []
        for part in recipe.command:
            command += given if part == "{sources}" else [part.format(target=target)]
        try:
            subprocess.run(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
            # Of several pictures in one file the first is numbered.
            made = sorted(Path(folder).glob(f"result*{recipe.suffix}"))
            result = made[0].read_bytes() if made else b""
        except subprocess.TimeoutExpired:
            raise TOO_SLOW.failure() from None
        except OSError:
            raise UNREADABLE.failure() from None
    if not result:
        raise UNREADABLE.failure()
    return result
