"""
The notice that numbers were left out because they cost more.

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

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(
            KIND, "opening-some" if others else "opening-all", others=others
        )
        yield words.numbers(numbers, lines=campaign.lines)
        yield words.prose(KIND, "todo")
        yield words.sample(KIND, "sample")
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write)
