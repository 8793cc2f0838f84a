"""
The bad end: given up, and why.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage

from ..domain.outcome import Ending
from .blocks import Block
from .envelope import Letterhead
from .explain import actor_words, explain, raw_code
from .facts import CampaignFacts, FaxFacts
from .letter import order_facts, write_letter
from .wording import Words

KIND = "failed"

_NOT_AGAIN = frozenset({Ending.NUMBER_UNKNOWN, Ending.DO_NOT_FAX, Ending.REPEAT})
"""To send the same once more is no advice."""


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
    outcome = fax.outcome

    def write(words: Words) -> Iterator[Block | None]:
        explanation = explain(outcome.ending, words.tongue)
        yield words.prose(KIND, "opening", number=fax.number)
        yield words.prose(KIND, "why", what=explanation.what, todo=explanation.todo)
        yield _arrived(words, campaign, fax)
        times = words.counted(fax.attempts, "time")
        yield (
            words.prose(KIND, "attempts", attempts=times)
            if fax.attempts
            else words.prose(KIND, "not-called")
        )
        if letterhead.reply_to and outcome.ending not in _NOT_AGAIN:
            yield words.prose(KIND, "answer")
        yield order_facts(words, KIND, campaign)
        yield words.facts(
            KIND,
            "code",
            who=actor_words(explanation.who, words.tongue),
            code=raw_code(outcome),
        )

    return write_letter(letterhead, KIND, campaign, write, faxes=[fax])


def _arrived(words: Words, campaign: CampaignFacts, fax: FaxFacts) -> Block | None:
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
    return words.prose(KIND, "nothing-arrived") if fax.attempts else None
