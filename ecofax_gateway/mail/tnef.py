"""
What Outlook put into a winmail.dat.

Pure: no I/O, no clock, no randomness.

Exchange packs a mail in "rich text" into one attachment that nobody else can open:
the documents in it are what the requester attached.

Standards:
    MS-OXTNEF (2021) §2.1.3 -- the stream, its attributes and property lists
    MS-OXCMSG (2021) §2.2.2 -- properties of attachments
"""

import contextlib
import struct
from dataclasses import dataclass, field
from typing import Any

from ..domain.errors import MalformedMessage
from .charset import decode_text
from .part import TextKind, TextPart
from .rtf import read_rtf, unpack_rtf

MAX_ATTRIBUTES = 10_000
"""A mail with 50 attachments has about 400."""

MAX_PROPERTIES = 10_000
"""Of one attachment or of the mail; about 100 are there."""

MAX_DEPTH = 5
"""Mails attached to mails."""

_SIGNATURE = b"\x78\x9f\x3e\x22"
_CODE_PAGE, _BODY, _DATA, _TITLE = 0x9007, 0x800C, 0x800F, 0x8010
_RENDERING, _MAIL_PROPERTIES, _PROPERTIES = 0x9002, 0x9003, 0x9005

_OBJECT_ID_BYTES = 16
"""What stands before an attached mail: which interface it has."""

_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4,
          0x14: 8, 0x40: 8, 0x48: 16}  # fmt: skip
"""Bytes of each property type of fixed size, padded to four."""

_TEXT8, _TEXT16, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MANY = 0x1000

_PR_BODY, _PR_RTF, _PR_HTML = 0x1000, 0x1009, 0x1013
_PR_NAMES = (0x3707, 0x3704, 0x3001)
_PR_CONTENT, _PR_TYPE, _PR_CONTENT_ID = 0x3701, 0x370E, 0x3712


@dataclass(slots=True)
class Packed:
    """One attachment."""

    name: str = ""
    "As it was given; not cleaned."

    media_type: str = ""
    content: bytes = b""
    content_id: str = ""


@dataclass(slots=True)
class Winmail:
    """What was inside."""

    texts: list[TextPart] = field(default_factory=list)
    "The body in each form it is there, the plainest first."

    attachments: list[Packed] = field(default_factory=list)
    "Those of attached mails too."


def unpack_tnef(content: bytes) -> Winmail:
    """
    Open a winmail.dat.

    What is cut off or broken behind its beginning is left out.

    Raises:
        MalformedMessage: If it is none.
    """
    if not content.startswith(_SIGNATURE):
        raise MalformedMessage("no TNEF")
    found = Winmail()
    _Stream(content, found, depth=0).read()
    return found


class _Stream:
    """One pass over the attributes of one mail."""

    def __init__(self, content: bytes, found: Winmail, *, depth: int) -> None:
        self._content = content
        self._found = found
        self._depth = depth
        self._charset = "cp1252"
        self._attachment: Packed | None = None

    def read(self) -> None:
        at = len(_SIGNATURE) + 2
        for _ in range(MAX_ATTRIBUTES):
            if at + 9 > len(self._content):
                return
            _, name, _, length = struct.unpack_from("<BHHI", self._content, at)
            value = self._content[at + 9 : at + 9 + length]
            if len(value) < length:
                return
            self._take(name, value)
            at += 9 + length + 2

    def _take(self, name: int, value: bytes) -> None:
        if name == _CODE_PAGE and len(value) >= 4:
            self._charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _BODY:
            self._found.texts.append(TextPart(TextKind.PLAIN, self._text(value)))
        elif name == _MAIL_PROPERTIES:
            self._take_mail(_properties(value))
        elif name == _RENDERING:
            self._attachment = Packed()
            self._found.attachments.append(self._attachment)
        elif self._attachment is not None:
            self._take_attachment(self._attachment, name, value)

    def _take_attachment(self, attachment: Packed, name: int, value: bytes) -> None:
        if name == _DATA:
            attachment.content = value
            return
        if name == _TITLE:
            attachment.name = attachment.name or self._text(value)
        if name != _PROPERTIES:
            return
        properties = _properties(value)
        for key in reversed(_PR_NAMES):
            attachment.name = self._text(properties.get(key, "")) or attachment.name
        attachment.media_type = self._text(properties.get(_PR_TYPE, "")).lower()
        attachment.content_id = self._text(properties.get(_PR_CONTENT_ID, ""))
        content = properties.get(_PR_CONTENT, b"")
        if not isinstance(content, bytes) or not content:
            return
        inner = content[_OBJECT_ID_BYTES:]
        if inner.startswith(_SIGNATURE) and self._depth < MAX_DEPTH:
            enclosed = Winmail()
            _Stream(inner, enclosed, depth=self._depth + 1).read()
            self._found.attachments.remove(attachment)
            self._found.attachments += enclosed.attachments
        else:
            attachment.content = attachment.content or content

    def _take_mail(self, properties: dict[int, Any]) -> None:
        texts = self._found.texts
        if body := self._text(properties.get(_PR_BODY, "")):
            texts.append(TextPart(TextKind.PLAIN, body))
        if html := properties.get(_PR_HTML):
            texts.append(TextPart(TextKind.HTML, self._text(html)))
        elif isinstance(rtf := properties.get(_PR_RTF), bytes):
            with contextlib.suppress(MalformedMessage):  # the documents count
                texts.append(read_rtf(unpack_rtf(rtf)))

    def _text(self, value: Any) -> str:
        if isinstance(value, bytes):
            value = decode_text(value, self._charset)
        return value.rstrip("\0") if isinstance(value, str) else ""


def _properties(block: bytes) -> dict[int, Any]:
    """Read a property list as far as it is whole; only texts and bytes are kept."""
    found: dict[int, Any] = {}
    with contextlib.suppress(struct.error, ValueError):
        (count,) = struct.unpack_from("<I", block)
        at = 4
        for _ in range(min(count, MAX_PROPERTIES)):
            kind, key = struct.unpack_from("<HH", block, at)
            at = _after_name(block, at + 4) if key >= 0x8000 else at + 4
            at, value = _value(block, at, kind)
            if value is not None:
                found.setdefault(key, value)
    return found


def _after_name(block: bytes, at: int) -> int:
    """Step over the name of a property that has one: a set, then a number or a text."""
    (is_text, length) = struct.unpack_from("<II", block, at + 16)
    return at + 24 + (_padded(length) if is_text else 0)


def _value(block: bytes, at: int, kind: int) -> tuple[int, str | bytes | None]:
    """
    Read one value, or the first of several.

    Raises:
        ValueError: If its type is unknown, and with it where the next one begins.
    """
    base = kind & ~_MANY
    if base in _FIXED:
        count = 1
        if kind & _MANY:
            (count,) = struct.unpack_from("<I", block, at)
            at += 4
        return at + count * _FIXED[base], None
    if base not in {_TEXT8, _TEXT16, _OBJECT, _BINARY}:
        raise ValueError("unknown property type")
    (count,) = struct.unpack_from("<I", block, at)
    at += 4
    first: str | bytes | None = None
    for _ in range(min(count, MAX_PROPERTIES)):
        (length,) = struct.unpack_from("<I", block, at)
        value = block[at + 4 : at + 4 + length]
        at += 4 + _padded(length)
        if first is None:
            is_wide = base == _TEXT16
            first = value.decode("utf-16-le", "replace") if is_wide else value
    return at, first


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4
