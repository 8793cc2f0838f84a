"""
faxes at their end -> the last reply to their order.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from .. import replies as letters
from ..domain.enclosure import Enclosure
from ..domain.fax import FaxState
from ..domain.number import FaxNumber
from ..domain.outcome import Ending
from ..replies.envelope import Letterhead
from ..replies.facts import CampaignFacts, FaxFacts
from ..store.results import FaxResult

Write = Callable[[Letterhead], EmailMessage]
"Writes a reply on its letterhead."


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """The last reply to an order."""

    kind: str
    write: Write
    enclosed: tuple[Enclosure, ...] = ()


def final_letter(
    campaign: CampaignFacts, told: Sequence[FaxFacts], *, has_proof: bool
) -> Final:
    """
    Choose the last reply to an order.

    Args:
        campaign: The order.

        told: Its faxes, all at their end.

        has_proof: Whether a confirmation carries the pages.
    """
    states = {fax.state for fax in told}
    # Repeats that nobody meant are no cancelled order, if the others went.
    stopped = [fax for fax in told if fax.state is FaxState.CANCELLED]
    is_rest = FaxState.SENT in states and all(_is_repeat(fax) for fax in stopped)
    if stopped and states <= {FaxState.CANCELLED, FaxState.SENT} and not is_rest:
        return Final(
            kind=letters.cancelled.KIND,
            write=lambda head: letters.cancelled.cancelled(head, campaign, told),
        )
    if len(told) > 1:
        return Final(
            kind=letters.report.KIND,
            write=lambda head: letters.report.report(head, campaign, told),
            enclosed=(Enclosure.PICTURE, Enclosure.REPORT),
        )
    single = told[0]
    match single.state:
        case FaxState.SENT:
            proof = (Enclosure.PROOF,) if has_proof else ()
            return Final(
                kind=letters.sent.KIND,
                write=lambda head: letters.sent.sent(
                    head, campaign, single, has_proof=has_proof
                ),
                enclosed=(Enclosure.PICTURE, *proof),
            )
        case FaxState.UNKNOWN:
            return Final(
                kind=letters.unknown.KIND,
                write=lambda head: letters.unknown.unknown(head, campaign, single),
                enclosed=(Enclosure.PICTURE,),
            )
    return Final(
        kind=letters.failed.KIND,
        write=lambda head: letters.failed.failed(head, campaign, single),
        enclosed=(Enclosure.PICTURE,),
    )


def _is_repeat(fax: FaxFacts) -> bool:
    return fax.outcome is not None and fax.outcome.ending is Ending.REPEAT


def fax_facts(result: FaxResult) -> FaxFacts:
    """What a reply tells of one fax."""
    return FaxFacts(
        number=FaxNumber(result.number),
        state=result.state,
        outcome=result.outcome,
        pages_confirmed=result.pages_confirmed,
        attempts=result.calls,
        ended_at=result.ended_at,
    )
