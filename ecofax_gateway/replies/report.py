"""
The report of a campaign: counts, then a line for each number.

Pure: no I/O, no clock, no randomness.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from ..domain.fax import FaxState
from ..domain.outcome import Ending
from .envelope import Letterhead
from .explain import explain, raw_code
from .facts import CampaignFacts, FaxFacts
from .letter import order_lines, write_letter
from .wording import (
    bit_rate,
    duration,
    local_time,
    plural,
    say,
)

KIND = "report"

MAX_LINES = 2_000
"""As many numbers as one mail may ask for; 100 000 would be a mail of ten megabytes."""

_ORDER = (FaxState.FAILED, FaxState.UNKNOWN, FaxState.CANCELLED)
"""What somebody must look at comes first; what was sent comes last."""


def report(
    letterhead: Letterhead, campaign: CampaignFacts, faxes: Sequence[FaxFacts]
) -> EmailMessage:
    """Write what became of each of *faxes*."""
    counts = Counter(fax.state for fax in faxes)
    lines = [
        say(
            KIND,
            "counts",
            total=len(faxes),
            sent=counts[FaxState.SENT],
            failed=counts[FaxState.FAILED],
        )
    ]
    if counts[FaxState.UNKNOWN]:
        lines.append(say(KIND, "count-unknown", unknown=counts[FaxState.UNKNOWN]))
    if counts[FaxState.CANCELLED]:
        lines.append(say(KIND, "count-cancelled", cancelled=counts[FaxState.CANCELLED]))
    ordered = [fax for state in _ORDER for fax in faxes if fax.state is state]
    ordered += [fax for fax in faxes if fax.state not in _ORDER]
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(KIND, "opening"),
            "\n".join(lines),
            "\n".join(f"- {_line(campaign, fax)}" for fax in ordered[:MAX_LINES]),
            say(KIND, "more", more=len(ordered) - MAX_LINES)
            if len(ordered) > MAX_LINES
            else "",
            say(KIND, "todo") if counts[FaxState.FAILED] else "",
            order_lines(KIND, campaign),
        ],
    )


def _line(campaign: CampaignFacts, fax: FaxFacts) -> str:
    match fax.state:
        case FaxState.SENT:
            details = ", ".join(_details(campaign, fax))
            return say(KIND, "sent-line", number=fax.number, details=details)
        case FaxState.FAILED if fax.outcome:
            return say(
                KIND,
                "failed-line",
                number=fax.number,
                what=explain(fax.outcome.ending).what,
                code=raw_code(fax.outcome),
            )
        case FaxState.UNKNOWN:
            return say(
                KIND,
                "unknown-line",
                number=fax.number,
                confirmed=plural(fax.pages_confirmed, "page", "confirmée"),
                pages=campaign.pages,
            )
        case FaxState.CANCELLED if fax.outcome and fax.outcome.ending is Ending.REPEAT:
            what = explain(Ending.REPEAT).what
            return say(KIND, "repeat-line", number=fax.number, what=what)
        case FaxState.CANCELLED:
            return say(KIND, "cancelled-line", number=fax.number)
    return say(KIND, "open-line", number=fax.number)


def _details(campaign: CampaignFacts, fax: FaxFacts) -> Iterator[str]:
    """What is known of a fax that arrived: pages, time, call, far end."""
    yield plural(fax.pages_confirmed, "page", "confirmée")
    if fax.ended_at:
        yield local_time(fax.ended_at, campaign.zone)
    if fax.attempts > 1:
        yield plural(fax.attempts, "appel")
    outcome = fax.outcome
    if outcome and outcome.duration_s:
        yield duration(outcome.duration_s)
    if outcome and outcome.bit_rate:
        yield bit_rate(outcome.bit_rate)
    if outcome and outcome.remote_id and outcome.remote_id.strip():
        yield f"appareil « {' '.join(outcome.remote_id.split())} »"
