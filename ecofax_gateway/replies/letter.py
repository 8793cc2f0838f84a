"""
From the words of a reply to the mail: once for each language, with its result beside.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from email.message import EmailMessage
from typing import Any

from ..domain.language import Language
from .blocks import Block, Facts
from .envelope import Letterhead, Version, subject_document, write_reply
from .facts import CampaignFacts, FaxFacts
from .result import result_of
from .wording import Words

Writer = Callable[[Words], Iterable[Block | None]]
"""Says it in one language; None: nothing there."""


def write_letter(
    letterhead: Letterhead,
    kind: str,
    campaign: CampaignFacts,
    write: Writer,
    *,
    faxes: Sequence[FaxFacts] = (),
    template: str = "",
) -> EmailMessage:
    """
    Write a letter about an order.

    Args:
        letterhead: Who writes to whom.

        kind: Of the reply.

        campaign: The order; its documents stand in the subject.

        write: Its text.

        faxes: For the result that programs read.

        template: Where subject and headline are, if not in *kind*'s.
    """
    return write_note(
        letterhead,
        kind,
        write,
        reference=campaign.reference,
        template=template or kind,
        subject={"document": subject_document(campaign.documents)},
        result=result_of(kind, campaign, faxes),
    )


def write_note(
    letterhead: Letterhead,
    kind: str,
    write: Writer,
    *,
    reference: str,
    template: str,
    section: str = "subject",
    subject: Mapping[str, str] | None = None,
    result: Mapping[str, Any] | None = None,
) -> EmailMessage:
    """
    Write a reply about something that is no order.

    Args:
        letterhead: Who writes to whom, in which languages.

        kind: Of the reply.

        write: Its text.

        reference: Of the mail or the order; empty: it has none.

        template: Where subject and headline are.

        section: The subject's.

        subject: Values for it.

        result: For programs; None: no more than the kind.
    """
    versions = [
        Version(
            tongue=words.tongue,
            subject=words.say(template, section, **(subject or {})),
            headline=words.say(template, "headline"),
            blocks=tuple(block for block in write(words) if block is not None),
        )
        for words in _words(letterhead.language)
    ]
    return write_reply(
        letterhead,
        kind=kind,
        reference=reference,
        versions=versions,
        result=result or {"status": kind, "reference": reference or None},
    )


def order_facts(words: Words, template: str, campaign: CampaignFacts) -> Facts:
    """Which order it was: enough to find it again."""
    return words.facts(
        template,
        "order",
        reference=campaign.reference,
        documents=", ".join(campaign.documents),
        line=campaign.line,
        pages=campaign.pages,
    )


def _words(language: Language) -> list[Words]:
    return [
        Words(tongue, is_below=position > 0)
        for position, tongue in enumerate(language.tongues)
    ]
