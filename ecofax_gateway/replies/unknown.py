"""
The open end: our own process died in the call.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from .envelope import Letterhead
from .facts import CampaignFacts, FaxFacts
from .letter import order_lines, write_letter
from .wording import plural, say

KIND = "unknown"


def unknown(
    letterhead: Letterhead, campaign: CampaignFacts, fax: FaxFacts
) -> EmailMessage:
    """Write which pages of *fax* are known to have arrived; nothing is redialled."""
    is_whole = fax.pages_confirmed >= campaign.pages
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening", number=fax.number),
            _arrived(campaign, fax),
            say(KIND, "todo-all" if is_whole else "todo"),
            order_lines(KIND, campaign),
        ],
    )


def _arrived(campaign: CampaignFacts, fax: FaxFacts) -> str:
    if fax.pages_confirmed >= campaign.pages:
        return say(KIND, "all-confirmed", pages=campaign.pages)
    if fax.pages_confirmed:
        return say(
            KIND,
            "partly",
            confirmed=plural(fax.pages_confirmed, "page"),
            pages=campaign.pages,
            next_page=fax.pages_confirmed + 1,
        )
    if campaign.pages == 1:
        return say(KIND, "single-unconfirmed")
    return say(KIND, "nothing-confirmed", pages=plural(campaign.pages, "page"))
