"""
Calls under way: intent, progress, outcome.

I/O: the database, through the caller's transaction.

Every function is guarded by node, epoch and attempt: what an old life of a node, or
an old attempt, still has to say about a fax changes nothing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from ..domain.fax import FINAL, FaxState, Phase
from ..domain.outcome import Ending, Outcome
from ..domain.retry import (
    UNCOUNTED,
    Ask,
    CallAgain,
    Decision,
    Done,
    GiveUp,
    History,
    Stop,
)
from .claims import SLOT_GRACE, ClaimedFax, is_attempt, is_owner
from .tables import attempt, fax

_ORDER = list(Phase)


def intend(
    conn: Connection, claimed: ClaimedFax, *, pages_sha256: str, now: datetime
) -> bool:
    """
    Write down that the INVITE is about to leave. It leaves only after the commit.

    If the commit itself fails, nobody knows whether this is written: do not dial,
    and `finish` the attempt as a local fault when the store is back.

    Args:
        pages_sha256: Of the pages that the call will send.

    Returns:
        False: do not dial; the fax was cancelled or is somebody else's.
    """
    intended = conn.execute(
        update(fax)
        .where(
            *is_owner(claimed),
            fax.c.phase == Phase.CLAIMED,
            fax.c.cancel_requested.is_(False),
        )
        .values(phase=Phase.INVITING, updated_at=now)
    )
    if intended.rowcount != 1:
        return False
    _update_attempt(
        conn,
        claimed,
        phase=Phase.INVITING,
        started_at=now,
        pages_sha256=pages_sha256,
    )
    return True


def progress(
    conn: Connection,
    claimed: ClaimedFax,
    phase: Phase,
    *,
    pages_confirmed: int = 0,
    now: datetime,
) -> bool:
    """
    Write down how far a call has come; neither phase nor pages ever go back.

    Args:
        pages_confirmed: In this call.

    Returns:
        False: the fax is not ours any more; hang up.
    """
    query = select(fax.c.phase, fax.c.pages_confirmed).where(
        *is_owner(claimed), fax.c.phase != Phase.CLAIMED
    )
    row = conn.execute(query.with_for_update(key_share=True)).one_or_none()
    if row is None:
        return False
    reached = max(row.phase, phase, key=_ORDER.index)
    in_all = max(row.pages_confirmed, claimed.pages_confirmed + pages_confirmed)
    conn.execute(
        update(fax)
        .where(fax.c.id == claimed.id)
        .values(phase=reached, pages_confirmed=in_all, updated_at=now)
    )
    answered = _ORDER.index(reached) >= _ORDER.index(Phase.ANSWERED)
    _update_attempt(
        conn,
        claimed,
        phase=reached,
        pages_confirmed=in_all - claimed.pages_confirmed,
        **(
            {"answered_at": func.coalesce(attempt.c.answered_at, now)}
            if answered
            else {}
        ),
    )
    return True


def history(conn: Connection, claimed: ClaimedFax, outcome: Outcome) -> History:
    """
    What `retry.decide` needs to know; *outcome* is of the attempt that just ended.

    Call it before `finish`, in the same transaction. Only calls whose intent was
    written count, and of these not the ones that our own side spoiled.
    """
    query = select(
        attempt.c.n,
        attempt.c.claimed_at,
        attempt.c.started_at,
        attempt.c.ending,
        attempt.c.fax_met,
    ).where(attempt.c.fax_id == claimed.id)
    first_at: datetime | None = None
    dials = with_carrier = not_a_fax = 0
    for row in conn.execute(query.order_by(attempt.c.n)):
        first_at = first_at or row.started_at or row.claimed_at
        is_this = row.n == claimed.attempt
        ending = outcome.ending if is_this else row.ending
        if row.started_at is None or ending is None or ending in UNCOUNTED:
            continue
        dials += 1
        with_carrier += outcome.fax_met if is_this else row.fax_met
        not_a_fax += ending is Ending.NOT_A_FAX
    assert first_at is not None, "a claimed fax has an attempt"
    return History(
        first_at=first_at,
        dials=dials,
        with_carrier=with_carrier,
        not_a_fax=not_a_fax,
    )


def finish(
    conn: Connection,
    claimed: ClaimedFax,
    outcome: Outcome,
    decision: Decision,
    *,
    now: datetime,
) -> FaxState | None:
    """
    Write an attempt's outcome and what follows, in one transaction.

    A call that comes back after its fax was declared unknown is heard if it is the
    same attempt, and tells what arrived; it is not called again even then, because
    the requester has been told and may have acted.

    Returns:
        The new state, or None: the fax is not ours any more, nothing was written.
    """
    query = select(fax.c.state, fax.c.cancel_requested, fax.c.pages_confirmed).where(
        *is_attempt(claimed),
        fax.c.state.in_([FaxState.DIALING, FaxState.UNKNOWN]),
    )
    row = conn.execute(query.with_for_update(key_share=True)).one_or_none()
    if row is None:
        return None
    is_late = row.state is FaxState.UNKNOWN
    state = _next_state(
        decision, now, may_call=not is_late and not row.cancel_requested, late=is_late
    )
    in_all = max(row.pages_confirmed, claimed.pages_confirmed + outcome.pages_confirmed)
    conn.execute(
        update(fax)
        .where(fax.c.id == claimed.id)
        .values(
            state=state,
            phase=None,
            busy=state is FaxState.UNKNOWN,
            slot_until=now + SLOT_GRACE if state is FaxState.UNKNOWN else None,
            due_at=decision.at if isinstance(decision, CallAgain) else None,
            pages_confirmed=in_all,
            ending=outcome.ending,
            detail=outcome.detail,
            updated_at=now,
            finished_at=now if state in FINAL else None,
        )
    )
    _update_attempt(
        conn,
        claimed,
        pages_confirmed=in_all - claimed.pages_confirmed,
        ended_at=now,
        ending=outcome.ending,
        detail=outcome.detail,
        remote_id=outcome.remote_id,
        bit_rate=outcome.bit_rate,
        ecm=outcome.ecm,
        vertical_dpi=outcome.vertical_dpi,
        fax_met=outcome.fax_met,
        duration_s=outcome.duration_s,
    )
    return state


def to_hang_up(conn: Connection, *, node: str, epoch: int) -> list[str]:
    """References of faxes that this node is calling and that were cancelled."""
    query = select(fax.c.ref).where(
        fax.c.busy,
        fax.c.state == FaxState.DIALING,
        fax.c.node == node,
        fax.c.epoch == epoch,
        fax.c.cancel_requested,
    )
    return list(conn.execute(query.order_by(fax.c.id)).scalars())


def _next_state(
    decision: Decision, now: datetime, *, may_call: bool, late: bool
) -> FaxState:
    match decision:
        case Done():
            return FaxState.SENT
        case GiveUp():
            return FaxState.FAILED
        case Ask():
            return FaxState.UNKNOWN
        case Stop():
            return FaxState.CANCELLED
        case CallAgain() if may_call:
            return FaxState.SCHEDULED
        case CallAgain():
            return FaxState.FAILED if late else FaxState.CANCELLED
    raise AssertionError("unreachable")


def _update_attempt(conn: Connection, claimed: ClaimedFax, **values: Any) -> None:
    conn.execute(
        update(attempt)
        .where(attempt.c.fax_id == claimed.id, attempt.c.n == claimed.attempt)
        .values(**values)
    )
