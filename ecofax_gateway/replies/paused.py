"""
A campaign that paused itself: why, and what somebody must decide.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage

from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import write_letter
from .wording import FRENCH, Words

KIND = "paused"


def reason(failed: int, *, of: int, percent: int, words: Words = FRENCH) -> str:
    """
    Say in a few words why a canary stopped its campaign.

    Args:
        failed: Numbers that failed for good.

        of: Numbers that were called first.

        percent: Failures that the campaign allows.

        words: In which language.
    """
    return words.say(
        KIND, "reason", failed=words.counted(failed, "number"), of=of, percent=percent
    )


def paused(
    letterhead: Letterhead,
    campaign: CampaignFacts,
    *,
    failed: int,
    of: int,
    percent: int,
) -> EmailMessage:
    """Tell that a campaign waits for a decision; the figures are those of `reason`."""

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, "opening")
        yield words.facts(
            KIND,
            "order",
            reason=reason(failed, of=of, percent=percent, words=words),
            reference=campaign.reference,
            documents=", ".join(campaign.documents),
            line=campaign.line,
        )
        if letterhead.reply_to:
            yield words.prose(KIND, "answer")
        yield words.prose(KIND, "todo", reference=campaign.reference)

    return write_letter(letterhead, KIND, campaign, write)
