"""
What libspandsp and libtiff have to say goes to our log, at debug level.

I/O: log records; left alone, both libraries write to standard error.
"""

import logging
from types import TracebackType

from ._spandsp import ffi, lib

logger = logging.getLogger(__name__)

tiff_faults: list[str] = []
"""
What libtiff could not read or write, since it was last emptied.

libtiff cannot say on whose behalf it speaks, but there is one thread and calls into C
do not nest: whoever made the call empties it afterwards.
"""

_FLOW = 5
_SHOW_PROTOCOL, _SHOW_TAG = 0x0800, 0x2000


def report_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType
) -> None:
    """Log an exception that must not travel through C, where it would be printed."""
    logger.error("a callback failed", exc_info=(kind, error, trace))


def _on_log(level: int, text: ffi.CData) -> None:
    """A line of libspandsp's; it ends with a line feed."""
    logger.debug("%s", ffi.string(text).decode("latin-1").rstrip())


def _on_tiff(is_error: int, text: ffi.CData) -> None:
    """
    An error or a warning of libtiff's.

    libspandsp sends what could be decoded of a damaged page and calls it sent, so
    this is the only place where the damage shows. The Fax codecs only warn of it.
    """
    line: str = ffi.string(text).decode("latin-1")
    logger.debug("libtiff: %s", line)
    if is_error or line.startswith("Fax"):
        tiff_faults.append(line)


def listen(state: ffi.CData, tag: ffi.CData) -> None:
    """
    Route one logging context to us.

    Args:
        state: A `logging_state_t *`.

        tag: A C string that outlives the context: libspandsp keeps the pointer.
    """
    lib.span_log_set_message_handler(state, lib.ecofax_on_log)
    lib.span_log_set_tag(state, tag)
    if logger.isEnabledFor(logging.DEBUG):
        lib.span_log_set_level(state, _FLOW | _SHOW_PROTOCOL | _SHOW_TAG)
    else:
        lib.span_log_set_level(state, 0)


ffi.def_extern(name="ecofax_on_log", onerror=report_bug)(_on_log)
ffi.def_extern(name="ecofax_on_tiff", onerror=report_bug)(_on_tiff)
lib.span_set_message_handler(lib.ecofax_on_log)
lib.ecofax_hear_libtiff()
