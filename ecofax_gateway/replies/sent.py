"""
The good end: every page was confirmed.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage

from .blocks import Block, Facts
from .envelope import Letterhead
from .facts import CampaignFacts, FaxFacts
from .letter import order_facts, write_letter
from .wording import Words, bit_rate, duration

KIND = "sent"


def sent(
    letterhead: Letterhead,
    campaign: CampaignFacts,
    fax: FaxFacts,
    *,
    has_proof: bool = False,
) -> EmailMessage:
    """
    Write that *fax* has arrived, with what the far end's machine told.

    Args:
        letterhead: Who writes to whom.

        campaign: The order.

        fax: Its one number.

        has_proof: The pages as they were sent are attached.
    """
    without_correction = fax.outcome is not None and fax.outcome.ecm is False

    def write(words: Words) -> Iterator[Block]:
        pages = words.counted(fax.pages_confirmed, "page")
        yield words.prose(KIND, "opening", pages=pages)
        rows = tuple(_rows(words, campaign, fax))
        yield Facts(rows, words.colon)
        if without_correction:
            yield words.prose(KIND, "no-correction")
        if has_proof:
            yield words.prose(KIND, "proof")
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write, faxes=[fax])


def _rows(
    words: Words, campaign: CampaignFacts, fax: FaxFacts
) -> Iterator[tuple[str, str]]:
    outcome = fax.outcome
    values: dict[str, object] = {"fax": fax.number}
    if outcome and outcome.remote_id and outcome.remote_id.strip():
        values["id"] = " ".join(outcome.remote_id.split())
    if fax.ended_at:
        values["time"] = words.local_time(fax.ended_at, campaign.zone)
    if outcome and outcome.duration_s:
        values["duration"] = duration(outcome.duration_s)
    if outcome and outcome.bit_rate:
        values["speed"] = bit_rate(outcome.bit_rate)
    values["attempts"] = fax.attempts
    for section, value in values.items():
        yield from words.facts(KIND, section, value=value).rows
