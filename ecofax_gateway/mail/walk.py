"""
The walk over the tree of a mail: what is text, what is an attachment.

Pure: no I/O, no clock, no randomness.

Every branch is walked, whatever it is called: Apple Mail hides documents among the
alternatives. Wrappings (S/MIME signed, winmail.dat, uuencoded text, enclosed mails)
are opened; what cannot be opened stays an attachment, so that it is named.

Standards:
    RFC 2046 (1996) §5 -- multipart, message
    RFC 3676 (2004) §4 -- format=flowed
    RFC 8551 (2019) §3 -- application/pkcs7-mime
"""

import re
from collections.abc import Mapping, Sequence
from email.message import Message
from urllib.parse import unquote

from ..domain.errors import MalformedMessage
from .charset import decode_text
from .cms import Wrapping, unwrap
from .header import clean_name, decode_header, parse_parameters
from .part import Attachment, TextKind, TextPart
from .tnef import unpack_tnef
from .transfer import decode_transfer
from .tree import (
    children_of,
    coded_mail,
    fields_of,
    late_header,
    lost_parts,
    parse_tree,
    raw_payload,
    untold_parts,
)
from .uuencode import take_files

MAX_DEPTH = 30
"""Levels of parts; mail programs make six, a chain of forwards twenty."""

MAX_PARTS = 1_000
"""Leaves of the tree, over all enclosed mails."""

MAX_TEXT_BYTES = 1024 * 1024
"""Of one text that stands in the body; nobody types more than some pages."""

ELSEWHERE_TYPES = frozenset(
    {"message/partial", "message/external-body", "text/x-moz-deleted"}
)
"""A piece of a mail that was cut up, a document that is not in the mail (any more)."""

_SMIME_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})

_NOTICES = frozenset(
    {"message/delivery-status", "message/disposition-notification",
     "message/feedback-report", "message/global-delivery-status",
     "message/global-disposition-notification", "message/tracking-status",
     "message/rfc822-headers"}
)  # fmt: skip
_PGP_MESSAGE = b"-----BEGIN PGP MESSAGE-----"
_HEADER_LINE = re.compile(rb"\s{0,8}[A-Za-z][A-Za-z0-9-]{0,60}[ \t]?:")
_CID_IN_PLAIN = re.compile(r"\[cid:([^\]\s]{1,250})\]", re.IGNORECASE)
"""What Outlook leaves of a picture in the plain form of a mail."""

_CID = re.compile(r"cid:([^\"'\s>)]{1,250})", re.IGNORECASE)


def is_winmail(media_type: str, name: str) -> bool:
    """Whether a part calls itself what Outlook packs its mails into."""
    return media_type in _TNEF_TYPES or name.lower() == "winmail.dat"


def is_wrapped(media_type: str, name: str) -> bool:
    """Whether a part calls itself signed or encrypted by S/MIME."""
    return media_type in _SMIME_TYPES or name.lower().endswith(".p7m")


def is_mail(content: bytes) -> bool:
    """Whether some bytes begin as a mail or a part of one does."""
    return bool(_HEADER_LINE.match(content))


