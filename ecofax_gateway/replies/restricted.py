"""
The notice that numbers were left out because they cost more.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .envelope import Letterhead, subject_document, write_reply
from .facts import CampaignFacts
from .wording import join_paragraphs, listed_numbers, say

KIND = "restricted"


def restricted(
    letterhead: Letterhead,
    campaign: CampaignFacts,
    numbers: Sequence[FaxNumber],
    *,
    others: int,
) -> EmailMessage:
    """
    Write which numbers were left out and what allows them.

    Args:
        letterhead: Who writes to whom.

        campaign: The order.

        numbers: Left out.

        others: How many numbers the fax still goes to; 0: it does not leave at all.
    """
    text = join_paragraphs(
        [
            say(KIND, "opening-some", others=others)
            if others
            else say(KIND, "opening-all"),
            listed_numbers(numbers),
            say(KIND, "todo"),
            say(KIND, "order", reference=campaign.reference),
        ]
    )
    return write_reply(
        letterhead,
        kind=KIND,
        reference=campaign.reference,
        subject=say(KIND, "subject", document=subject_document(campaign.documents)),
        text=text,
    )
