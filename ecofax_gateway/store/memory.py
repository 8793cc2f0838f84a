"""
What calls to a number have taught: the mode that worked, or that there is no such number.

I/O: the database, through the caller's transaction.

It expires: numbers are given to others, machines are replaced.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, null, select, update

from ..domain.fax import FaxState
from ..domain.mode import CallMode, mode_after
from ..domain.outcome import Ending, Outcome
from .claims import ClaimedFax
from .insertion import insert_into
from .tables import attempt, campaign, fax, number_memory

KEEP = timedelta(days=30)
"""design.md section 5: what worked is remembered so long after it last did."""

TAUGHT_BY = frozenset({Ending.DELIVERED, Ending.NUMBER_UNKNOWN})
"""Endings that say something about the number, not about this call."""

FINAL_FOR_ALL = frozenset({Ending.NUMBER_UNKNOWN})
"""Whoever's fax it was that ended so: nobody's will arrive there. A machine that
refuses one caller (rejected) may take another's."""

LIST_LIMIT = 1000
"""Numbers that a listing gives at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of one number."""

    number: str
    "E.164."

    ending: Ending
    "DELIVERED: it is a fax machine; NUMBER_UNKNOWN: there is none."

    detail: str
    mode: str | None
    "Name of the `CallMode` that worked last; None: none did."

    bit_rate: int | None
    since: datetime
    "When it was first learned."

    updated_at: datetime
    "When it was seen last."

    expires_at: datetime


_COLUMNS = [number_memory.c[name] for name in Memory.__dataclass_fields__]


def remember(
    conn: Connection, number: str, outcome: Outcome, mode: CallMode, *, now: datetime
) -> bool:
    """
    Learn from an outcome; False if there is nothing to learn from it.

    Args:
        mode: That the call was placed in.
    """
    if outcome.ending not in TAUGHT_BY:
        return False
    is_fax = outcome.ending is Ending.DELIVERED
    learned = {
        "ending": outcome.ending,
        "detail": outcome.detail,
        "mode": mode.name if is_fax else None,
        "bit_rate": outcome.bit_rate if is_fax else None,
        "updated_at": now,
        "expires_at": now + KEEP,
    }
    new = insert_into(conn, number_memory).values(number=number, since=now, **learned)
    is_news = number_memory.c.ending != new.excluded.ending
    # What had expired is no older knowledge than none.
    has_expired = number_memory.c.expires_at <= now
    since = case((is_news | has_expired, now), else_=number_memory.c.since)
    conn.execute(
        new.on_conflict_do_update(
            index_elements=[number_memory.c.number], set_={**learned, "since": since}
        )
    )
    return True


def recall(conn: Connection, number: str, *, now: datetime) -> Memory | None:
    """What is known of a number, or None."""
    query = select(*_COLUMNS).where(
        number_memory.c.number == number, number_memory.c.expires_at > now
    )
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else Memory(**row)


def listing(
    conn: Connection,
    *,
    ending: Ending | None = None,
    after: str = "",
    limit: int = LIST_LIMIT,
    now: datetime,
) -> list[Memory]:
    """
    What is known, by number.

    Args:
        ending: Only what was learned by that.

        after: Only larger numbers: the next page.

        limit: At most `LIST_LIMIT`.
    """
    query = select(*_COLUMNS).where(
        number_memory.c.number > after, number_memory.c.expires_at > now
    )
    if ending is not None:
        query = query.where(number_memory.c.ending == ending)
    query = query.order_by(number_memory.c.number).limit(min(limit, LIST_LIMIT))
    return [Memory(**row) for row in conn.execute(query).mappings()]


def forget(conn: Connection, number: str) -> bool:
    """Forget a number; False if nothing was known of it."""
    forgotten = delete(number_memory).where(number_memory.c.number == number)
    return conn.execute(forgotten).rowcount == 1


def forget_expired(conn: Connection, *, now: datetime, batch: int) -> int:
    """Forget what has expired, at most *batch* of it; how many."""
    expired = select(number_memory.c.number).where(number_memory.c.expires_at <= now)
    gone = delete(number_memory).where(number_memory.c.number.in_(expired.limit(batch)))
    return conn.execute(gone).rowcount


def mode_of(conn: Connection, claimed: ClaimedFax, *, now: datetime) -> CallMode:
    """The mode for a claimed fax's call: what worked with the number, less what failed."""
    query = select(attempt.c.ending, attempt.c.fax_met).where(
        attempt.c.fax_id == claimed.id,
        attempt.c.n < claimed.attempt,
        attempt.c.ending.is_not(None),
    )
    earlier = [(row.ending, row.fax_met) for row in conn.execute(query)]
    known = recall(conn, claimed.number, now=now)
    return mode_after(earlier, known=known.mode if known else None)


def fail_waiting(
    conn: Connection, number: str, outcome: Outcome, *, now: datetime
) -> list[str]:
    """
    Fail the other faxes that are to be called to a number that failed for good.

    Their cause is the same, and so is their report; `finish_if_all_final` comes next
    for each campaign.

    Returns:
        References of the campaigns that they belong to; none, if the outcome says
        nothing about the number.
    """
    if outcome.ending not in FINAL_FOR_ALL:
        return []
    failed = conn.execute(
        update(fax)
        .where(
            fax.c.number == number,
            fax.c.state.in_([FaxState.QUEUED, FaxState.SCHEDULED]),
        )
        .values(
            state=FaxState.FAILED,
            due_at=null(),
            ending=outcome.ending,
            detail=outcome.detail,
            updated_at=now,
            finished_at=now,
        )
        .returning(fax.c.campaign_id)
    )
    ids = set(failed.scalars())
    if not ids:
        return []
    refs = select(campaign.c.ref).where(campaign.c.id.in_(ids))
    return list(conn.execute(refs.order_by(campaign.c.id)).scalars())
