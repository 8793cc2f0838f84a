"""
Look over a mail before anything parses it, and turn bombs away.

Pure: no I/O, no clock, no randomness.

The standard library's parser recurses once for each nested multipart and keeps an
object for every part: a few kilobytes can cost minutes or the process. The limits
here were set far above what a mail program makes (the largest real mail tried has
61 parts, six levels deep) and far below what hurts. A mail is looked over in pieces
and once, so that it can be done before the 250, at some 10 ms a megabyte or less.
"""

import re
from itertools import islice

from ..domain.errors import MalformedMessage

MAX_HEADER_BYTES = 256 * 1024
"""Of the mail's own header; Exchange with many relays reaches 30 KiB."""

MAX_ADDRESSES = 10_000
"""Commas in the mail's own header; a real mail to 4 000 people was seen."""

MAX_LINES = 3_500_000
"""Behind the first `_UNCOUNTED_BYTES`; whatever stands in them: the parser keeps each; 40 MB of base64 are 530 000."""

_UNCOUNTED_BYTES = 2 * 1024 * 1024
"""At the beginning, where lines are not counted, for it would be most of the work: so
few bytes cannot hold as many as matter."""

MAX_BOUNDARIES = 2_000
"""Lines that open or close a part; 20 000 tiny parts take seconds and memory."""

MAX_DASHED_LINES = 300_000
"""Lines that begin with "--", of listings and SQL: each has to be looked at."""

MAX_CONTAINERS = 200
"""Multiparts and enclosed mails, however nested; the parser dies near 1 000."""

MAX_FIELD_BYTES = 8 * 1024
"""One Content-Type or Content-Disposition; 256 KiB of parameters take minutes."""

MAX_FIELDS = 50_000
"""Lines that look like one of those: five times what `MAX_BOUNDARIES` parts have."""

MAX_PARAMETERS = 2_000
"""Semicolons in all those fields together; parsing them is worse than linear."""

PIECE_BYTES = 1024 * 1024
"""Looked at in one go; a thread that does it lets others run in between."""

_CHUNK_BYTES = 16 * 1024
"""Looked at or passed over as a whole."""

_LONG_LINE = 4 * _CHUNK_BYTES
"""Held together until its end comes; behind the header, nothing that counts is so long."""

_BEFORE_DASH = 16
"""Kept of what is passed over: the beginning of "Content-" may be its last word."""

_AFTER_DASH = 2 * MAX_FIELD_BYTES
"""Never passed over: the field that the dash is in may go on. CR LF counts as one."""

_CONTAINER = re.compile(rb"content-type[ \t]*:\s*[\"']?(?:multipart|message)/")
_FIELD = re.compile(
    rb"content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE
)
_DASHES = re.compile(rb"^--[^\n]*", re.MULTILINE)
_BOUNDARY = re.compile(
    rb"boundary[ \t]*=[ \t]*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE
)
_CODED_BOUNDARY = re.compile(rb"boundary\*", re.IGNORECASE)
_SPACED_FIELD = re.compile(
    rb"^(content-[a-z-]{1,40}|mime-version|subject|from|message-id)[ \t]{1,8}(?=:)",
    re.IGNORECASE | re.MULTILINE,
)
_MAX_FOLDS = 1_000
"""Lines of one field looked back over; more of them is no field."""

_MAX_REPAIRS = 1_000
"""Candidates looked at; a header with this mistake has five."""


