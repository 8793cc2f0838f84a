"""
The text behind DATA: where it ends, and its doubled dots.

Pure: no I/O, no clock, no randomness.

Only CR LF . CR LF ends a mail. Every other combination of bare CR, LF and dot stays
text: a server that takes one for the end accepts a second, smuggled mail.

Standards:
    RFC 5321 (2008) §4.1.1.4, §4.5.2 -- end of mail data, transparency
"""

_STUFFED = b"\r\n."
_MARK = b".\r\n"
_END = b"\r\n" + _MARK


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
        tail, self._tail = self._tail, (self._tail + piece[-2:])[-2:]
        # What may be a dot to leave out, or the mark, begins in the tail; the rest of
        # a long piece is copied only if there is something to leave out.
        self.is_complete = (tail + piece[-5:]).endswith(_END)
        if self.is_complete:
            # The CR LF in front of the mark ends the mail's last line: it stays.
            piece = piece[: -len(_MARK)]
        if tail == b"\r\n" and piece.startswith(b"."):
            piece = piece[1:]
        elif tail.endswith(b"\r") and piece.startswith(b"\n."):
            return b"\n" + piece[2:].replace(_STUFFED, b"\r\n")
        return piece.replace(_STUFFED, b"\r\n")
