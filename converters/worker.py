"""
The child that touches a document's bytes, once, inside the sandbox, and ends.

I/O: one request on standard input, one answer on standard output.

A request is a line of JSON and the document. An answer is a line of JSON and the file
made of it, or, for each page, a line of JSON and its pixels, then a last line. Nothing is shared with the parent but these two pipes. Heavy libraries are
imported only where the document needs them: a Word file is recognised in a tenth of
a second and handed back for LibreOffice.
"""

import codecs
import json
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from .contract import ConversionFailed, Limits

if TYPE_CHECKING:
    from .formats import Format

MAX_PROCESSES = 64
"Ghostscript and a few threads; counted only inside the sandbox's own users."

MAX_TEMPORARY_BYTES = 512 * 1024**2
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
        answer, body = _carry_out(request, content, limits)
    except ConversionFailed as failure:
        answer = {"failed": failure.for_requester, "code": failure.code}
    except MemoryError:
        answer = {"failed": "", "code": "memory"}
    _say(answer, body)
    # Straight out: libraries fed with a hostile file may die tidying up.
    os._exit(0)


def _carry_out(
    request: dict[str, Any], content: bytes, limits: Limits
) -> tuple[dict[str, Any], bytes]:
    # Imported late on purpose: see the module's docstring.
    from . import formats, sniff
    from .formats import Route

    found = formats.PDF
    if not request["is_pdf"]:
        found = sniff.recognise(content, request["name"])
    match found.route:
        case Route.OFFICE:
            return {"office_filter": found.office_filter, "echo": True}, b""
        case Route.TEXT | Route.TABLE | Route.HTML | Route.WIKI:
            return {"office_filter": found.office_filter}, _set(content, found)
        case Route.BUNDLE:
            return _taken_apart(content, found)
        case Route.PROGRAM:
            from . import program

            content = program.run(content, found, seconds=limits.seconds / 2)
            if content.startswith(b"%PDF-"):
                from . import pdf as family
            else:
                from . import image as family  # type: ignore[no-redef] # same contract
        case Route.PDF:
            from . import pdf as family
        case Route.IMAGE:
            from . import image as family  # type: ignore[no-redef] # same contract
    import numpy as np

    from .raster import Press

    press = Press(vertical_dpi=request["vertical_dpi"])
    for ink in press.pages(family.sheets(content, limits=limits)):
        _say({"page": True}, np.packbits(ink, axis=1).tobytes())
    return {"warnings": press.warnings()}, b""


def _set(content: bytes, found: "Format") -> bytes:
    """What is text, as a document for LibreOffice."""
    from . import hypertext, table, text
    from .formats import TSV, Route

    if found.route is Route.HTML:
        return hypertext.to_utf8(content)
    words = text.decode_text(content, likely=_charset(content))
    if len(words) > text.MAX_CHARACTERS:
        raise ConversionFailed(
            "Le texte est trop long pour une télécopie. Envoyez-le en plusieurs"
            " parties.",
            code="too-many-pages",
        )
    if found.route is Route.TABLE:
        return table.to_ods(words, tabs=found is TSV)
    if found.route is Route.WIKI:
        return hypertext.wiki_to_html(words)
    return text.to_odt(words)


def _charset(content: bytes) -> str:
    """What uchardet makes of a text; nothing if it does not know, or is not there."""
    try:
        guess = subprocess.run(
            ["uchardet"],  # noqa: S607 -- PATH is ours
            input=content[:_GUESSED_BYTES],
            capture_output=True,
            timeout=10,
            check=False,
        )
        return codecs.lookup(guess.stdout.decode("ascii", "replace").strip()).name
    except (OSError, subprocess.TimeoutExpired, LookupError, ValueError):
        return ""


_GUESSED_BYTES = 64 * 1024


def _taken_apart(content: bytes, found: "Format") -> tuple[dict[str, Any], bytes]:
    from . import bundle
    from .formats import ZIP

    parts = bundle.of_archive(content) if found is ZIP else bundle.of_mail(content)
    listed = [{"name": part.name, "bytes": len(part.content)} for part in parts]
    return {"parts": listed}, b"".join(part.content for part in parts)


def _say(answer: dict[str, Any], body: bytes) -> None:
    answer["bytes"] = len(body)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _confine(limits: Limits) -> None:
    seconds = int(limits.seconds) + 1
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, MAX_TEMPORARY_BYTES),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))
    if os.environ.get("CONVERTERS_WALLS") == "bwrap":
        resource.setrlimit(resource.RLIMIT_NPROC, (MAX_PROCESSES, MAX_PROCESSES))
    else:
        from .sandbox import leave_network

        leave_network()


if __name__ == "__main__":
    main()