class Walk:
    """
    What was found so far.
    """

    def __init__(self) -> None:
        self.texts: list[TextPart] = []
        self.attachments: list[Attachment] = []
        self.shown: set[str] = set()
        "Content-IDs, in lower case, that some HTML text refers to."

        self.is_encrypted = False
        self._spare_texts: list[TextPart] = []
        "Of a winmail.dat: read if there is no other."

        self._parts = 0

    def take(self, part: Message, *, depth: int = 0, enclosed: bool = False) -> None:
        """
        Take in *part* and all below it.

        Args:
            enclosed: Inside a forwarded mail, whose texts are somebody else's.

        Raises:
            MalformedMessage: If it is too deep, or has too many parts.
        """
        if depth > MAX_DEPTH:
            raise MalformedMessage("parts nested too deep")
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise MalformedMessage("too many parts")
        fields = {name.lower(): value for name, value in reversed(fields_of(part))}
        media_type, parameters = parse_parameters(fields.get("content-type", ""))
        if "/" not in media_type:
            # multipart/digest declares its children mails without saying so.
            media_type = part.get_content_type()
        children = children_of(part)
        if media_type == "multipart/encrypted":
            self.is_encrypted = True
        elif children is not None and media_type.startswith("message/"):
            encoding = fields.get("content-transfer-encoding", "")
            self._take_enclosed(media_type, children, parameters, encoding, depth)
        elif children is not None:
            for child in [*children, *lost_parts(part, parameters.get("boundary", ""))]:
                self.take(child, depth=depth + 1, enclosed=enclosed)
        else:
            leaf = _Leaf(part, media_type, parameters, fields)
            mended = untold_parts(leaf.content) if leaf.is_broken else None
            if mended is None:
                self._take_leaf(leaf, depth=depth, enclosed=enclosed)
            else:
                self.take(mended, depth=depth + 1, enclosed=enclosed)

    def finish(self) -> None:
        """Choose among what came twice."""
        if not self.texts:
            self.texts = self._spare_texts

    def _take_enclosed(
        self,
        media_type: str,
        children: Sequence[Message],
        parameters: Mapping[str, str],
        encoding: str,
        depth: int,
    ) -> None:
        name = clean_name(parameters.get("name", ""))
        if media_type in ELSEWHERE_TYPES:
            self.attachments.append(
                Attachment(name=name, media_type=media_type, content=b"")
            )
        elif media_type not in _NOTICES:
            for child in children[:1]:
                mail = coded_mail(child, encoding) or late_header(child) or child
                found = len(self.attachments)
                self.take(mail, depth=depth + 1, enclosed=True)
                if len(self.attachments) == found:
                    # Nothing in it can become a page: so that at least it is named.
                    self._attach(name or f"{_subject_of(mail)}.eml", media_type, b"")

    def _take_leaf(self, leaf: "_Leaf", *, depth: int, enclosed: bool) -> None:
        if leaf.is_text:
            self._take_text(leaf, enclosed=enclosed)
        elif is_winmail(leaf.media_type, leaf.name):
            self._take_winmail(leaf, enclosed=enclosed)
        elif is_wrapped(leaf.media_type, leaf.name):
            self._take_wrapped(leaf, depth=depth, enclosed=enclosed)
        else:
            self.is_encrypted |= leaf.content.startswith(_PGP_MESSAGE)
            self.attachments.append(leaf.attachment())

    def _take_text(self, leaf: "_Leaf", *, enclosed: bool) -> None:
        content = leaf.content
        if leaf.media_type == "text/plain":
            content, files = take_files(content)
            for name, file in files:
                self._attach(name, "", file)
        if not content.strip():
            return
        self.is_encrypted |= not enclosed and content.lstrip().startswith(_PGP_MESSAGE)
        text = decode_text(content[:MAX_TEXT_BYTES], leaf.parameters.get("charset"))
        if leaf.media_type == "text/html":
            # Each way of writing it: some programs code the "@", some do not.
            found = _CID.findall(text)
            self.shown |= {each.lower() for each in found}
            self.shown |= {unquote(each).lower() for each in found}
            part = TextPart(TextKind.HTML, text)
        else:
            if leaf.parameters.get("format", "").lower() == "flowed":
                delsp = leaf.parameters.get("delsp", "").lower() == "yes"
                text = _unflowed(text, delsp=delsp)
            self.shown |= {each.lower() for each in _CID_IN_PLAIN.findall(text)}
            part = TextPart(TextKind.PLAIN, text)
        if not enclosed:
            self.texts.append(part)

    def _take_winmail(self, leaf: "_Leaf", *, enclosed: bool) -> None:
        try:
            winmail = unpack_tnef(leaf.content)
        except MalformedMessage:
            self.attachments.append(leaf.attachment())
            return
        if not enclosed:
            self._spare_texts += winmail.texts
        for packed in winmail.attachments:
            content_id = packed.content_id.strip("<> ")
            self._attach(packed.name, packed.media_type, packed.content, content_id)

    def _take_wrapped(self, leaf: "_Leaf", *, depth: int, enclosed: bool) -> None:
        try:
            wrapping, inner = unwrap(leaf.content)
        except MalformedMessage:
            kind = leaf.parameters.get("smime-type", "").lower()
            self.is_encrypted |= "enveloped" in kind
            self.attachments.append(leaf.attachment())
            return
        if wrapping is Wrapping.ENCRYPTED:
            self.is_encrypted = True
        elif leaf.name and leaf.name.lower() != "smime.p7m" and not is_mail(inner):
            # A document that was signed by itself: contract.pdf.p7m.
            self._attach(re.sub(r"(?i)\.p7m\Z", "", leaf.name), "", inner)
        elif inner:
            self.take(parse_tree(inner), depth=depth + 1, enclosed=enclosed)

    def _attach(
        self, name: str, media_type: str, content: bytes, content_id: str = ""
    ) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise MalformedMessage("too many parts")
        self.attachments.append(
            Attachment(
                name=clean_name(name),
                media_type=media_type,
                content=content,
                content_id=content_id or None,
            )
        )


class _Leaf:
    """A part without parts, decoded."""

    def __init__(
        self,
        part: Message,
        media_type: str,
        parameters: dict[str, str],
        fields: dict[str, str],
    ) -> None:
        disposition, options = parse_parameters(fields.get("content-disposition", ""))
        self.name = clean_name(
            options.get("filename", "") or parameters.get("name", "")
        )
        self.parameters = parameters
        # A multipart whose boundary never came: what is there is text.
        self.is_broken = media_type.startswith("multipart/")
        self.media_type = "text/plain" if self.is_broken else media_type
        self.is_inline = disposition != "attachment"
        self.is_text = (
            self.media_type in {"text/plain", "text/html"}
            and not self.name
            and self.is_inline
        )
        self.content = decode_transfer(
            raw_payload(part), fields.get("content-transfer-encoding", "")
        )
        self._content_id = fields.get("content-id", "").strip(" \t\r\n<>") or None

    def attachment(self) -> Attachment:
        """The same, for the list."""
        return Attachment(
            name=self.name,
            media_type=self.media_type,
            content=self.content,
            content_id=self._content_id,
            is_inline=self.is_inline,
        )


def _subject_of(mail: Message) -> str:
    fields = {name.lower(): value for name, value in reversed(fields_of(mail))}
    return decode_header(fields.get("subject", "")) or "message"


def _unflowed(text: str, *, delsp: bool) -> str:
    lines: list[str] = []
    is_open = False
    for raw_line in text.splitlines():
        line = raw_line.removeprefix(" ")
        if is_open and not line.startswith(">"):
            lines[-1] = (lines[-1][:-1] if delsp else lines[-1]) + line
        else:
            lines.append(line)
        # "-- " is the signature's mark, never an open line (RFC 3676 §4.3).
        is_open = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(lines)
