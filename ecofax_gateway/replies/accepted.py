"""
The acknowledgement: what was understood and what happens now.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from ..domain.number import FaxNumber
from ..domain.order import BadNumber
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import write_letter
from .wording import (
    bullets,
    listed_numbers,
    local_time,
    quality_words,
    say,
)

KIND = "accepted"


def accepted(
    letterhead: Letterhead,
    campaign: CampaignFacts,
    *,
    numbers: Sequence[FaxNumber],
    count: int | None = None,
    due_at: datetime | None = None,
    ignored: Sequence[str] = (),
    warnings: Sequence[str] = (),
    bad_numbers: Sequence[BadNumber] = (),
) -> EmailMessage:
    """
    Write the acknowledgement.

    Args:
        letterhead: Who writes to whom.

        campaign: The order.

        numbers: Those that will be called, or the first twenty of them; at least one.

        count: How many there are in all; None: those given.

        due_at: Timezone-aware; None: at once.

        ignored: Names of parts that are not printed.

        warnings: French sentences, on the date and on legibility.

        bad_numbers: Entries that are not called.
    """
    departure = (
        say(KIND, "at-once") if due_at is None else local_time(due_at, campaign.zone)
    )
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening"),
            say(
                KIND,
                "facts",
                reference=campaign.reference,
                documents=", ".join(campaign.documents),
                pages=campaign.pages,
                quality=quality_words(campaign.quality),
                line=campaign.line,
                departure=departure,
            ),
            say(KIND, "one-number", number=numbers[0])
            if len(numbers) == 1
            else say(
                KIND,
                "several-numbers",
                count=len(numbers) if count is None else count,
                numbers=listed_numbers(numbers, of=count),
            ),
            say(KIND, "warnings", warnings=bullets(warnings)) if warnings else "",
            say(KIND, "ignored", names=bullets(ignored)) if ignored else "",
            say(KIND, "bad-numbers", entries=bullets(map(_bad_entry, bad_numbers)))
            if bad_numbers
            else "",
            say(KIND, "closing", reference=campaign.reference),
        ],
    )


def _bad_entry(entry: BadNumber) -> str:
    if entry.line is None:
        return say(KIND, "bad-in-address", text=entry.text, reason=entry.reason)
    return say(
        KIND, "bad-in-list", line=entry.line, text=entry.text, reason=entry.reason
    )
