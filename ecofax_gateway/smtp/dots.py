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
_BEGUN = (b".\r", b".")
"""What the mark begins with, the longer one first; read on before it is text."""


class DataDecoder:
    """
    Takes the bytes behind DATA in pieces, cut anywhere; gives the mail's own.
    """

    def __init__(self) -> None:
        self.is_complete = False
        self.rest = b""
        "What came behind the end mark: commands."

        # The command line that came before ended in CR LF: a dot may come at once.
        self._tail = b"\r\n"
        self._held = b""

    def feed(self, piece: bytes) -> bytes:
        """Decode the next piece: without doubled dots and without the end mark."""
        piece = self._held + piece
        self._held = b""
        if b"." not in piece:  # base64 has none: nothing to be sought, or copied
            self._tail = (self._tail + piece[-2:])[-2:]
            return piece
        end = self._end_in(piece)
        if end >= 0:
            # The CR LF in front of the mark ends the mail's last line: it stays.
            self.is_complete, self.rest = True, piece[end:]
            piece = piece[: end - len(_MARK)]
        else:
            last = self._tail + piece[-len(_END) :]
            for begun in _BEGUN:
                if last.endswith(b"\r\n" + begun):
                    self._held, piece = begun, piece[: -len(begun)]
                    break
        tail, self._tail = self._tail, (self._tail + piece[-2:])[-2:]
        if tail == b"\r\n" and piece.startswith(b"."):
            piece = piece[1:]
        elif tail.endswith(b"\r") and piece.startswith(b"\n."):
            return b"\n" + piece[2:].replace(_STUFFED, b"\r\n")
        return piece.replace(_STUFFED, b"\r\n")

    def _end_in(self, piece: bytes) -> int:
        """Where the end mark ends; -1 if it is not here."""
        across = (self._tail + piece[: len(_END) - 1]).find(_END)
        if across >= 0:
            return across + len(_END) - len(self._tail)
        stuffed = piece.find(
            _STUFFED
        )  # most pieces have none: the mark is sought no more
        inside = piece.find(_END, stuffed) if stuffed >= 0 else -1
        return inside + len(_END) if inside >= 0 else -1