class Prescan:
    """
    Looks over one mail, piece by piece.

    Each piece is cut where a line begins that does not continue the one before, so
    that no field and no boundary is seen in halves. Both have a dash in them, and
    base64 has none: most of a large mail is passed over.
    """

    def __init__(self) -> None:
        self._rest = b"\n"
        "What is looked at together with the next piece."

        self._in_header = True
        self._header_end = b""
        "The last byte of the header so far: an empty line may begin with it."

        self._header_bytes = -1  # the line end above is not the mail's
        self._addresses = 0
        self._seen_bytes = self._lines = 0
        self._fields = self._parameters = self._containers = 0
        self._dashed_lines = self._boundaries = 0
        self._openers: set[bytes] = set()
        "The lines that open or close a part of the multiparts seen so far."

        self._since_dash = 0
        "Bytes; counted from the last one seen."

        self._is_coded = False
        "Some boundary is written as RFC 2231 has it: any line of dashes may be it."

    def feed(self, piece: bytes) -> None:
        """
        Look at the next piece.

        Raises:
            MalformedMessage: Naming the limit that is exceeded.
        """
        for start in range(0, len(piece), _CHUNK_BYTES):
            chunk = piece[start : start + _CHUNK_BYTES]
            self._seen_bytes += len(chunk)
            dash = chunk.rfind(b"-")
            if self._in_header or dash >= 0 or self._since_dash < _AFTER_DASH:
                self._take(chunk)
            else:
                self._pass_over(chunk)
            since = len(chunk) - dash if dash >= 0 else self._since_dash + len(chunk)
            self._since_dash = since

    def _pass_over(self, chunk: bytes) -> None:
        self._look(_with_newlines(self._rest))
        self._rest = (self._rest + chunk)[-_BEFORE_DASH:]
        self._count_lines(chunk)

    def _count_lines(self, text: bytes) -> None:
        if self._seen_bytes <= _UNCOUNTED_BYTES:
            return
        self._lines += text.count(b"\n") or text.count(b"\r")
        if self._lines > MAX_LINES:
            raise MalformedMessage("too many lines")

    def _take(self, chunk: bytes) -> None:
        text = self._rest + chunk
        held = b"\r" if text.endswith(b"\r") else b""
        text = _with_newlines(text[: len(text) - len(held)])
        cut = _cut(text)
        most = PIECE_BYTES if self._in_header else _LONG_LINE
        if cut == 0 and len(text) < most:
            self._rest = text + held
            return
        # Of a line without an end only the beginning means anything.
        self._look(text[:cut] if cut else text)
        self._rest = (text[cut:] if cut else b"x") + held

    def finish(self, last: bytes = b"") -> None:
        """
        Look at what is left, and at a short last piece with it.

        Raises:
            MalformedMessage: As `feed` does.
        """
        self._look(_with_newlines(self._rest + last))
        self._rest = b""

    def _look(self, text: bytes) -> None:
        if self._in_header:
            self._look_at_header(text)
        self._count_lines(text)
        small = text.lower()
        position = small.find(b"\ncontent-")
        while position >= 0:
            self._look_at_field(text, small, position + 1)
            position = small.find(b"\ncontent-", position + 1)
        dashed = text.count(b"\n--")
        if dashed:
            self._look_at_dashes(text, dashed)

    def _look_at_header(self, text: bytes) -> None:
        text, known = self._header_end + text, len(self._header_end)
        end = text.find(b"\n\n")
        self._in_header = end < 0
        end = len(text) if end < 0 else end
        self._header_end = text[-1:]
        self._header_bytes += end - known
        if self._header_bytes > MAX_HEADER_BYTES:
            raise MalformedMessage("header longer than 256 KiB")
        self._addresses += text.count(b",", known, end)
        if self._addresses > MAX_ADDRESSES:
            raise MalformedMessage("too many addresses")

    def _look_at_field(self, text: bytes, small: bytes, start: int) -> None:
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise MalformedMessage("too many Content fields")
        field = _FIELD.match(text, start, start + MAX_FIELD_BYTES + 1)
        if field is None:
            return
        if field.end() - start > MAX_FIELD_BYTES:
            raise MalformedMessage("a Content field is too long")
        self._parameters += field[0].count(b";")
        if self._parameters > MAX_PARAMETERS:
            raise MalformedMessage("too many parameters")
        if _CONTAINER.match(small, start, field.end()):
            self._containers += 1
        if self._containers > MAX_CONTAINERS:
            raise MalformedMessage("too many multiparts")
        for quoted, bare in _BOUNDARY.findall(field[0]):
            opener = b"--" + (quoted or bare).strip()
            self._openers |= {opener, opener + b"--"}
        self._is_coded |= bool(_CODED_BOUNDARY.search(field[0]))

    def _look_at_dashes(self, text: bytes, dashed: int) -> None:
        self._dashed_lines += dashed
        if self._dashed_lines > MAX_DASHED_LINES:
            raise MalformedMessage("too many lines of dashes")
        # Listings and SQL are full of "--": count only what can open or close a part.
        self._boundaries += sum(
            self._is_coded or line[0].rstrip() in self._openers
            for line in _DASHES.finditer(text)
        )
        if self._boundaries > MAX_BOUNDARIES:
            raise MalformedMessage("too many parts")


def check_limits(raw: bytes) -> None:
    """
    Look over a whole mail.

    Raises:
        MalformedMessage: Naming the limit that is exceeded.
    """
    prescan = Prescan()
    if len(raw) <= _CHUNK_BYTES:
        prescan.finish(raw)
        return
    for start in range(0, len(raw), PIECE_BYTES):
        prescan.feed(raw[start : start + PIECE_BYTES])
    prescan.finish()


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


def _with_newlines(text: bytes) -> bytes:
    """The parser takes any of the three line ends, and so does a bomb."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _cut(text: bytes) -> int:
    """Where the last line begins that continues none; 0 if there is no such place."""
    position = text.rfind(b"\n")
    for _ in range(_MAX_FOLDS):
        if position <= 0 or text[position + 1 : position + 2] not in {b"", b" ", b"\t"}:
            break
        position = text.rfind(b"\n", 0, position)
    return max(position, 0)


def _stands_in_header(raw: bytes, position: int) -> bool:
    """Whether the block of lines that *position* is in begins a mail or a part."""
    floor = max(0, position - MAX_FIELD_BYTES)
    start = max(
        raw.rfind(b"\n\n", floor, position), raw.rfind(b"\n\r\n", floor, position)
    )
    if start < 0:
        return floor == 0
    return b"\n--" in raw[start:position]
