"""
The warning that a number was written more than once.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_facts, write_letter
from .wording import Words

KIND = "duplicates"


def duplicates(
    letterhead: Letterhead, campaign: CampaignFacts, numbers: Sequence[FaxNumber]
) -> EmailMessage:
    """Write which *numbers* were repeated; each is called once."""

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(
            KIND, "opening-one" if len(numbers) == 1 else "opening-several"
        )
        yield words.numbers(numbers, lines=campaign.lines)
        yield words.prose(KIND, "closing")
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write)
