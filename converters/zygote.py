"""
The process that conversions are forked from: everything imported, no document seen.

I/O: descriptors of documents' sockets on standard input, one byte and a status back.

The start of an interpreter with all that a page needs takes a fifth of a second of CPU,
as much as ten pages; a fork takes 4 ms. So this process imports everything behind the
walls and then only waits. For each document it forks a child that moves into a `room` of
its own, gives up every power, and is a `worker`: it talks on a socket of its own and ends
with the document. This process reads nothing but the one byte that comes with that
socket, so no document can have met it.
"""

import ctypes
import functools
import gc
import importlib
import os
import socket
from collections.abc import Callable
from typing import NoReturn

from . import fences, formats, room, worker
from .contract import Limits
from .forking import ENDED, READY, REFUSED, sockets_of_children

_NO_ROOM = 70
"""The status of a child that did not get as far as its document."""

_ALSO_NEEDED = ("sniff", "glyphs")
"""By whatever is opened; the families of formats come on top."""


_WORDS = b"""
BT /F1 10 Tf 60 700 Td (a) Tj /F2 10 Tf (b) Tj /F3 10 Tf (c) Tj ET
.8 g 60 300 300 200 re f 0 g BT /F1 10 Tf 80 400 Td (a) Tj ET
"""
_PAGE = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    b"/F2<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>"
    b"/F3<</Type/Font/Subtype/Type1/BaseFont/Courier>>>>>>>>endobj\n"
    b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n"
) % (len(_WORDS), _WORDS)
"A letter in three fonts that are not embedded, and a box with a word on it."


def main() -> None:
    """Wait for documents until standard input ends."""
    control = socket.socket(fileno=0)
    room.adopt_orphans()
    _import_everything()
    _print_a_page()
    if _in_room(_nothing) != 0:
        control.send(REFUSED)
        return
    control.send(READY)
    for document in sockets_of_children(control):
        status = _in_room(functools.partial(_convert, document), document)
        control.send(ENDED.pack(status))


def _import_everything() -> None:
    families = sorted({row.family for row in formats.FORMATS})
    for name in (*families, *_ALSO_NEEDED):
        importlib.import_module(f".{name}", __package__)


def _print_a_page() -> None:
    """
    Do once, with a page of our own, what is slow the first time.

    pdfium looks for the fonts there are, and OpenCV for what the processor can: 30 ms.
    """
    # Imported late on purpose: the gateway knows this module, and needs none of these.
    from . import pdf, raster

    press = raster.Press(vertical_dpi=98)
    for _ in press.pages(pdf.sheets(_PAGE, limits=Limits())):
        pass
    # Children share this memory for as long as nobody writes on it.
    ctypes.CDLL(None).malloc_trim(0)
    gc.collect()
    gc.freeze()


def _nothing() -> None:
    """What is tried in the first room."""


def _convert(document: int) -> None:
    """Be a worker whose standard input and output is the document's socket."""
    for standard in (0, 1):
        os.dup2(document, standard)
    os.close(document)
    worker.main()


def _in_room(act: Callable[[], None], *given: int) -> int:
    """
    Do something in a room of its own and wait until all in there has ended.

    Args:
        given: Descriptors that this process has no more need of.
    """
    between = os.fork()
    if between == 0:
        _fork_first(act)
    for descriptor in given:
        os.close(descriptor)
    _, status = os.waitpid(between, 0)
    if status == 0:
        # The first process in there ended last: with it the kernel ends all others.
        _, status = os.waitpid(-1, 0)
    return os.waitstatus_to_exitcode(status)


def _fork_first(act: Callable[[], None]) -> NoReturn:
    """Leave what is shared and fork the first process of the room, which acts."""
    status = _NO_ROOM
    try:
        room.leave()
        if os.fork() == 0:
            room.furnish()
            fences.drop_capabilities()
            act()
        status = 0
    finally:
        # Straight out, whatever happened: the loop above is the parent's.
        os._exit(status)


if __name__ == "__main__":
    main()
