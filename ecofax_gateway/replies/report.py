"""
The report of a campaign: counts, then a line for each number.

Pure: no I/O, no clock, no randomness.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from ..domain.fax import FaxState
from ..domain.outcome import Ending
from .blocks import Block, Facts, Items
from .envelope import Letterhead
from .explain import explain, raw_code
from .facts import CampaignFacts, FaxFacts
from .letter import order_facts, write_letter
from .wording import Words, bit_rate, duration

KIND = "report"

MAX_LINES = 200
"""A mail is read on a telephone; every number is in the files beside it."""

_ORDER = (FaxState.FAILED, FaxState.UNKNOWN, FaxState.CANCELLED)
"""What somebody must look at comes first; what was sent comes last."""


def report(
    letterhead: Letterhead, campaign: CampaignFacts, faxes: Sequence[FaxFacts]
) -> EmailMessage:
    """Write what became of each of *faxes*."""
    counts = Counter(fax.state for fax in faxes)
    ordered = [fax for state in _ORDER for fax in faxes if fax.state is state]
    ordered += [fax for fax in faxes if fax.state not in _ORDER]

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, "opening")
        yield _counts(words, counts, len(faxes))
        yield Items(tuple(_line(words, campaign, f) for f in ordered[:MAX_LINES]))
        if len(ordered) > MAX_LINES:
            yield words.prose(KIND, "more", more=len(ordered) - MAX_LINES)
        yield words.prose(KIND, "files")
        if counts[FaxState.FAILED]:
            yield words.prose(KIND, "answer" if letterhead.reply_to else "todo")
        yield order_facts(words, KIND, campaign)

    return write_letter(letterhead, KIND, campaign, write, faxes=faxes)


def _counts(words: Words, counts: Counter[FaxState], total: int) -> Facts:
    told = words.facts(
        KIND,
        "counts",
        total=total,
        sent=counts[FaxState.SENT],
        failed=counts[FaxState.FAILED],
    )
    rows = list(told.rows)
    for state, section in (
        (FaxState.UNKNOWN, "count-unknown"),
        (FaxState.CANCELLED, "count-cancelled"),
    ):
        if counts[state]:
            rows += words.facts(KIND, section, count=counts[state]).rows
    return Facts(tuple(rows), told.colon)


def _line(words: Words, campaign: CampaignFacts, fax: FaxFacts) -> str:
    number = fax.number
    match fax.state:
        case FaxState.SENT:
            details = ", ".join(_details(words, campaign, fax))
            return words.say(KIND, "sent-line", number=number, details=details)
        case FaxState.FAILED if fax.outcome:
            return words.say(
                KIND,
                "failed-line",
                number=number,
                what=explain(fax.outcome.ending, words.tongue).what,
                code=raw_code(fax.outcome),
            )
        case FaxState.UNKNOWN:
            return words.say(
                KIND,
                "unknown-line",
                number=number,
                confirmed=words.counted(fax.pages_confirmed, "confirmed"),
                pages=campaign.pages,
            )
        case FaxState.CANCELLED if fax.outcome and fax.outcome.ending is Ending.REPEAT:
            what = explain(Ending.REPEAT, words.tongue).what
            return words.say(KIND, "repeat-line", number=number, what=what)
        case FaxState.CANCELLED:
            return words.say(KIND, "cancelled-line", number=number)
    return words.say(KIND, "open-line", number=number)


def _details(words: Words, campaign: CampaignFacts, fax: FaxFacts) -> Iterator[str]:
    """What is known of a fax that arrived: pages, time, call, far end."""
    yield words.counted(fax.pages_confirmed, "confirmed")
    if fax.ended_at:
        yield words.local_time(fax.ended_at, campaign.zone)
    if fax.attempts > 1:
        yield words.counted(fax.attempts, "call")
    outcome = fax.outcome
    if outcome and outcome.duration_s:
        yield duration(outcome.duration_s)
    if outcome and outcome.bit_rate:
        yield bit_rate(outcome.bit_rate)
    if outcome and outcome.remote_id and outcome.remote_id.strip():
        remote_id = " ".join(outcome.remote_id.split())
        yield words.say(KIND, "machine", remote_id=remote_id)
