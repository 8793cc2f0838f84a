"""
The bad end: given up, and why.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from .envelope import Letterhead
from .explain import explain, raw_code
from .facts import CampaignFacts, FaxFacts
from .letter import order_lines, write_letter
from .wording import plural, say

KIND = "failed"


def failed(
    letterhead: Letterhead, campaign: CampaignFacts, fax: FaxFacts
) -> EmailMessage:
    """
    Write that *fax* was given up.

    Raises:
        ValueError: If it has no outcome: then nothing has failed. A bug of ours.
    """
    if fax.outcome is None:
        raise ValueError("a failure without an outcome")
    explanation = explain(fax.outcome.ending)
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening", number=fax.number),
            say(KIND, "why", what=explanation.what, todo=explanation.todo),
            _arrived(campaign, fax),
            say(KIND, "attempts", attempts=f"{fax.attempts} fois")
            if fax.attempts
            else say(KIND, "not-called"),
            order_lines(KIND, campaign),
            say(KIND, "code", code=raw_code(fax.outcome)),
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
    return say(KIND, "nothing-arrived") if fax.attempts else ""
