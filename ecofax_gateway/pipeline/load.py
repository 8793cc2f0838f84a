"""
The faxes of one call: one as a rule, several where a line lets them share it.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from ..domain import shares
from ..domain.fax import Phase
from ..domain.mode import LADDER, CallMode
from ..domain.outcome import Ending
from ..store import calls, memory, objections, schedules
from ..store.claims import ClaimedFax


@dataclass(slots=True)
class Load:
    """What a call carries, and how far it has come."""

    faxes: tuple[ClaimedFax, ...]
    "In the order of their pages; the first one holds the channel."

    confirmed: int = 0
    "Pages of all of them that the far end has confirmed."

    written: int = 0
    "Of these, how many the store knows of."

    unwanted: set[str] = field(default_factory=set)
    "References of those that were cancelled since the call began."

    @property
    def lead(self) -> ClaimedFax:
        """Whose reference the call has."""
        return self.faxes[0]

    @property
    def pages(self) -> list[int]:
        """How many of each are to be sent."""
        return [each.pages_to_send for each in self.faxes]

    @property
    def is_at_unwanted(self) -> bool:
        """
        Whether it is the turn of a fax that was cancelled.

        Only then is the call hung up: it cuts nobody else's page. Who comes after is
        called again.
        """
        turn = shares.turn(self.confirmed, self.pages)
        return turn is not None and self.faxes[turn].ref in self.unwanted


def write_intents(
    conn: Connection, load: Load, digests: Sequence[str], *, now: datetime
) -> dict[str, Ending | None]:
    """
    Write the intent of every fax, or of none.

    Windows and do-not-fax lists are looked at last of all: in the transaction before
    the call.

    Args:
        digests: Hash of the pages of each.

    Returns:
        What forbids a fax to be called, by its reference; None: it only has to wait.
        Nothing at all: place the call.
    """
    obstacles: dict[str, Ending | None] = {}
    for each in load.faxes:
        if schedules.is_shut(conn, each.campaign, now=now):
            # Between the claim and now it was paused or its window closed.
            obstacles[each.ref] = None
        elif objections.blocking(conn, each.number, line=each.line):
            obstacles[each.ref] = Ending.DO_NOT_FAX
        elif len(load.faxes) > 1 and not calls.may_intend(conn, each):
            obstacles[each.ref] = Ending.LOCAL_FAULT
    if obstacles:
        return obstacles
    for each, digest in zip(load.faxes, digests, strict=True):
        with_ref = None if each is load.lead else load.lead.ref
        if not calls.intend(
            conn, each, pages_sha256=digest, rides_with=with_ref, now=now
        ):
            # Only one that is alone was not locked above.
            return {each.ref: Ending.LOCAL_FAULT}
    return {}


def write_progress(
    conn: Connection, load: Load, phase: Phase, pages: int, *, now: datetime
) -> bool:
    """
    Write how far a call has come, for each fax that it says something new of.

    Args:
        pages: Confirmed in this call.

    Returns:
        False: a fax is not ours any more; hang up.
    """
    counts = shares.confirmed(pages, load.pages)
    before = shares.confirmed(load.written, load.pages)
    return all(
        calls.progress(conn, each, phase, pages_confirmed=count, now=now)
        for each, count, earlier in zip(load.faxes, counts, before, strict=True)
        if count > earlier or phase is not Phase.SENDING
    )


def shares_of(conn: Connection, load: Load) -> list[shares.Share]:
    """What the outcome of a call is split by."""
    cancelled = calls.cancelled(conn, [each.id for each in load.faxes])
    return [
        shares.Share(each.pages_to_send, each.id in cancelled) for each in load.faxes
    ]


def mode_of(conn: Connection, load: Load, *, now: datetime) -> CallMode:
    """The surest of the modes that its faxes ask for."""
    modes = [memory.mode_of(conn, each, now=now) for each in load.faxes]
    return max(modes, key=LADDER.index)
