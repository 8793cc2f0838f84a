"""
Mails and archives to the documents in them.

Pure: no I/O, no clock, no randomness.

Nothing is written under a name that an archive gives: names only tell the requester
which document is meant.

Standards:
    RFC 2046 (1996) §5.1 -- multipart: of alternatives the plain one is printed
"""

import email
import email.errors
import email.policy
import io
import zipfile
from email.message import EmailMessage
from pathlib import PurePosixPath

from . import formats, sniff
from .contract import Bundled, Cause, Given, Part

MAX_PARTS = 50
"Documents of one bundle."

MAX_PART_BYTES = 50 * 1024**2
"Of one document, unpacked."

MAX_BUNDLE_BYTES = 100 * 1024**2
"Of all of them."

NOTHING = Cause(
    for_requester="Le fichier ne contient aucun document à imprimer.", code="empty"
)
TOO_MANY = Cause(
    for_requester=f"Le fichier contient trop de documents (plus de {MAX_PARTS})."
    " Envoyez-les séparément.",
    code="too-many-documents",
)


def open_document(given: Given) -> Bundled:
    """See `contract.Family`."""
    take_apart = of_archive if given.found is formats.ZIP else of_mail
    return Bundled(take_apart(given.content))


def of_archive(content: bytes) -> list[Part]:
    """
    Unpack a zip, counting what comes out.

    Raises:
        ConversionFailed: If it is a bomb, protected, damaged or empty.
    """
    parts: list[Part] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.is_dir() or _is_litter(member.filename):
                    continue
                if member.flag_bits & _ENCRYPTED:
                    raise sniff.ENCRYPTED.failure()
                if len(parts) == MAX_PARTS:
                    raise TOO_MANY.failure()
                with archive.open(member) as file:
                    # What the directory says of its size may be a lie.
                    unpacked = file.read(MAX_PART_BYTES + 1)
                parts.append(Part(PurePosixPath(member.filename).name, unpacked))
                _check_size(parts)
    except sniff.BROKEN_ZIP:
        raise sniff.DAMAGED.failure() from None
    if not parts:
        raise NOTHING.failure()
    return parts


_ENCRYPTED = 0x1


def _is_litter(name: str) -> bool:
    """What systems put into archives for themselves."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith((".", "Thumbs.db"))


def _check_size(parts: list[Part]) -> None:
    total = sum(len(part.content) for part in parts)
    if len(parts[-1].content) > MAX_PART_BYTES or total > MAX_BUNDLE_BYTES:
        raise sniff.BOMB.failure()


def of_mail(content: bytes) -> list[Part]:
    """
    Take a mail apart: what is written in it, then what is attached.

    Raises:
        ConversionFailed: If it cannot be read, or there is too much.
    """
    try:
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        parts = [_letter(mail), *_attachments(mail)]
    except _BROKEN_MAIL:
        raise sniff.DAMAGED.failure() from None
    if len(parts) > MAX_PARTS:
        raise TOO_MANY.failure()
    return parts


_BROKEN_MAIL = (
    *(email.errors.MessageError, ValueError, TypeError, LookupError),
    *(AttributeError, RecursionError, AssertionError),
)
"""All that the standard library's parser was seen to raise on hostile mail."""

_SHOWN = {"From": "De", "To": "À", "Cc": "Copie", "Date": "Date", "Subject": "Objet"}


def _letter(mail: EmailMessage) -> Part:
    head = [f"{_SHOWN[name]} : {mail[name]}" for name in _SHOWN if mail[name]]
    body = mail.get_body(("plain", "html"))
    if body is None or body.get_content_type() == "text/plain":
        words = body.get_content() if body is not None else ""
        text = "\n".join([*head, "", str(words)])
        return Part("message.txt", text.encode(errors="replace"))
    from html import escape

    listed = "<br>".join(escape(line) for line in head)
    page = f"<!DOCTYPE html><meta charset=utf-8><p>{listed}</p>{body.get_content()}"
    return Part("message.html", page.encode(errors="replace"))


def _attachments(mail: EmailMessage) -> list[Part]:
    found = []
    for number, part in enumerate(mail.iter_attachments(), 1):
        name = part.get_filename() or f"document {number}"
        if part.get_content_type() == "message/rfc822":
            inner = part.get_content()
            found.append(Part(f"{name}.eml", inner.as_bytes()))
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content.strip():
            found.append(Part(str(name), content))
        if len(found) > MAX_PARTS:
            break
    return found
