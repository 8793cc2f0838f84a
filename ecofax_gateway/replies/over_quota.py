"""
The refusal of an order that is more than its line may still send.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_lines, write_letter
from .wording import bullets, say

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
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(_TEMPLATE, "opening", line=campaign.line),
            bullets(sentences.splitlines()),
            say(_TEMPLATE, "todo"),
            order_lines(_TEMPLATE, campaign),
        ],
        template=_TEMPLATE,
    )
