"""
The child that touches a document's bytes, once, inside the sandbox, and ends.

I/O: one request on standard input, one answer on standard output.

A request is a line of JSON and the document. An answer is a line of JSON and the file
made of it, or, for each page, a line of JSON and its pixels, then a last line. Nothing
is shared with the parent but these two pipes. Heavy libraries are imported only where
the document needs them: a Word file is recognised in a tenth of a second and handed
back for LibreOffice.
"""

import importlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .contract import (
    Bundled,
    ConversionFailed,
    Drawn,
    Family,
    ForOffice,
    Given,
    Limits,
    Opened,
)
from .sandbox import shut_in

if TYPE_CHECKING:
    from .raster import Sheet

MAX_PROCESSES = 64
"Ghostscript and a few threads; counted only inside the sandbox's own users."

MAX_TEMPORARY_BYTES = 256 * 1024**2
"Of any file written, e.g. by Ghostscript."


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**request["limits"])
    _confine(limits)
    content = sys.stdin.buffer.read(request["bytes"])
    answer: dict[str, Any]
    body = b""
    try:
        answer, body = carry_out(request, content, limits)
    except ConversionFailed as failure:
        answer = {"failed": failure.for_requester, "code": failure.code}
    except MemoryError:
        answer = {"failed": "", "code": "memory"}
    _say(answer, body)
    # Straight out: libraries fed with a hostile file may die tidying up.
    os._exit(0)


def carry_out(
    request: dict[str, Any], content: bytes, limits: Limits
) -> tuple[dict[str, Any], bytes]:
    """
    Do what a request asks for; pages are said one by one.

    Returns:
        The answer and what follows it.

    Raises:
        ConversionFailed: If it cannot be done.
    """
    # Imported late on purpose: see the module's docstring.
    from . import formats

    if request.get("is_cover"):
        return _cover(content, limits, vertical_dpi=request["vertical_dpi"])
    found = formats.PDF if request["is_pdf"] else formats.of_start(content)
    if found is None:
        from . import sniff

        found = sniff.recognise(content, request["name"])
    match open_document(
        Given(content=content, name=request["name"], found=found, limits=limits)
    ):
        case ForOffice(content=made, office_filter=office_filter):
            answer = {"office_filter": office_filter, "echo": made is content}
            return answer, b"" if made is content else made
        case Bundled(parts=parts):
            listed = [{"name": part.name, "bytes": len(part.content)} for part in parts]
            return {"parts": listed}, b"".join(part.content for part in parts)
        case Drawn(sheets=sheets):
            return _printed(sheets, request)


def open_document(given: Given) -> Opened:
    """
    Let the family of its format look into a document.

    Raises:
        ConversionFailed: If it is of no use to anybody.
    """
    family: Family = importlib.import_module(f".{given.found.family}", __package__)
    return family.open_document(given)


def _printed(
    sheets: "Iterator[Sheet]", request: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    import numpy as np

    from .raster import Press

    press = Press(vertical_dpi=request["vertical_dpi"])
    for ink in press.pages(sheets):
        _say({"page": True}, np.packbits(ink, axis=1).tobytes())
    told = press.warnings()
    if request["is_pdf"]:
        # LibreOffice made it of our own fonts; any other brings its own.
        from . import glyphs

        told += glyphs.warnings(press.characters)
    return {"warnings": told}, b""


def _cover(
    content: bytes, limits: Limits, *, vertical_dpi: int
) -> tuple[dict[str, Any], bytes]:
    import numpy as np

    from .cover import CoverPage

    page = CoverPage(content, limits=limits)
    for ink in page.pages(vertical_dpi=vertical_dpi):
        _say({"page": True}, np.packbits(ink, axis=1).tobytes())
    return {"places": [place.as_json for place in page.places]}, b""


def _say(answer: dict[str, Any], body: bytes) -> None:
    answer["bytes"] = len(body)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _confine(limits: Limits) -> None:
    seconds = int(limits.seconds) + 1
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, limits.address_bytes),
        (resource.RLIMIT_DATA, limits.heap_bytes),
        (resource.RLIMIT_FSIZE, MAX_TEMPORARY_BYTES),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))
    # At the hard limit the kernel kills, which might have had any reason; SIGXCPU says it.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if os.environ.get("CONVERTERS_WALLS") == "bwrap":
        resource.setrlimit(resource.RLIMIT_NPROC, (MAX_PROCESSES, MAX_PROCESSES))
    shut_in(Path(__file__).parent)


if __name__ == "__main__":
    main()
