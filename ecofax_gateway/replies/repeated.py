"""
The question: the same pages went there a short time ago; shall they go again?

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_facts, write_letter
from .wording import Words

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

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, "opening-one" if len(held) == 1 else "opening-several")
        yield words.items(
            words.say(
                KIND, "entry", number=number, when=words.local_time(at, campaign.zone)
            )
            for number, at in held
        )
        if others:
            yield words.prose(KIND, "others")
        when = words.local_time(until, campaign.zone)
        how = "todo-answer" if letterhead.reply_to else "todo"
        yield words.prose(KIND, how, until=when)
        yield words.sample(KIND, "sample")
        yield words.prose(KIND, "or-ask", reference=campaign.reference)
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write)
