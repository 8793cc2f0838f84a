"""
The warning that a number was written more than once.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .envelope import Letterhead, subject_document, write_reply
from .facts import CampaignFacts
from .wording import join_paragraphs, listed_numbers, say

KIND = "duplicates"


def duplicates(
    letterhead: Letterhead, campaign: CampaignFacts, numbers: Sequence[FaxNumber]
) -> EmailMessage:
    """Write which *numbers* were repeated; each is called once."""
    text = join_paragraphs(
        [
            say(KIND, "opening-one" if len(numbers) == 1 else "opening-several"),
            listed_numbers(numbers),
            say(KIND, "closing"),
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
