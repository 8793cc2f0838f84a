"""
The refusal of an order that is more than its line may still send.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from .envelope import Letterhead, subject_document, write_reply
from .facts import CampaignFacts
from .wording import bullets, join_paragraphs, say

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
    text = join_paragraphs(
        [
            say(_TEMPLATE, "opening", line=campaign.line),
            bullets(sentences.splitlines()),
            say(_TEMPLATE, "todo"),
            say(
                _TEMPLATE,
                "order",
                reference=campaign.reference,
                documents=", ".join(campaign.documents),
            ),
        ]
    )
    document = subject_document(campaign.documents)
    return write_reply(
        letterhead,
        kind=KIND,
        reference=campaign.reference,
        subject=say(_TEMPLATE, "subject", document=document),
        text=text,
    )
