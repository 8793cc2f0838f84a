"""
Look over a mail before anything parses it, and turn bombs away.

Pure: no I/O, no clock, no randomness.

The standard library's parser recurses once for each nested multipart and keeps an
object for every part: a few kilobytes can cost minutes or the process. The limits
here were set far above what a mail program makes (the largest real mail tried has
61 parts, six levels deep) and far below what hurts.
"""

import re
from itertools import islice

from ..domain.errors import MalformedMessage

MAX_HEADER_BYTES = 256 * 1024
"""Of the mail's own header; Exchange with many relays reaches 30 KiB."""

MAX_BOUNDARIES = 2_000
"""Lines that open or close a part; 20 000 tiny parts take seconds and memory."""

MAX_CONTAINERS = 200
"""Multiparts and enclosed mails, however nested; the parser dies near 1 000."""

MAX_FIELD_BYTES = 8 * 1024
"""One Content-Type or Content-Disposition; 256 KiB of parameters take minutes."""

MAX_PARAMETERS = 2_000
"""Semicolons in all those fields together; parsing them is worse than linear."""

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CONTAINER = re.compile(
    rb"^content-type[ \t]*:\s*[\"']?(?:multipart|message)/",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD = re.compile(
    rb"^content-(?:type|disposition)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_DASHES = re.compile(rb"^--[^\r\n]*", re.MULTILINE)
_BOUNDARY = re.compile(
    rb"boundary[ \t]*=[ \t]*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))"
)
_CODED_BOUNDARY = re.compile(rb"boundary\*", re.IGNORECASE)
_SPACED_FIELD = re.compile(
    rb"^(content-[a-z-]{1,40}|mime-version|subject|from|message-id)[ \t]{1,8}(?=:)",
    re.IGNORECASE | re.MULTILINE,
)
_MAX_REPAIRS = 1_000
"""Candidates looked at; a header with this mistake has five."""


def check_limits(raw: bytes) -> None:
    """
    Refuse what would make a parser suffer.

    Raises:
        MalformedMessage: Naming the limit that is exceeded.
    """
    blank = _BLANK_LINE.search(raw, 0, MAX_HEADER_BYTES + 4)
    has_header = not raw.startswith((b"\r\n", b"\n"))
    if has_header and blank is None and len(raw) > MAX_HEADER_BYTES:
        raise MalformedMessage("header longer than 256 KiB")
    if sum(1 for _ in _CONTAINER.finditer(raw)) > MAX_CONTAINERS:
        raise MalformedMessage("too many multiparts")
    parameters = 0
    for field in _FIELD.finditer(raw):
        if field.end() - field.start() > MAX_FIELD_BYTES:
            raise MalformedMessage("a Content field is too long")
        parameters += raw.count(b";", field.start(), field.end())
        if parameters > MAX_PARAMETERS:
            raise MalformedMessage("too many parameters")
    if _boundary_lines(raw) > MAX_BOUNDARIES:
        raise MalformedMessage("too many parts")


def repair_fields(raw: bytes) -> bytes:
    """
    Take out the space that some programs leave before a field's colon.

    RFC 5322 (2008) §4.5 calls it obsolete; the standard library takes such a line for
    the first of the body. Only headers are touched: a text that happens to hold
    such a line is printed as it came.
    """
    candidates = islice(_SPACED_FIELD.finditer(raw), _MAX_REPAIRS)
    kept, position = [], 0
    for match in candidates:
        if _stands_in_header(raw, match.start()):
            kept.append(raw[position : match.end(1)])
            position = match.end()
    return b"".join([*kept, raw[position:]]) if kept else raw


def _boundary_lines(raw: bytes) -> int:
    dashes = sum(1 for _ in _DASHES.finditer(raw))
    if dashes <= MAX_BOUNDARIES or _CODED_BOUNDARY.search(raw):
        return dashes
    # Listings and SQL are full of "--": count only what can open or close a part.
    names = {quoted or bare for quoted, bare in _BOUNDARY.findall(raw)}
    openers = {b"--" + name.strip() for name in names}
    openers |= {opener + b"--" for opener in openers}
    return sum(line[0].rstrip() in openers for line in _DASHES.finditer(raw))


def _stands_in_header(raw: bytes, position: int) -> bool:
    """Whether the block of lines that *position* is in begins a mail or a part."""
    floor = max(0, position - MAX_FIELD_BYTES)
    start = max(
        raw.rfind(b"\n\n", floor, position), raw.rfind(b"\n\r\n", floor, position)
    )
    if start < 0:
        return floor == 0
    return b"\n--" in raw[start:position]
