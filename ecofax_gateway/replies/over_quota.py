"""
The refusal of an order that is more than its line may still send.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage

from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_facts, write_letter
from .wording import Words

KIND = "over-quota"
_TEMPLATE = "over_quota"


def over_quota(
    letterhead: Letterhead, campaign: CampaignFacts, *, sentences: str
) -> EmailMessage:
    """
    Write how much is left and when it renews.

    Args:
        letterhead: Who writes to whom.

        campaign: The order.

        sentences: French, one a line: `domain.quota.check`.
    """

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(_TEMPLATE, "opening", line=campaign.line)
        yield words.in_french(sentences.splitlines(), title="")
        yield words.prose(_TEMPLATE, "todo")
        yield order_facts(words, _TEMPLATE, campaign)

    return write_letter(letterhead, KIND, campaign, write, template=_TEMPLATE)
