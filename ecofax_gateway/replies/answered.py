"""
The answer to an answer: what was done to the order, or why it could not be.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage
from enum import StrEnum

from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import order_facts, write_letter
from .wording import Words

KIND = "answered"


class Done(StrEnum):
    """What an answer came to; each has its section in the template."""

    HANGING_UP = "hanging-up"
    RESUMED = "resumed"
    RELEASED = "released"
    OVER = "over"
    "Nothing is left that could be changed."

    UNDER_WAY = "under-way"
    "Too late for another date or quality: calls have begun."

    NOT_UNDERSTOOD = "not-understood"
    CONTRADICTION = "contradiction"
    NOTHING_FAILED = "nothing-failed"
    NOTHING_HELD = "nothing-held"
    NOT_PAUSED = "not-paused"
    ERASED = "erased"
    REFUSED = "refused"
    "Something else stands against it: a sentence in French says what."


_HELPED = frozenset({Done.NOT_UNDERSTOOD, Done.CONTRADICTION})
"""Where what can be written is listed."""


def answered(
    letterhead: Letterhead,
    campaign: CampaignFacts,
    done: Done,
    *,
    sentences: str = "",
) -> EmailMessage:
    """
    Write what an answer came to.

    Args:
        letterhead: Who writes to whom.

        campaign: The order that was answered about.

        done: What it came to.

        sentences: French: why it could not be done.
    """

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, done.value)
        if sentences:
            yield words.in_french(sentences.splitlines(), title="")
        if done in _HELPED:
            yield words.items(words.say(KIND, "answers").splitlines())
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write)
