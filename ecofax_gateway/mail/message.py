"""
A mail as it came: its header, the texts a person typed, its attachments.

Pure: no I/O, no clock, no randomness.

The standard library splits the parts (policy compat32); everything else is read by
our own decoders, because its own raise on real mail, or, worse, return base64 as
if it were the document. What came in is never serialised again.

Standards:
    RFC 5322 (2008) §3.6.4 -- Message-ID, References
    RFC 2045-2046 (1996) -- parts, transfer encodings
    RFC 3676 (2004) §4 -- format=flowed
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from enum import StrEnum

from ..domain.errors import MalformedMessage
from .charset import decode_text
from .header import clean_name, decode_header, parse_parameters
from .prescan import check_limits, repair_fields
from .transfer import decode_transfer

MAX_DEPTH = 30
"""Levels of parts; mail programs make six, a chain of forwards twenty."""

MAX_PARTS = 1_000
"""Leaves of the tree, over all enclosed mails."""

MAX_REFERENCES = 10
"""As many as a reply quotes; the last ones matter."""

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")
_ADDRESS = re.compile(r"[^\s<>@,;\"]{1,64}@[^\s<>@,;\"]{1,253}")


class TextKind(StrEnum):
    """How a text is written."""

    PLAIN = "plain"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text of the mail's own body; texts of enclosed mails are not among them."""

    kind: TextKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Any other leaf, decoded."""

    name: str
    "Cleaned for people; empty if the part has none."

    media_type: str
    'As declared, lower case, e.g. "application/pdf"; a hint, not the truth.'

    content: bytes

    content_id: str | None = None
    "Without its brackets."

    is_inline: bool = False
    "What Content-Disposition says; programs of both kinds say it wrongly."


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
    root = _parsed(raw)
    leaves = _Leaves()
    leaves.collect(root)
    headers = tuple((name.lower(), value) for name, value in _fields(root))
    own = dict(reversed(headers))
    return Mail(
        headers=headers,
        media_type=parse_parameters(own.get("content-type", "text/plain"))[0],
        subject=decode_header(own.get("subject", "")),
        from_=_only_address(decode_header(own.get("from", ""))),
        message_id=next(iter(_message_ids(own.get("message-id", ""))), None),
        references=_message_ids(own.get("references", own.get("in-reply-to", ""))),
        texts=tuple(leaves.texts),
        attachments=tuple(leaves.attachments),
        is_encrypted=leaves.is_encrypted,
    )


class _Leaves:
    """The walk over the tree of parts; holds what was found so far."""

    def __init__(self) -> None:
        self.texts: list[TextPart] = []
        self.attachments: list[Attachment] = []
        self.is_encrypted = False
        self._parts = 0

    def collect(self, part: Message, *, depth: int = 0, enclosed: bool = False) -> None:
        """Take in *part* and all below it; *enclosed*: inside a forwarded mail."""
        if depth > MAX_DEPTH:
            raise MalformedMessage("parts nested too deep")
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise MalformedMessage("too many parts")
        fields = {name.lower(): value for name, value in reversed(_fields(part))}
        media_type, parameters = parse_parameters(fields.get("content-type", ""))
        if "/" not in media_type:
            # multipart/digest declares its children mails without saying so.
            media_type = part.get_content_type()
        payload = part.get_payload()
        if media_type == "multipart/encrypted":
            self.is_encrypted = True
        elif isinstance(payload, list) and media_type.startswith("message/"):
            if media_type in {"message/rfc822", "message/global"}:
                for child in payload[:1]:
                    if isinstance(child, Message):
                        mail = _coded_mail(child, fields) or child
                        self.collect(mail, depth=depth + 1, enclosed=True)
        elif isinstance(payload, list):
            lost = _lost_parts(part, parameters.get("boundary", ""))
            for child in [*payload, *lost]:
                if isinstance(child, Message):
                    self.collect(child, depth=depth + 1, enclosed=enclosed)
        else:
            self._leaf(part, media_type, parameters, fields, enclosed=enclosed)

    def _leaf(
        self,
        part: Message,
        media_type: str,
        parameters: dict[str, str],
        fields: dict[str, str],
        *,
        enclosed: bool,
    ) -> None:
        disposition, options = parse_parameters(fields.get("content-disposition", ""))
        name = clean_name(options.get("filename", "") or parameters.get("name", ""))
        content = decode_transfer(
            _raw_payload(part), fields.get("content-transfer-encoding", "")
        )
        if media_type.startswith("multipart/"):
            media_type = "text/plain"  # its boundary never came: what is there is text
        is_text = media_type in {"text/plain", "text/html"} and not name
        if is_text and disposition != "attachment":
            if not enclosed and content.strip():
                text = decode_text(content, parameters.get("charset"))
                self._text(media_type, text, parameters)
            return
        if media_type in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
            self.is_encrypted |= parameters.get("smime-type", "") != "signed-data"
        self.attachments.append(
            Attachment(
                name=name,
                media_type=media_type,
                content=content,
                content_id=fields.get("content-id", "").strip(" \t\r\n<>") or None,
                is_inline=disposition != "attachment",
            )
        )

    def _text(self, media_type: str, text: str, parameters: dict[str, str]) -> None:
        if media_type == "text/html":
            self.texts.append(TextPart(TextKind.HTML, text))
            return
        if parameters.get("format", "").lower() == "flowed":
            text = _unflowed(text, delsp=parameters.get("delsp", "").lower() == "yes")
        self.texts.append(TextPart(TextKind.PLAIN, text))


def _parsed(raw: bytes) -> Message:
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


def _fields(part: Message) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in part.raw_items()]


def _raw_payload(part: Message) -> bytes:
    # Without the field the library decodes nothing and gives the bytes as they came.
    del part["content-transfer-encoding"]
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _coded_mail(child: Message, fields: dict[str, str]) -> Message | None:
    """An enclosed mail in base64, which RFC 2046 §5.2.1 forbids and programs send."""
    encoding = fields.get("content-transfer-encoding", "").strip().lower()
    if not encoding.startswith(("base64", "quoted-printable")) or list(
        child.raw_items()
    ):
        return None
    return _parsed(decode_transfer(_raw_payload(child), encoding))


def _lost_parts(part: Message, boundary: str) -> list[Message]:
    """
    Parts behind the closing boundary.

    Where an inner multipart uses the boundary of the outer one, its end closes both
    and the attachments fall into the epilogue.
    """
    epilogue = part.epilogue or ""
    if not boundary or f"--{boundary}" not in epilogue:
        return []
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
    again = _parsed((head + epilogue).encode("ascii", "surrogateescape"))
    payload = again.get_payload()
    return [again] if isinstance(payload, list) else []


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


def _message_ids(value: str) -> tuple[str, ...]:
    return tuple(_MESSAGE_ID.findall(value[-8192:])[-MAX_REFERENCES:])


def _only_address(value: str) -> str:
    found = _ADDRESS.findall(value)
    if len(found) != 1:
        return ""
    local, _, domain = found[0].rpartition("@")
    return f"{local}@{domain.lower()}"
