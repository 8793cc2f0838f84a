"""
What a call that carries several faxes did for each of them.

Pure: no I/O, no clock, no randomness.

The pages of all faxes go out in one go, fax after fax, so the count of confirmed pages
says which fax has arrived, which one was under way when the call broke, and which ones
were not begun. What happened before the two machines met concerns the number, and so
all of them alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .outcome import Ending, Outcome


@dataclass(frozen=True, slots=True)
class Share:
    """One fax in a call."""

    pages: int
    "That this call is to send of it, at least 1."

    cancelled: bool = False
    "Somebody does not want it sent any more."


def confirmed(pages_confirmed: int, pages: Sequence[int]) -> list[int]:
    """How many pages of each fax are confirmed, of so many in the call."""
    found = []
    for of_one in pages:
        here = min(of_one, pages_confirmed)
        pages_confirmed -= here
        found.append(here)
    return found


def turn(pages_confirmed: int, pages: Sequence[int]) -> int | None:
    """Whose pages go out next, from 0; None: all are confirmed."""
    counts = confirmed(pages_confirmed, pages)
    for place, (done, of_one) in enumerate(zip(counts, pages, strict=True)):
        if done < of_one:
            return place
    return None


def outcomes(outcome: Outcome, shares: Sequence[Share]) -> list[Outcome]:
    """
    Say how the call ended for each of its faxes.

    A fax whose every page was confirmed is delivered, whatever came after it. The one
    that was under way ends as the call did. Of those that were not begun:

    * if no fax machine was met, each was tried as much as the first;
    * if our own process lost the call, nobody knows whether they were begun: the last
      pages that were confirmed may not have been heard of;
    * else they were not reached, which is no fault of the number's.

    Where the call was hung up because some were cancelled, the others were not reached
    either. The time on the line is split by pages.
    """
    pages = [share.pages for share in shares]
    counts = confirmed(outcome.pages_confirmed, pages)
    broken = turn(outcome.pages_confirmed, pages)
    found = []
    for place, (share, count) in enumerate(zip(shares, counts, strict=True)):
        ending, detail = outcome.ending, outcome.detail
        if count == share.pages:
            ending = Ending.DELIVERED
            detail = detail if outcome.ending is Ending.DELIVERED else ""
        elif _was_not_reached(outcome, shares, place, broken):
            ending, detail = Ending.NOT_REACHED, f"the call ended: {outcome.ending}"
        found.append(
            replace(
                outcome,
                ending=ending,
                detail=detail,
                pages_confirmed=count,
                duration_s=_time_of(outcome, count, is_broken=place == broken),
            )
        )
    return found


def _was_not_reached(
    outcome: Outcome, shares: Sequence[Share], place: int, broken: int | None
) -> bool:
    if outcome.ending is Ending.CANCELLED and any(each.cancelled for each in shares):
        return not shares[place].cancelled
    if outcome.ending is Ending.BROKEN_OFF or not outcome.fax_met:
        return False
    return place != broken


def _time_of(outcome: Outcome, count: int, *, is_broken: bool) -> float:
    if outcome.pages_confirmed:
        return outcome.duration_s * count / outcome.pages_confirmed
    return outcome.duration_s if is_broken else 0.0
