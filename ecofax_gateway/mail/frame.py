"""
A read mail on its way out of the process that read it: plain data, never objects.

Pure: no I/O, no clock, no randomness.

A line of JSON says what there is, then come the bytes of the texts and attachments in
their order. The process that read a hostile mail may say anything: what it says is
checked like the mail itself.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..domain.errors import MalformedMessage
from .message import Mail
from .part import Attachment, TextKind, TextPart

MAX_HEADER_BYTES = 16 * 1024 * 1024
"""Of the line: a mail's header is at most 256 KiB, each byte of it at most six."""

MAX_BODY_BYTES = 256 * 1024 * 1024
"""Of texts and attachments together: more than any mail can hold."""


def encode_mail(mail: Mail) -> tuple[bytes, list[bytes]]:
    """Give the line, and the bodies that follow it."""
    texts = [part.text.encode("utf-8", "surrogatepass") for part in mail.texts]
    contents = [part.content for part in mail.attachments]
    header = {
        "headers": mail.headers,
        "media_type": mail.media_type,
        "subject": mail.subject,
        "from": mail.from_,
        "message_id": mail.message_id,
        "references": mail.references,
        "shown": sorted(mail.shown),
        "is_encrypted": mail.is_encrypted,
        "texts": [
            {"kind": part.kind, "bytes": len(text)}
            for part, text in zip(mail.texts, texts, strict=True)
        ],
        "attachments": [
            {
                "name": part.name,
                "media_type": part.media_type,
                "content_id": part.content_id,
                "is_inline": part.is_inline,
                "bytes": len(part.content),
            }
            for part in mail.attachments
        ],
    }
    return json.dumps(header).encode(), [*texts, *contents]


def encode_failure(reason: str) -> bytes:
    """Give the line that says why there is no mail."""
    return json.dumps({"malformed": reason}).encode()


def decode_mail(header: bytes, body: bytes) -> Mail:
    """
    Read what `encode_mail` or `encode_failure` wrote.

    Raises:
        MalformedMessage: If the mail could not be read, or this is no frame.
    """
    try:
        said = json.loads(header)
        if "malformed" in said:
            reason = "".join(filter(str.isprintable, str(said["malformed"])))
            raise MalformedMessage(reason[:200])
        return _mail(said, memoryview(body))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedMessage(f"no frame: {type(error).__name__}") from None


def _mail(said: dict[str, Any], body: memoryview) -> Mail:
    pieces = _pieces([*said["texts"], *said["attachments"]], body)
    message_id = said["message_id"]
    return Mail(
        headers=tuple((str(name), str(value)) for name, value in said["headers"]),
        media_type=str(said["media_type"]),
        subject=str(said["subject"]),
        from_=str(said["from"]),
        message_id=None if message_id is None else str(message_id),
        references=tuple(map(str, said["references"])),
        shown=frozenset(map(str, said["shown"])),
        is_encrypted=bool(said["is_encrypted"]),
        texts=tuple(
            TextPart(TextKind(each["kind"]), piece.decode("utf-8", "replace"))
            for each, piece in zip(said["texts"], pieces, strict=False)
        ),
        attachments=tuple(
            Attachment(
                name=str(each["name"]),
                media_type=str(each["media_type"]),
                content=piece,
                content_id=_text_or_none(each["content_id"]),
                is_inline=bool(each["is_inline"]),
            )
            for each, piece in zip(said["attachments"], pieces, strict=True)
        ),
    )


def _pieces(listed: Iterable[dict[str, Any]], body: memoryview) -> Iterator[bytes]:
    at = 0
    for each in listed:
        length = int(each["bytes"])
        if not 0 <= length <= len(body) - at:
            raise ValueError("a part beyond the end")
        yield bytes(body[at : at + length])
        at += length


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
