"""
SIP over TCP and TLS: where one message ends and the next begins.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §18.3 -- "In the case of stream-oriented transports [...] the Content-Length
    header field indicates the size of the body"; §7.5 -- CRLF before the start line
    RFC 5626 §3.5.1, §4.4.1 -- double CRLF is a ping, CRLF the pong
"""

import re
from enum import Enum, auto

from ..domain.errors import MalformedMessage
from .message import MAX_HEADER_BYTES

MAX_HEAD_BYTES = 65_535
"""Start line and headers; what fits UDP fits here."""

MAX_BODY_BYTES = 65_535
"""A fax's description has 1 KB."""

PING = b"\r\n\r\n"
PONG = b"\r\n"

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(
    rb"^(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,9})[ \t]*\r?$", re.I | re.M
)


class KeepAlive(Enum):
    """What stands between messages."""

    PING = auto()
    PONG = auto()


class StreamParser:
    """
    Cuts the bytes of one connection into messages.

    After an error nothing that follows can be understood: the connection is closed.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._needed = 0
        self._searched = 0
        self._breaks = b""

    def feed(self, data: bytes) -> list[bytes | KeepAlive]:
        """
        Take what came.

        Returns:
            Whole messages, and keep-alives, in order.

        Raises:
            MalformedMessage: If a head has no length, or is beyond our limits.
        """
        self._buffer += data
        found: list[bytes | KeepAlive] = []
        while True:
            found += self._skip_breaks()
            if not self._buffer:
                return found
            if not self._needed and not self._read_head():
                return found
            if len(self._buffer) < self._needed:
                return found
            found.append(bytes(self._buffer[: self._needed]))
            del self._buffer[: self._needed]
            self._needed = self._searched = 0

    def _skip_breaks(self) -> list[KeepAlive]:
        """Line breaks before a start line: four bytes a ping, two alone a pong."""
        if self._needed or self._searched:
            return []
        length = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
        breaks = self._breaks + bytes(self._buffer[:length])
        del self._buffer[:length]
        pings, rest = divmod(len(breaks), len(PING))
        found = [KeepAlive.PING] * pings
        # Half a ping may be a whole pong: the other half would be here already, both
        # are sent in one go.
        if rest >= len(PONG):
            found.append(KeepAlive.PONG)
            rest = 0
        self._breaks = b"" if self._buffer else breaks[len(breaks) - rest :]
        return found

    def _read_head(self) -> bool:
        blank = _BLANK_LINE.search(self._buffer, max(0, self._searched - 3))
        if blank is None:
            self._searched = len(self._buffer)
            if self._searched > MAX_HEAD_BYTES:
                raise MalformedMessage("a head without end")
            return False
        head = bytes(self._buffer[: blank.start()])
        if len(head) > MAX_HEAD_BYTES:
            raise MalformedMessage("a head beyond our limit")
        first = head[:MAX_HEADER_BYTES].partition(b"\n")[0].upper()
        if b"SIP/2.0" not in first:
            raise MalformedMessage("not SIP")
        lengths = {int(length) for length in _LENGTH.findall(head)}
        if len(lengths) != 1 or max(lengths) > MAX_BODY_BYTES:
            raise MalformedMessage("no single Content-Length within our limit")
        self._needed = blank.end() + lengths.pop()
        return True
