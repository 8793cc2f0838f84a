"""
The end that was asked for: cancelled.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from ..domain.fax import FaxState
from ..domain.outcome import Ending
from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts, FaxFacts
from .letter import order_facts, write_letter
from .wording import Words

KIND = "cancelled"


def cancelled(
    letterhead: Letterhead, campaign: CampaignFacts, faxes: Sequence[FaxFacts]
) -> EmailMessage:
    """Write that the order was cancelled, and who of *faxes* had it all the same."""
    arrived = [fax.number for fax in faxes if fax.state is FaxState.SENT]
    partly = [
        fax for fax in faxes if fax.state is not FaxState.SENT and fax.pages_confirmed
    ]
    was_repeat = all(
        fax.outcome and fax.outcome.ending is Ending.REPEAT for fax in faxes
    )
    opening = "opening-part" if arrived or partly else "opening-whole"

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, "opening-repeat" if was_repeat else opening)
        if arrived:
            yield words.numbers(arrived, title=words.say(KIND, "sent"))
        if partly:
            entries = [
                words.say(
                    KIND,
                    "partly-line",
                    number=fax.number,
                    confirmed=words.counted(fax.pages_confirmed, "page"),
                    pages=campaign.pages,
                )
                for fax in partly
            ]
            yield words.items(entries, title=words.say(KIND, "partly"))
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write, faxes=faxes)
