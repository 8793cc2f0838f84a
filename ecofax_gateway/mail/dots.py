"""
The text behind DATA: where it ends, and its doubled dots.

Pure: no I/O, no clock, no randomness.

Only CR LF . CR LF ends a mail. Every other combination of bare CR, LF and dot stays
text: a server that takes one for the end accepts a second, smuggled mail.

Standards:
    RFC 5321 (2008) §4.1.1.4, §4.5.2 -- end of mail data, transparency
"""

import re

_STUFFED = re.compile(rb"\r\n\.")
_END = b"\r\n.\r\n"


class DataDecoder:
    """
    Takes the bytes behind DATA in pieces, gives the mail's own.

    A piece may end anywhere but inside `.` CR LF, and never behind the end: that is
    what reading up to `.` CR LF gives.
    """

    def __init__(self) -> None:
        # The command line that came before ended in CR LF: a dot may come at once.
        self._tail = b"\r\n"
        self.is_complete = False

    def feed(self, piece: bytes) -> bytes:
        """Decode the next piece: without doubled dots and without the end mark."""
        raw = self._tail + piece
        self.is_complete = raw.endswith(_END)
        # The CR LF in front of the mark ends the mail's last line: it stays.
        body = raw[:-3] if self.is_complete else raw
        self._tail = raw[-2:]
        return _STUFFED.sub(b"\r\n", body)[2:]
