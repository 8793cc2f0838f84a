"""
The good end: every page was confirmed.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from .envelope import Letterhead
from .facts import CampaignFacts, FaxFacts
from .letter import order_lines, write_letter
from .wording import bit_rate, duration, local_time, plural, say

KIND = "sent"


def sent(
    letterhead: Letterhead, campaign: CampaignFacts, fax: FaxFacts
) -> EmailMessage:
    """Write that *fax* has arrived, with what the far end's machine told."""
    outcome = fax.outcome
    lines = [say(KIND, "fax", number=fax.number)]
    if outcome and outcome.remote_id and outcome.remote_id.strip():
        lines.append(say(KIND, "id", remote_id=" ".join(outcome.remote_id.split())))
    if fax.ended_at:
        lines.append(say(KIND, "time", time=local_time(fax.ended_at, campaign.zone)))
    if outcome and outcome.duration_s:
        lines.append(say(KIND, "duration", duration=duration(outcome.duration_s)))
    if outcome and outcome.bit_rate:
        lines.append(say(KIND, "speed", speed=bit_rate(outcome.bit_rate)))
    lines.append(say(KIND, "attempts", attempts=fax.attempts))
    without_correction = outcome is not None and outcome.ecm is False
    return write_letter(
        letterhead,
        KIND,
        campaign,
        [
            say(
                KIND,
                "opening",
                pages=plural(fax.pages_confirmed, "page"),
            ),
            "\n".join(lines),
            say(KIND, "no-correction") if without_correction else "",
            order_lines(KIND, campaign),
        ],
    )
