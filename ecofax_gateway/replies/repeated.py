"""
The question: the same pages went there a short time ago; shall they go again?

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_lines, write_letter
from .wording import bullets, local_time, say

KIND = "repeated"


def repeated(
    letterhead: Letterhead,
    campaign: CampaignFacts,
    held: Sequence[tuple[FaxNumber, datetime]],
    *,
    others: int = 0,
    until: datetime,
) -> EmailMessage:
    """
    Write which numbers are held and how they are sent to all the same.

    Args:
        letterhead: Who writes to whom.

        campaign: The order.

        held: Numbers, and when the same pages went there (timezone-aware).

        others: How many numbers the fax goes to.

        until: When it is given up unless somebody says that it is meant.
    """
    entries = [
        say(KIND, "entry", number=number, when=local_time(at, campaign.zone))
        for number, at in held
    ]
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening-one" if len(held) == 1 else "opening-several"),
            bullets(entries),
            say(KIND, "others") if others else "",
            say(
                KIND,
                "todo",
                reference=campaign.reference,
                until=local_time(until, campaign.zone),
            ),
            order_lines(KIND, campaign),
        ],
    )
