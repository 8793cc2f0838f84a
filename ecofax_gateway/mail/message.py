"""
A mail as it came: its header, the texts a person typed, its attachments.

Pure: no I/O, no clock, no randomness.

What came in is never serialised again.

Standards:
    RFC 5322 (2008) §3.6.4 -- Message-ID, References
"""

import re
from dataclasses import dataclass

from .header import decode_header, parse_parameters
from .part import Attachment, TextPart
from .tree import fields_of, parse_tree, without_blank_start
from .walk import Walk

MAX_REFERENCES = 10
"""As many as a reply quotes; the last ones matter."""

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")
_ADDRESS = re.compile(r"[^\s<>@,;\"]{1,64}@[^\s<>@,;\"]{1,253}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message, read; nothing in it is trusted."""

    headers: tuple[tuple[str, str], ...]
    "Lower-case names and raw values, in order; ask `header`."

    media_type: str
    'Of the whole: "multipart/report" is never an order.'

    subject: str
    "Decoded, one line."

    from_: str
    "The one address in From, lower-case domain; empty if there is not exactly one."

    message_id: str | None
    references: tuple[str, ...]
    texts: tuple[TextPart, ...]
    attachments: tuple[Attachment, ...]

    shown: frozenset[str] = frozenset()
    "Content-IDs, in lower case, of the pictures that its HTML shows."

    is_encrypted: bool = False
    "Some part is OpenPGP or S/MIME encrypted: what it holds is unknown."

    def header(self, name: str) -> str | None:
        """The first value under that name, decoded, or None; never raises."""
        return next(iter(self.header_values(name)), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value under that name, in order, decoded; never raises."""
        wanted = name.lower()
        return tuple(decode_header(raw) for key, raw in self.headers if key == wanted)

    def __repr__(self) -> str:
        return (
            f"Mail(message_id={self.message_id!r}, texts={len(self.texts)},"
            f" attachments={len(self.attachments)})"
        )


def parse_mail(raw: bytes) -> Mail:
    """
    Read the bytes of one mail.

    Raises:
        MalformedMessage: If it is a bomb: too deep, too many parts, an endless
            header. A mail that is only broken is read as well as it can be.
    """
    root = parse_tree(without_blank_start(raw))
    # First, for the walk takes from the tree what it has decoded.
    headers = tuple((name.lower(), value) for name, value in fields_of(root))
    walk = Walk()
    walk.take(root)
    walk.finish()
    own = dict(reversed(headers))
    return Mail(
        headers=headers,
        media_type=parse_parameters(own.get("content-type", "text/plain"))[0],
        subject=decode_header(own.get("subject", "")),
        from_=_only_address(decode_header(own.get("from", ""))),
        message_id=next(iter(_message_ids(own.get("message-id", ""))), None),
        references=_message_ids(own.get("references", own.get("in-reply-to", ""))),
        texts=tuple(walk.texts),
        attachments=tuple(walk.attachments),
        shown=frozenset(walk.shown),
        is_encrypted=walk.is_encrypted,
    )


def _message_ids(value: str) -> tuple[str, ...]:
    return tuple(_MESSAGE_ID.findall(value[-8192:])[-MAX_REFERENCES:])


def _only_address(value: str) -> str:
    found = _ADDRESS.findall(value)
    if len(found) != 1:
        return ""
    local, _, domain = found[0].rpartition("@")
    return f"{local}@{domain.lower()}"
