"""
The acknowledgement: what was understood and what happens now.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage

from ..domain.campaign import Relation
from ..domain.number import FaxNumber
from ..domain.order import BadNumber
from .blocks import Block
from .envelope import Letterhead
from .facts import CampaignFacts
from .letter import write_letter
from .wording import Words, duration

KIND = "accepted"

_OPENINGS = {
    None: "opening",
    Relation.RESEND: "resent",
    Relation.REPLACEMENT: "replaced",
}
"""By what the order is to an earlier one."""


def accepted(
    letterhead: Letterhead,
    campaign: CampaignFacts,
    *,
    numbers: Sequence[FaxNumber],
    count: int | None = None,
    due_at: datetime | None = None,
    call_seconds: float | None = None,
    ignored: Sequence[str] = (),
    warnings: Sequence[str] = (),
    bad_numbers: Sequence[BadNumber] = (),
    origin: str | None = None,
    relation: Relation | None = None,
) -> EmailMessage:
    """
    Write the acknowledgement.

    Args:
        letterhead: Who writes to whom.

        campaign: The order.

        numbers: Those that will be called, or the first twenty of them; at least one.

        count: How many there are in all; None: those given.

        due_at: Timezone-aware; None: at once.

        call_seconds: What one call takes at full speed; None: not known.

        ignored: Names of parts that are not printed.

        warnings: French sentences, on the date and on legibility; see `remarks_en`.

        bad_numbers: Entries that are not called.

        origin, relation: The order that it was made from, and what it is to it.
    """

    def write(words: Words) -> Iterator[Block]:
        opening = _OPENINGS.get(relation, "opening")
        yield words.prose(KIND, opening, origin=origin)
        yield _facts(words, campaign, due_at)
        if call_seconds is not None:
            yield words.facts(KIND, "call", length=duration(call_seconds))
        yield _recipients(words, numbers, count)
        if warnings:
            remarks = map(words.remark, warnings)
            yield words.items(remarks, title=words.say(KIND, "warnings"))
        if ignored:
            yield words.items(ignored, title=words.say(KIND, "ignored"))
        if bad_numbers:
            entries = [_bad_entry(words, entry) for entry in bad_numbers]
            yield words.items(entries, title=words.say(KIND, "bad-numbers"))
        if letterhead.reply_to:
            yield words.prose(KIND, "answer")
            yield words.items(words.say(KIND, "answers").splitlines())
        yield words.prose(KIND, "closing", reference=campaign.reference)

    return write_letter(letterhead, KIND, campaign, write)


def _facts(words: Words, campaign: CampaignFacts, due_at: datetime | None) -> Block:
    return words.facts(
        KIND,
        "facts",
        reference=campaign.reference,
        documents=", ".join(campaign.documents),
        pages=campaign.pages,
        quality=words.quality(campaign.quality),
        line=campaign.line,
        departure=words.say(KIND, "at-once")
        if due_at is None
        else words.local_time(due_at, campaign.zone, is_exact=True),
    )


def _recipients(words: Words, numbers: Sequence[FaxNumber], count: int | None) -> Block:
    if len(numbers) == 1 and count in (None, 1):
        return words.facts(KIND, "one-number", number=numbers[0])
    total = len(numbers) if count is None else count
    title = words.say(KIND, "several-numbers", count=total)
    return words.numbers(numbers, of=count, title=title)


def _bad_entry(words: Words, entry: BadNumber) -> str:
    reason = words.remark(entry.reason)
    if entry.line is None:
        return words.say(KIND, "bad-in-address", text=entry.text, reason=reason)
    return words.say(
        KIND, "bad-in-list", line=entry.line, text=entry.text, reason=reason
    )
