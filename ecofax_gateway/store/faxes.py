"""
Faxes at rest: looking at them, and letting those that are due into the queue.

I/O: the database, through the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Update, case, func, null, select, update

from ..domain.fax import FaxState, Phase
from ..domain.outcome import Ending
from ..domain.priority import OPERATOR
from .tables import attempt, campaign, fax, line

PROMOTE_LIMIT = 5000
"""Faxes promoted in one transaction: some 35 ms, which everybody else waits."""

BEFORE_CALL = (FaxState.WAITING, FaxState.SCHEDULED, FaxState.QUEUED)
"""Its turn is still to come."""

LIST_LIMIT = 1000
"""Faxes a listing gives at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fax:
    """One number of one campaign, as it stands."""

    id: int
    ref: str
    campaign: str
    position: int
    line: str
    trunk: str
    number: str
    state: FaxState
    phase: Phase | None
    "Set while dialing."

    due_at: datetime | None
    attempt: int
    "Claims so far."

    pages_confirmed: int
    "Over all attempts."

    cancel_requested: bool
    ending: Ending | None
    "Of the last attempt, or why it came to its end."

    detail: str
    updated_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of one fax."""

    n: int
    node: str
    epoch: int
    trunk: str
    "That it left by; empty: it was made before this was kept."

    phase: Phase
    "How far it came."

    first_page: int
    pages_confirmed: int
    "In this call."

    claimed_at: datetime
    "When it got its channel; the time in the tag lines of its pages."

    started_at: datetime | None
    "When the INVITE was allowed to leave; None: it never was."

    answered_at: datetime | None
    ended_at: datetime | None
    ending: Ending | None
    detail: str
    remote_id: str | None
    bit_rate: int | None
    ecm: bool | None
    vertical_dpi: int | None
    duration_s: float
    pages_sha256: str | None
    "Of its own pages, where several faxes went in the call."

    rode_with: str | None
    "The fax whose call it was, if another one's."

    journal: dict[str, Any] | None
    "As `domain.journal.Journal.from_json` reads it; None before the end."


SELECT = select(
    *(fax.c[name] for name in Fax.__dataclass_fields__ if name != "campaign"),
    campaign.c.ref.label("campaign"),
).join(campaign, campaign.c.id == fax.c.campaign_id)
"""What a `Fax` is made of."""

_ATTEMPT = [attempt.c[name] for name in Attempt.__dataclass_fields__]


def get(conn: Connection, ref: str) -> Fax | None:
    """One fax, or None."""
    row = conn.execute(SELECT.where(fax.c.ref == ref)).mappings().one_or_none()
    return None if row is None else Fax(**row)


def was_called(conn: Connection, campaign_ref: str) -> bool:
    """
    Whether a call for any fax of a campaign was ever begun.

    If none was, none begins before the commit: who asks may send it another way.
    """
    order = select(campaign.c.id).where(campaign.c.ref == campaign_ref)
    campaign_id = conn.execute(order.with_for_update(key_share=True)).scalar()
    waiting = select(fax.c.id).where(
        fax.c.campaign_id == campaign_id, fax.c.state.in_(BEFORE_CALL)
    )
    held = waiting.with_for_update().subquery()
    conn.execute(select(func.count()).select_from(held))
    called = (
        select(fax.c.id)
        .where(fax.c.campaign_id == campaign_id, fax.c.attempt > 0)
        .limit(1)
    )
    return conn.execute(called).scalar() is not None


def listing(
    conn: Connection,
    *,
    campaign_ref: str | None = None,
    state: FaxState | None = None,
    after: int = 0,
    limit: int = LIST_LIMIT,
) -> list[Fax]:
    """
    Faxes in the order they were made.

    Args:
        campaign_ref: Only of that campaign.

        state: Only in that state.

        after: Only with a larger id: the next page.

        limit: At most `LIST_LIMIT`.
    """
    query = SELECT.where(fax.c.id > after).order_by(fax.c.id)
    if campaign_ref is not None:
        query = query.where(campaign.c.ref == campaign_ref)
    if state is not None:
        query = query.where(fax.c.state == state)
    rows = conn.execute(query.limit(min(limit, LIST_LIMIT))).mappings()
    return [Fax(**row) for row in rows]


def attempts(conn: Connection, ref: str) -> list[Attempt]:
    """Every call of one fax, first to last."""
    query = select(*_ATTEMPT).join(fax, fax.c.id == attempt.c.fax_id)
    rows = conn.execute(query.where(fax.c.ref == ref).order_by(attempt.c.n))
    return [Attempt(**row) for row in rows.mappings()]


def counts(conn: Connection) -> dict[FaxState, int]:
    """How many faxes are in which state; only states that occur."""
    query = select(fax.c.state, func.count().label("n")).group_by(fax.c.state)
    return {row.state: row.n for row in conn.execute(query)}


def expedite(conn: Connection, ref: str, *, now: datetime) -> int:
    """
    Let what is not sent yet of an order, or one fax, go before all that waits.

    Windows, pauses and caps hold for it too, and what is due later stays due then.

    Args:
        ref: Of a fax or of an order.

    Returns:
        How many faxes; 0: nothing of it waits, or there is no such.
    """
    chosen = select(fax.c.id).join(campaign, campaign.c.id == fax.c.campaign_id)
    chosen = chosen.where((fax.c.ref == ref) | (campaign.c.ref == ref))
    raised = (
        update(fax)
        .where(fax.c.id.in_(chosen), fax.c.state.in_(BEFORE_CALL))
        .values(priority=OPERATOR, updated_at=now)
    )
    return conn.execute(raised).rowcount


def promote_due(conn: Connection, *, now: datetime, limit: int = PROMOTE_LIMIT) -> int:
    """
    Let scheduled faxes whose time has come into the queue.

    Returns:
        How many; as many as *limit* means that there may be more.
    """
    due = (
        select(fax.c.id)
        .where(fax.c.state == FaxState.SCHEDULED, fax.c.due_at <= now)
        .order_by(fax.c.due_at, fax.c.id)
        .limit(limit)
    )
    chosen = update(fax).where(fax.c.id.in_(due), fax.c.state == FaxState.SCHEDULED)
    return conn.execute(join_queue(chosen, now)).rowcount


def next_due(conn: Connection) -> datetime | None:
    """When the next scheduled fax is due, or None if there is none."""
    query = select(func.min(fax.c.due_at)).where(fax.c.state == FaxState.SCHEDULED)
    return conn.execute(query).scalar()


def join_queue(chosen: Update, now: datetime) -> Update:
    """
    Complete an update that chooses faxes: they join the queue of their line.

    Start-time fair queueing: a fax's rank is its line's virtual time when it comes
    plus its place in its campaign, so that campaigns of one line take turns, and one
    that was planned long ago does not overtake all. A retry keeps the rank it had.
    A gated campaign takes its turn by its own clock; there the rank is the order
    within it.
    """
    gated = select(case((campaign.c.gated, campaign.c.id), else_=0))
    gate = gated.where(campaign.c.id == fax.c.campaign_id).scalar_subquery()
    vtime = select(line.c.vtime).where(line.c.number == fax.c.line).scalar_subquery()
    rank = case(
        (fax.c.attempt == 0, func.coalesce(vtime, 0.0) + fax.c.position),
        else_=fax.c.vrank,
    )
    return chosen.values(
        state=FaxState.QUEUED, gate=gate, vrank=rank, due_at=null(), updated_at=now
    )
