"""
The open end: our own process died in the call.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage

from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts, FaxFacts
from .letter import order_facts, write_letter
from .wording import Words

KIND = "unknown"


def unknown(
    letterhead: Letterhead, campaign: CampaignFacts, fax: FaxFacts
) -> EmailMessage:
    """Write which pages of *fax* are known to have arrived; nothing is redialled."""
    is_whole = fax.pages_confirmed >= campaign.pages

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, "opening", number=fax.number)
        yield _arrived(words, campaign, fax)
        yield words.prose(KIND, "todo-all" if is_whole else "todo")
        if letterhead.reply_to:
            yield words.prose(KIND, "answer")
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write, faxes=[fax])


def _arrived(words: Words, campaign: CampaignFacts, fax: FaxFacts) -> Block:
    if fax.pages_confirmed >= campaign.pages:
        return words.prose(KIND, "all-confirmed", pages=campaign.pages)
    if fax.pages_confirmed:
        return words.prose(
            KIND,
            "partly",
            confirmed=words.counted(fax.pages_confirmed, "page"),
            pages=campaign.pages,
            next_page=fax.pages_confirmed + 1,
        )
    if campaign.pages == 1:
        return words.prose(KIND, "single-unconfirmed")
    return words.prose(
        KIND, "nothing-confirmed", pages=words.counted(campaign.pages, "page")
    )
