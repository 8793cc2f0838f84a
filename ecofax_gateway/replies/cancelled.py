"""
The end that was asked for: cancelled.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from email.message import EmailMessage

from ..domain.fax import FaxState
from ..domain.outcome import Ending
from .envelope import Letterhead
from .facts import CampaignFacts, FaxFacts
from .letter import order_lines, write_letter
from .wording import bullets, listed_numbers, plural, say

KIND = "cancelled"


def cancelled(
    letterhead: Letterhead, campaign: CampaignFacts, faxes: Sequence[FaxFacts]
) -> EmailMessage:
    """Write that the order was cancelled, and who of *faxes* had it all the same."""
    arrived = [fax.number for fax in faxes if fax.state is FaxState.SENT]
    partly = [
        fax for fax in faxes if fax.state is not FaxState.SENT and fax.pages_confirmed
    ]
    entries = [
        say(
            KIND,
            "partly-line",
            number=fax.number,
            confirmed=plural(fax.pages_confirmed, "page"),
            pages=campaign.pages,
        )
        for fax in partly
    ]
    was_repeat = all(
        fax.outcome and fax.outcome.ending is Ending.REPEAT for fax in faxes
    )
    opening = "opening-part" if arrived or partly else "opening-whole"
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening-repeat" if was_repeat else opening),
            say(KIND, "sent", numbers=listed_numbers(arrived)) if arrived else "",
            say(KIND, "partly", entries=bullets(entries)) if partly else "",
            order_lines(KIND, campaign),
        ],
    )
