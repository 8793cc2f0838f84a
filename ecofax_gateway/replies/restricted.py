"""
The notice that numbers were left out because they cost more.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_lines, write_letter
from .wording import listed_numbers, say

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
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening-some", others=others)
            if others
            else say(KIND, "opening-all"),
            listed_numbers(numbers),
            say(KIND, "todo"),
            order_lines(KIND, campaign),
        ],
    )
