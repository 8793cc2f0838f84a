"""
The pages of a campaign that is not launched yet, for whoever puts it together.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage

from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import write_letter
from .wording import Words

KIND = "trial"


def trial(letterhead: Letterhead, campaign: CampaignFacts) -> EmailMessage:
    """Write the letter that the pages join."""

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, "opening")
        yield words.facts(
            KIND,
            "order",
            reference=campaign.reference,
            documents=", ".join(campaign.documents),
            line=campaign.line,
            pages=campaign.pages,
        )

    return write_letter(letterhead, KIND, campaign, write)
