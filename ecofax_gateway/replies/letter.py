"""
What the letters about one order have in common: subject, last lines, envelope.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from email.message import EmailMessage

from .envelope import Letterhead, subject_document, write_reply
from .facts import CampaignFacts
from .wording import join_paragraphs, say


def write_letter(
    letterhead: Letterhead,
    kind: str,
    campaign: CampaignFacts,
    paragraphs: Sequence[str],
    *,
    template: str = "",
) -> EmailMessage:
    """
    Write a letter about an order.

    Args:
        letterhead: Who writes to whom.

        kind: Of the reply.

        campaign: The order; its documents stand in the subject.

        paragraphs: The text; empty ones are left out.

        template: Where the subject is, if not in *kind*'s.
    """
    document = subject_document(campaign.documents)
    return write_reply(
        letterhead,
        kind=kind,
        reference=campaign.reference,
        subject=say(template or kind, "subject", document=document),
        text=join_paragraphs(paragraphs),
    )


def order_lines(kind: str, campaign: CampaignFacts) -> str:
    """Which order it was, as *kind*'s template has it: enough to find it again."""
    return say(
        kind,
        "order",
        reference=campaign.reference,
        documents=", ".join(campaign.documents),
        line=campaign.line,
        pages=campaign.pages,
    )
