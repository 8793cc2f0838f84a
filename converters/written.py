"""
What is written in plain characters: texts, tables, web pages; set for LibreOffice.

I/O: runs uchardet; only inside the worker's sandbox.
"""

import codecs
import subprocess

from . import formats, hypertext, table, text
from .contract import Cause, ForOffice, Given

TOO_LONG = Cause(
    for_requester="Le texte est trop long pour une télécopie. Envoyez-le en plusieurs"
    " parties.",
    code="too-many-pages",
)

GUESSED_BYTES = 64 * 1024
"Of the beginning, that a charset is guessed by."


def open_document(given: Given) -> ForOffice:
    """See `contract.Family`."""
    try:
        return ForOffice(_set(given), given.found.office_filter)
    except text.NotText:
        raise formats.unsupported() from None


def _set(given: Given) -> bytes:
    if given.found is formats.HTML:
        return hypertext.to_utf8(given.content)
    words = text.decode_text(given.content, likely=_charset(given.content))
    if len(words) > text.MAX_CHARACTERS:
        raise TOO_LONG.failure()
    if given.found in (formats.CSV, formats.TSV):
        return table.to_ods(words, tabs=given.found is formats.TSV)
    if given.found is formats.WIKI:
        return hypertext.wiki_to_html(words)
    return text.to_odt(words)


def _charset(content: bytes) -> str:
    """What uchardet makes of a text; nothing if it does not know, or is not there."""
    try:
        guess = subprocess.run(
            ["uchardet"],  # noqa: S607 -- PATH is ours
            input=content[:GUESSED_BYTES],
            capture_output=True,
            timeout=10,
            check=False,
        )
        return codecs.lookup(guess.stdout.decode("ascii", "replace").strip()).name
    except (OSError, subprocess.TimeoutExpired, LookupError, ValueError):
        return ""
