"""
SIP messages: bytes to `Request` or `Response` and back.

Pure: no I/O, no clock, no randomness.

Reads what equipment really sends: compact and folded headers, any case, bytes that
are no UTF-8, lines that end in LF alone, a status line without its reason. Bytes
that are no UTF-8 go through unchanged (surrogateescape), so that what has to be
echoed is echoed exactly.

Standards:
    RFC 3261 §7 -- messages; §7.3.1 -- folding; §18.3 -- Content-Length over UDP
    RFC 4475 -- torture tests
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..domain.errors import MalformedMessage
from .uri import NameAddr, parse_name_addr, split_outside
from .via import Via, parse_via

MAX_MESSAGE_BYTES = 65_535
"""No UDP datagram is longer."""

MAX_HEADERS = 200
"""Header lines of one message; calls seen have 12 to 40."""

MAX_HEADER_BYTES = 8_192
"""One header with its folded lines; long Identity headers reach 2 KB."""

MAX_CSEQ = 2**32 - 1
"""RFC 3261 §8.1.1.5 says below 2**31; some start at random in 32 bits."""

Headers = tuple[tuple[str, str], ...]
"""In order, repeats kept; compact names written out."""

_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}

_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+\Z")
_STATUS_LINE = re.compile(r"SIP/2\.0[ \t]+([1-6][0-9][0-9])(?:[ \t]+(.*))?\Z", re.I)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FORBIDDEN = re.compile(r"[\x00\r\n]")


class CSeq(NamedTuple):
    """The value of a CSeq header."""

    number: int
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What requests and responses share."""

    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case, or None."""
        name = name.lower()
        return next((v for n, v in self.headers if n.lower() == name), None)

    def all_headers(self, name: str) -> list[str]:
        """Every header of that name, one item a line."""
        name = name.lower()
        return [value for key, value in self.headers if key.lower() == name]

    def listed(self, name: str) -> list[str]:
        """Every value of a header that is a list, e.g. Route or Supported."""
        return [
            item
            for value in self.all_headers(name)
            for item in split_outside(value, ",")
            if item
        ]

    @property
    def call_id(self) -> str:
        """Raises MalformedMessage if there is none."""
        return self._must("Call-ID")

    @property
    def from_(self) -> NameAddr:
        """Raises MalformedMessage if there is none."""
        return parse_name_addr(self._must("From"))

    @property
    def to(self) -> NameAddr:
        """Raises MalformedMessage if there is none."""
        return parse_name_addr(self._must("To"))

    @property
    def via(self) -> Via:
        """The topmost; raises MalformedMessage if there is none."""
        vias = self.listed("Via")
        if not vias:
            raise MalformedMessage("no Via")
        return parse_via(vias[0])

    @property
    def cseq(self) -> CSeq:
        """Raises MalformedMessage if there is none."""
        number, _, method = self._must("CSeq").partition(" ")
        method = method.strip()
        if not re.fullmatch(r"[0-9]{1,10}", number) or int(number) > MAX_CSEQ:
            raise MalformedMessage(f"not a CSeq: {number[:20]!r}")
        if not _TOKEN.match(method):
            raise MalformedMessage("a CSeq without a method")
        return CSeq(int(number), method)

    def _must(self, name: str) -> str:
        value = self.header(name)
        if not value:
            raise MalformedMessage(f"no {name}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Message):
    """A SIP request."""

    method: str
    uri: str
    "As written."


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Message):
    """A SIP response."""

    status: int
    "100 to 699."

    reason: str = ""


def parse_message(data: bytes) -> Request | Response:
    """
    Read one datagram.

    Args:
        data: Header and body; what follows Content-Length is cut off.

    Raises:
        MalformedMessage: If it is no SIP message, or larger than our limits.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise MalformedMessage("longer than a datagram")
    # RFC 3261 §7.5: "implementations processing SIP messages over stream-oriented
    # transports MUST ignore any CRLF appearing before the start-line"; harmless here.
    data = data.lstrip(b"\r\n")
    blank = _BLANK_LINE.search(data)
    head, body = (data[: blank.start()], data[blank.end() :]) if blank else (data, b"")
    lines = _unfolded(head.decode("utf-8", "surrogateescape"))
    headers = tuple(_headers(lines[1:]))
    body = _cut(body, headers)
    status = _STATUS_LINE.match(lines[0])
    if status:
        return Response(
            status=int(status[1]),
            reason=(status[2] or "").strip(),
            headers=headers,
            body=body,
        )
    words = lines[0].split()
    if len(words) != 3 or words[2].upper() != "SIP/2.0" or not _TOKEN.match(words[0]):
        raise MalformedMessage(f"not a start line: {lines[0][:80]!r}")
    return Request(method=words[0], uri=words[1], headers=headers, body=body)


def format_message(message: Request | Response) -> bytes:
    """
    Write one datagram; Content-Length is added here and must not be in *headers*.

    Raises:
        ValueError: If a header would break out of its line. A bug of ours.
    """
    if isinstance(message, Request):
        start = f"{message.method} {message.uri} SIP/2.0"
    else:
        start = f"SIP/2.0 {message.status} {message.reason}"
    lines = [start, *(f"{name}: {value}" for name, value in message.headers)]
    if any(_FORBIDDEN.search(line) for line in lines):
        raise ValueError("a header with a line break in it")
    lines += [f"Content-Length: {len(message.body)}", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + message.body


def printable(text: str, *, limit: int = 80) -> str:
    """
    What a peer wrote, fit for a log or a person: no control characters, cut.

    Bytes that were no UTF-8 are shown as Latin-1, which is what they usually are.
    """
    shown = "".join(
        chr(ord(character) - 0xDC00) if "\udc80" <= character <= "\udcff" else character
        for character in text[:limit]
    )
    return "".join(character for character in shown if character.isprintable()).strip()


def _unfolded(head: str) -> list[str]:
    """The lines of a head; a line that begins with white space goes on."""
    lines: list[str] = []
    for line in head.split("\n"):
        line = line.removesuffix("\r")
        if _FORBIDDEN.search(line):
            raise MalformedMessage("a NUL or a lone CR in the head")
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
        if len(lines) > MAX_HEADERS or len(lines[-1]) > MAX_HEADER_BYTES:
            raise MalformedMessage("a head beyond our limits")
    return lines


def _headers(lines: Sequence[str]) -> list[tuple[str, str]]:
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip()
        # A line that is no header hides nothing from us: what we need is looked up.
        if colon and _TOKEN.match(name):
            headers.append((_COMPACT.get(name.lower(), name), value.strip()))
    return headers


def _cut(body: bytes, headers: Headers) -> bytes:
    lengths = {v for name, v in headers if name.lower() == "content-length"}
    if not lengths:
        return body
    length = lengths.pop()
    if lengths or not re.fullmatch(r"[0-9]{1,9}", length):
        raise MalformedMessage("no single Content-Length")
    # §18.3: "If the transport packet ends before the end of the message body, this is
    # considered an error."
    if int(length) > len(body):
        raise MalformedMessage("a body shorter than its Content-Length")
    return body[: int(length)]
