"""
What calls to a number have taught: the mode that worked, or that there is no such number.

I/O: the database, through the caller's transaction.

It expires: numbers are given to others, machines are replaced.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, delete, null, select, update

from ..domain.fax import FaxState
from ..domain.mode import CallMode, mode_after
from ..domain.outcome import Ending, Outcome
from .call_statements import HISTORY
from .claims import ClaimedFax
from .shared import Shared
from .tables import campaign, fax, number_memory
from .types import PlainText, UtcTime, Word

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


_REMEMBER = Shared(
    """
    INSERT INTO number_memory (number, ending, detail, mode, bit_rate, since,
        updated_at, expires_at)
    SELECT of_number, how, why, by_mode, speed, moment, moment, until
    FROM given WHERE TRUE
    ON CONFLICT (number) DO UPDATE SET ending = excluded.ending,
        detail = excluded.detail, mode = excluded.mode, bit_rate = excluded.bit_rate,
        updated_at = excluded.updated_at, expires_at = excluded.expires_at,
        since = CASE WHEN number_memory.ending <> excluded.ending
            OR number_memory.expires_at <= excluded.updated_at
            THEN excluded.since ELSE number_memory.since END
    RETURNING number AS of_number
    """,
    given={
        "of_number": PlainText(),
        "how": Word(Ending),
        "why": PlainText(),
        "by_mode": PlainText(),
        "speed": Integer(),
        "moment": UtcTime(),
        "until": UtcTime(),
    },
    key=["of_number"],
)
"""What had expired is no older knowledge than none: `since` begins anew."""

_RECALL = Shared(
    """
    SELECT given.of_number, number_memory.* FROM given
    JOIN number_memory ON number_memory.number = given.of_number
    WHERE number_memory.expires_at > given.moment
    """,
    given={"of_number": PlainText(), "moment": UtcTime()},
    key=["of_number"],
    returns={
        "ending": Word(Ending),
        "since": UtcTime(),
        "updated_at": UtcTime(),
        "expires_at": UtcTime(),
    },
)


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
        "how": outcome.ending,
        "why": outcome.detail,
        "by_mode": mode.name if is_fax else None,
        "speed": outcome.bit_rate if is_fax else None,
        "moment": now,
        "until": now + KEEP,
    }
    _REMEMBER.run(conn, of_number=number, **learned)
    return True


def recall(conn: Connection, number: str, *, now: datetime) -> Memory | None:
    """What is known of a number, or None."""
    rows = _RECALL.run(conn, of_number=number, moment=now)
    if not rows:
        return None
    found = dict(rows[0]._mapping)
    return Memory(**{name: found[name] for name in Memory.__dataclass_fields__})


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
    earlier = [
        (row.ending, row.fax_met)
        for row in HISTORY.run(conn, of_id=claimed.id)
        if row.n < claimed.attempt and row.ending is not None
    ]
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
