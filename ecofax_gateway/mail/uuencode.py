"""
Files that an old program wrote into the text of a mail.

Pure: no I/O, no clock, no randomness.

Standards:
    POSIX.1-2017, uuencode -- "begin", the mode, the name; "end". With -m base64
"""

import re

from .transfer import decode_transfer

MAX_FILES = 50
"""In one text; no hand makes more."""

_BEGIN = re.compile(rb"^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE)
_LINE = re.compile(rb"[ -`]")


def take_files(text: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """
    Take the files out of a text.

    Returns:
        The text without them, and each file's name and content, in order.
    """
    kept: list[bytes] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    while len(files) < MAX_FILES:
        begin = _BEGIN.search(text, at)
        end = begin and _END.search(text, begin.end())
        if begin is None or end is None:
            break
        kept.append(text[at : begin.start()])
        content = _decoded(text[begin.end() : end.start()], is_base64=bool(begin[1]))
        if content:
            files.append((begin[2].decode("utf-8", "replace").strip(), content))
        else:
            kept.append(text[begin.start() : end.end()])
        at = end.end()
    return b"".join([*kept, text[at:]]), files


def _decoded(lines: bytes, *, is_base64: bool) -> bytes:
    if is_base64:
        return decode_transfer(lines, "base64")
    if not _LINE.match(lines):
        return b""  # a sentence that happens to begin so
    return decode_transfer(b"begin 644 x\n" + lines + b"\nend\n", "x-uuencode")
