"""
The warning that a number was written more than once.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_lines, write_letter
from .wording import listed_numbers, say

KIND = "duplicates"


def duplicates(
    letterhead: Letterhead, campaign: CampaignFacts, numbers: Sequence[FaxNumber]
) -> EmailMessage:
    """Write which *numbers* were repeated; each is called once."""
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening-one" if len(numbers) == 1 else "opening-several"),
            listed_numbers(numbers),
            say(KIND, "closing"),
            order_lines(KIND, campaign),
        ],
    )
