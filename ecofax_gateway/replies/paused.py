"""
A campaign that paused itself: why, and what somebody must decide.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import write_letter
from .wording import plural, say

KIND = "paused"


def reason(failed: int, *, of: int, percent: int) -> str:
    """
    Say in a few words why a canary stopped its campaign.

    Args:
        failed: Numbers that failed for good.

        of: Numbers that were called first.

        percent: Failures that the campaign allows.
    """
    return say(KIND, "reason", failed=plural(failed, "numéro"), of=of, percent=percent)


def paused(letterhead: Letterhead, campaign: CampaignFacts, why: str) -> EmailMessage:
    """Tell that a campaign waits for a decision; *why* is what `reason` says."""
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening"),
            say(
                KIND,
                "order",
                reason=why,
                reference=campaign.reference,
                documents=", ".join(campaign.documents),
                line=campaign.line,
            ),
            say(KIND, "todo", reference=campaign.reference),
        ],
    )
