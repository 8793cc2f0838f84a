"""
What every reply has: addresses, thread, its parts, and what keeps machines silent.

    multipart/mixed
        multipart/alternative
            text/plain
            text/html            (page 1 joins it where the mail is posted)
        application/json         resultat.json

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3834 (2004) §3.1 -- header of automatic responses; §5 -- Auto-Submitted
    RFC 5322 (2008) §3.6.4 -- In-Reply-To, References
    RFC 2047 (1996) §2 -- an encoded word has at most 75 characters
    RFC 2046 (1996) §5.1 -- multipart; §5.1.4 -- the best form comes last
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from ..domain.language import Language, Tongue
from ..domain.order import Requester
from .blocks import Block, plain_text
from .page import draw_page

LOOP_MARK = "ecofax-gateway"
"""X-Loop of every reply; mail that carries it is never answered."""

MAX_REFERENCES = 10
"""Threads are joined by the last ones."""

RESULT_NAME = "resultat.json"
"""Our own attachment; it never orders anything when it comes back."""

RULE = "- - - - - - - - - - - - - - - -"
"""Between two languages in the text; no mail program takes it for a signature."""

MAX_DOCUMENT_CHARS = 80
"""Of the document's name in a subject."""

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>\Z")
_ID_FIELDS = frozenset({"message-id", "in-reply-to", "references"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u202a-\u202e]+")
_NOT_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")


class ReplyPolicy(EmailPolicy):
    """
    Seven bits, CR LF, and message identities as they are.

    The library folds an identity longer than a line, as Exchange writes them, into
    encoded words, and the reply falls out of its thread.
    """

    def fold(self, name: str, value: str) -> str:
        """See `email.policy.Policy.fold`."""
        if name.lower() in _ID_FIELDS:
            return f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        """See `email.policy.Policy.fold_binary`."""
        if name.lower() in _ID_FIELDS:
            return self.fold(name, value).encode("ascii", "ignore")
        folded: bytes = super().fold_binary(name, value)
        return folded


# With 78 the library fills a folded line with one encoded word of 76.
REPLY_POLICY = ReplyPolicy(
    linesep="\r\n", cte_type="7bit", max_line_length=76, raise_on_defect=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes to whom, when, under which identity."""

    from_address: str
    "Ours."

    from_name: str = "Télécopie"

    requester: Requester
    "Its address is not None: somebody is there to be written to."

    date: datetime
    "Timezone-aware."

    message_id: str
    "With its brackets; the same for the same event, see `reply_message_id`."

    references: tuple[str, ...] = ()
    "Of the mail that asked, oldest first; its own identity is added."

    reply_to: str | None = None
    "Where an answer to this reply goes: to the order, by its key; None: as it is from."

    language: Language = Language.FR

    has_html: bool = True
    "False: text alone, for those who asked for it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A reply in one language."""

    tongue: Tongue
    subject: str
    headline: str
    blocks: tuple[Block, ...]


def reply_message_id(*, reference: str, kind: str, domain: str, event: str = "") -> str:
    """
    Name a reply after its event, so that posting it twice is seen to be one mail.

    Args:
        reference: Of the order, or a digest of a refused mail.

        kind: « sent », « failed », ...

        domain: Ours.

        event: What tells two replies of one kind apart, e.g. the number.
    """
    parts = [_NOT_TOKEN.sub("-", part).strip(".") for part in (reference, kind, event)]
    return f"<{'.'.join(part for part in parts if part)}@{domain}>"


def write_reply(
    letterhead: Letterhead,
    *,
    kind: str,
    reference: str,
    versions: Sequence[Version],
    result: Mapping[str, Any],
) -> EmailMessage:
    """
    Put a text into an envelope.

    Args:
        letterhead: Who writes to whom.

        kind: For X-Fax-Status.

        reference: For X-Fax-Job; empty: the mail came to no order.

        versions: At least one; the first one's subject is the mail's. Each may hold
            anything that a requester wrote.

        result: For programs, as resultat.json.

    Raises:
        ValueError: If the requester has no address. A bug of ours.
    """
    message = EmailMessage(policy=REPLY_POLICY)
    _write_headers(message, letterhead, subject=versions[0].subject)
    if reference:
        message["X-Fax-Job"] = one_line(reference)
    message["X-Fax-Status"] = kind
    text = f"\n{RULE}\n\n".join(plain_text(each.blocks) for each in versions)
    message.set_content(text, charset="utf-8")
    if letterhead.has_html:
        drawn = draw_page(kind, [(v.tongue, v.headline, v.blocks) for v in versions])
        message.add_alternative(drawn, subtype="html", charset="utf-8")
    message.add_attachment(
        json.dumps(result, ensure_ascii=False, indent=1).encode() + b"\n",
        maintype="application",
        subtype="json",
        filename=RESULT_NAME,
    )
    set_boundaries(message)
    return message


def set_boundaries(message: EmailMessage) -> None:
    """
    Name the boundaries after the mail, so that the same reply is the same bytes.

    "=_" occurs in no coded part: RFC 2045 (1996) §6.7, §6.8.
    """
    identity = str(message["Message-ID"])
    for n, part in enumerate(message.walk()):
        if part.is_multipart():
            digest = hashlib.sha256(f"{n} {identity}".encode()).hexdigest()[:24]
            part.set_boundary(f"=_{digest}")


def _write_headers(
    message: EmailMessage, letterhead: Letterhead, *, subject: str
) -> None:
    requester = letterhead.requester
    if requester.address is None:
        raise ValueError("a reply to nobody")
    message["From"] = Address(letterhead.from_name, addr_spec=letterhead.from_address)
    message["To"] = one_line(requester.address)
    if letterhead.reply_to:
        message["Reply-To"] = one_line(letterhead.reply_to)
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(letterhead.date)
    message["Message-ID"] = one_line(letterhead.message_id)
    asked = [requester.message_id] if requester.message_id else []
    thread = _identities([*letterhead.references, *asked])
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join(thread)
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Loop"] = LOOP_MARK


def one_line(text: str) -> str:
    """Make a header's value of anything: no CR, LF, NUL or direction marks."""
    return " ".join(_CONTROL.sub(" ", text).split())


def subject_document(names: Sequence[str]) -> str:
    """The documents' names as they stand in a subject, between its quotes."""
    text = one_line(", ".join(names))
    if len(text) > MAX_DOCUMENT_CHARS:
        text = text[: MAX_DOCUMENT_CHARS - 1] + "…"
    return text


def _identities(values: Sequence[str]) -> list[str]:
    kept = [value for value in values if _MESSAGE_ID.match(value)]
    return list(dict.fromkeys(kept))[-MAX_REFERENCES:]
