"""
The text of a mail that Outlook wrote in its own rich text.

Pure: no I/O, no clock, no randomness.

Only the words matter, for the directives among them. Outlook wraps HTML in RTF too:
then the HTML is taken out.

Standards:
    MS-OXRTFCP (2021) §2.1.3, §2.2 -- the compression, "LZFu"
    MS-OXRTFEX (2021) §2.1.3 -- HTML in RTF: htmltag and htmlrtf
    Rich Text Format 1.9.1 (2008) -- groups, control words, destinations
"""

import re
import struct

from ..domain.errors import MalformedMessage
from .part import TextKind, TextPart

MAX_RTF_BYTES = 4 * 1024 * 1024
"""Of one body, unpacked; pictures are attachments and not in it."""

_HEADER_BYTES = 16
_PACKED, _UNPACKED = b"LZFu", b"MELA"
_WINDOW = 4096
_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern "
    rb"\fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl"
    rb"\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the window holds at the start."""

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])"
    rb"|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_SPACES = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n"} | {
    "tab": "\t", "cell": "\t", "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
}  # fmt: skip
_UNSEEN = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer"}
)


def unpack_rtf(packed: bytes) -> bytes:
    """
    Undo Outlook's compression.

    Raises:
        MalformedMessage: If it is none, or swells beyond `MAX_RTF_BYTES`.
    """
    if len(packed) < _HEADER_BYTES:
        raise MalformedMessage("RTF that is cut off")
    _, size, kind, _ = struct.unpack_from("<II4sI", packed)
    if size > MAX_RTF_BYTES:
        raise MalformedMessage("RTF that swells beyond all measure")
    if kind == _UNPACKED:
        return packed[_HEADER_BYTES : _HEADER_BYTES + size]
    if kind != _PACKED:
        raise MalformedMessage("RTF packed in an unknown way")
    return _unpacked(packed[_HEADER_BYTES:], size)


def read_rtf(rtf: bytes) -> TextPart:
    """Give the words of an RTF text, or the HTML that it wraps; never raises."""
    return _Words(rtf).part()


def _unpacked(packed: bytes, size: int) -> bytes:
    window = bytearray(_KNOWN.ljust(_WINDOW, b"\0"))
    place, at = len(_KNOWN), 0
    out = bytearray()
    while len(out) < size and at < len(packed):
        control = packed[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > len(packed):
                    return bytes(out)
                word = packed[at] << 8 | packed[at + 1]
                at += 2
                start = word >> 4
                if start == place % _WINDOW:  # the mark of the end
                    return bytes(out)
                piece = [start + step for step in range((word & 15) + 2)]
            else:
                if at >= len(packed):
                    return bytes(out)
                window[place % _WINDOW] = packed[at]
                at += 1
                piece = []
                out.append(window[place % _WINDOW])
                place += 1
            for source in piece:
                byte = window[source % _WINDOW]
                window[place % _WINDOW] = byte
                out.append(byte)
                place += 1
    return bytes(out[:size])


class _Words:
    """One pass over the tokens of an RTF text."""

    def __init__(self, rtf: bytes) -> None:
        self._rtf = rtf[:MAX_RTF_BYTES]
        self._is_html = b"\\fromhtml" in self._rtf[:1024]
        page = re.search(rb"\\ansicpg(\d{3,5})", self._rtf[:1024])
        self._charset = f"cp{page[1].decode()}" if page else "cp1252"
        self._out: list[str] = []
        self._bytes = bytearray()
        self._hidden: list[bool] = [False]
        self._is_rtf_only = False
        "Between htmlrtf and htmlrtf0: what only a reader of RTF is to see."

        self._skip = 0
        "Characters that stand in for the one before them."

        self._is_star = False

    def part(self) -> TextPart:
        for match in _TOKEN.finditer(self._rtf):
            word, number, coded, symbol, brace, text = match.groups()
            if brace:
                self._brace(brace)
            elif word:
                self._word(word.decode().lower(), number)
            elif symbol:
                self._symbol(symbol)
            elif coded:
                self._letters(bytes([int(coded, 16)]))
            elif text:
                self._letters(text)
        self._flush()
        kind = TextKind.HTML if self._is_html else TextKind.PLAIN
        # Letters beyond the first 65 536 come as two halves.
        halves = "".join(self._out).encode("utf-16-le", "surrogatepass")
        return TextPart(kind, halves.decode("utf-16-le", "replace"))

    def _brace(self, brace: bytes) -> None:
        self._is_star = False
        if brace == b"{":
            self._hidden.append(self._hidden[-1])
        elif len(self._hidden) > 1:
            self._hidden.pop()

    def _word(self, word: str, number: bytes | None) -> None:
        if word == "htmlrtf":
            self._is_rtf_only = number != b"0"
        elif word == "htmltag" and self._is_html:
            self._hidden[-1] = False
        elif word in _UNSEEN or self._is_star:
            self._hidden[-1] = True
        elif word in _SPACES:
            self._say(_SPACES[word])
        elif word == "u" and number:
            self._say(chr(int(number) % 0x10000))
            self._skip = 1
        self._is_star = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._is_star = True
        elif symbol in b"\\{}":
            self._letters(symbol)
        elif symbol == b"~":
            self._say("\u00a0")
        elif symbol in b"\r\n":
            self._say("\n")

    def _letters(self, text: bytes) -> None:
        if self._skip:
            text, self._skip = text[1:], 0
        if not self._is_unseen:
            self._bytes += text

    def _say(self, text: str) -> None:
        if not self._is_unseen:
            self._flush()
            self._out.append(text)

    @property
    def _is_unseen(self) -> bool:
        return self._hidden[-1] or self._is_rtf_only

    def _flush(self) -> None:
        if self._bytes:
            try:
                self._out.append(self._bytes.decode(self._charset, "replace"))
            except LookupError:
                self._out.append(self._bytes.decode("cp1252", "replace"))
            self._bytes.clear()
