"""
The result of an order for programs: the attachment resultat.json.

Pure: no I/O, no clock, no randomness.

The keys and the words of `status`, `state` and `ending` stay as they are; new keys may
come. An order is never read from it: what a reply quotes or attaches is ours.
"""

from collections.abc import Sequence
from typing import Any

from .facts import CampaignFacts, FaxFacts

VERSION = 1

MAX_FAXES = 2_000
"""As many numbers as one mail may ask for; a longer list is in the CSV file."""


def result_of(
    kind: str, campaign: CampaignFacts, faxes: Sequence[FaxFacts]
) -> dict[str, Any]:
    """
    Say what became of an order, as plain values.

    Args:
        kind: Of the reply.

        campaign: The order.

        faxes: Its numbers; the first `MAX_FAXES` are told one by one.
    """
    return {
        "version": VERSION,
        "status": kind,
        "reference": campaign.reference,
        "line": campaign.line.e164,
        "documents": list(campaign.documents),
        "pages": campaign.pages,
        "quality": campaign.quality.value,
        "faxes": [_fax(fax) for fax in faxes[:MAX_FAXES]],
        "faxes_left_out": max(len(faxes) - MAX_FAXES, 0),
    }


def _fax(fax: FaxFacts) -> dict[str, Any]:
    outcome = fax.outcome
    return {
        "number": fax.number.e164,
        "state": fax.state.value,
        "pages_confirmed": fax.pages_confirmed,
        "calls": fax.attempts,
        "ended_at": fax.ended_at and fax.ended_at.isoformat(),
        "ending": outcome and outcome.ending.value,
        "detail": outcome and outcome.detail,
        "remote_id": outcome and outcome.remote_id,
        "bit_rate": outcome and outcome.bit_rate,
        "duration_s": outcome and round(outcome.duration_s, 1),
    }
