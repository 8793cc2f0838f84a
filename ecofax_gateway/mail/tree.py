"""
The tree of parts, as the standard library's parser makes it, with its losses mended.

Pure: no I/O, no clock, no randomness.

Only the library's parser is used (policy compat32), and of that only the tree: its
own decoders raise on real mail, or, worse, return base64 as if it were the document.

Standards:
    RFC 2045-2046 (1996) -- parts
"""

import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from ..domain.errors import MalformedMessage
from .prescan import check_limits, repair_fields
from .transfer import decode_transfer

_BEFORE_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\r?\n){0,5}"
    rb"(?=(?:from|to|subject|received|return-path|message-id|mime-version|x-[a-z-]{1,40}"
    rb"|dkim-signature|content-type):)",
    re.IGNORECASE,
)
_UNTOLD_BOUNDARY = re.compile(
    rb"^--([^\r\n\"\\]{1,200}?)[ \t]*\r?\n(?=content-[a-z-]{1,40}[ \t]?:)",
    re.IGNORECASE | re.MULTILINE,
)
_PREAMBLE_BYTES = 4096
"""Looked through for a boundary that nobody told."""

_STRAY_LINE = re.compile(rb"[^\r\n]{1,200}\r?\n(?=[A-Za-z][A-Za-z-]{0,40}:[ \t])")


def parse_tree(raw: bytes) -> Message:
    """
    Split a mail into its parts.

    Raises:
        MalformedMessage: If it is a bomb; see `prescan`.
    """
    check_limits(raw)
    try:
        return message_from_bytes(repair_fields(raw), policy=compat32)
    except (
        ValueError,
        LookupError,
        RecursionError,
        AttributeError,
        TypeError,
    ) as error:
        # None is known to come with the limits above; a parser of 1998 may have more.
        raise MalformedMessage(f"unreadable: {type(error).__name__}") from None


def without_blank_start(raw: bytes) -> bytes:
    """
    Take away what some programs and relays put before a mail's header.

    With an empty line or a byte order mark in front, all of the header would be text.
    """
    before = _BEFORE_HEADER.match(raw)
    return raw[before.end() :] if before else raw


def fields_of(part: Message) -> list[tuple[str, str]]:
    """Its header: names and raw values, in order."""
    return [(name, str(value)) for name, value in part.raw_items()]


def children_of(part: Message) -> list[Message] | None:
    """The parts in a multipart or an enclosed mail; None for a leaf."""
    if not part.is_multipart():
        return None
    return [child for child in part.get_payload() if isinstance(child, Message)]


def raw_payload(part: Message) -> bytes:
    """The bytes of a leaf as they came, their transfer encoding not undone."""
    # Without the field the library decodes nothing.
    del part["content-transfer-encoding"]
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def coded_mail(child: Message, encoding: str) -> Message | None:
    """
    Give an enclosed mail that was encoded as a whole, or None if *child* is none.

    RFC 2046 §5.2.1 forbids base64 here, and programs send it.

    Raises:
        MalformedMessage: If it is a bomb.
    """
    name = encoding.strip(" \t\"'").lower()
    if not name.startswith(("base64", "quoted-printable")) or fields_of(child):
        return None
    return parse_tree(decode_transfer(raw_payload(child), encoding))


def late_header(child: Message) -> Message | None:
    """
    Give an enclosed mail behind a line that is no field, or None if *child* has a header.

    Old mailboxes put the time of arrival there; the parser takes all of it for a text.

    Raises:
        MalformedMessage: If it is a bomb.
    """
    if fields_of(child) or child.is_multipart():
        return None
    content = raw_payload(child)
    stray = _STRAY_LINE.match(content)
    return parse_tree(content[stray.end() :]) if stray else None


def untold_parts(content: bytes) -> Message | None:
    """
    Give the parts of a multipart that names no boundary, or another one than it uses.

    Args:
        content: Of the multipart.

    Raises:
        MalformedMessage: If they are a bomb.
    """
    found = _UNTOLD_BOUNDARY.search(content[:_PREAMBLE_BYTES])
    if found is None:
        return None
    head = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n' % found[1]
    mended = parse_tree(head + content)
    return mended if mended.is_multipart() else None


def lost_parts(part: Message, boundary: str) -> list[Message]:
    """
    Give the parts behind the closing boundary.

    Where an inner multipart uses the boundary of the outer one, its end closes both
    and the attachments fall into the epilogue.

    Raises:
        MalformedMessage: If they are a bomb.
    """
    epilogue = part.epilogue or ""
    if not boundary or f"--{boundary}" not in epilogue:
        return []
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
    again = parse_tree((head + epilogue).encode("ascii", "surrogateescape"))
    return [again] if again.is_multipart() else []
