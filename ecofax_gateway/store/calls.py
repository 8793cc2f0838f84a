"""
Calls under way: intent, progress, outcome.

I/O: the database, through the caller's transaction.

Every function is guarded by node, epoch and attempt: what an old life of a node, or
an old attempt, still has to say about a fax changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

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
from ..domain.trunk_health import NEUTRAL
from . import call_statements as statements
from .claims import SLOT_GRACE, ClaimedFax
from .tables import fax


def intend(
    conn: Connection,
    claimed: ClaimedFax,
    *,
    pages_sha256: str,
    rides_with: str | None = None,
    now: datetime,
) -> bool:
    """
    Write down that the INVITE is about to leave. It leaves only after the commit.

    If the commit itself fails, nobody knows whether this is written: do not dial,
    and `finish` the attempt as a local fault when the store is back.

    Args:
        pages_sha256: Of its pages that the call will send.

        rides_with: Reference of the fax whose call it is, if that is another one.

    Returns:
        False: do not dial; the fax was cancelled or is somebody else's.
    """
    mine = {**_key(claimed), "moment": now}
    if not statements.INTEND.run(conn, **mine):
        return False
    statements.INTEND_ATTEMPT.run(
        conn, **mine, sha256=pages_sha256, with_ref=rides_with
    )
    return True


def may_intend(conn: Connection, claimed: ClaimedFax) -> bool:
    """Whether `intend` will be done, until the transaction ends: several go together."""
    return bool(statements.MAY_INTEND.run(conn, **_key(claimed)))


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
    mine = {**_key(claimed), "moment": now}
    rows = statements.PROGRESS.run(
        conn,
        **mine,
        to_phase=phase,
        to_rank=statements.rank(phase),
        in_all=claimed.pages_confirmed + pages_confirmed,
    )
    if not rows:
        return False
    reached: Phase = rows[0].phase
    statements.PROGRESS_ATTEMPT.run(
        conn,
        **mine,
        to_phase=reached,
        is_answered=statements.rank(reached) >= statements.rank(Phase.ANSWERED),
        in_call=rows[0].pages_confirmed - claimed.pages_confirmed,
    )
    return True


def history(conn: Connection, claimed: ClaimedFax, outcome: Outcome) -> History | None:
    """
    What `retry.decide` needs to know; *outcome* is of the attempt that just ended.

    Call it before `finish`, in the same transaction. Only calls whose intent was
    written count, and of these not the ones that our own side spoiled.

    Returns:
        None: it has no attempt, not even this one. It was cancelled as soon as it was
        claimed, and `finish` will write nothing.
    """
    first_at: datetime | None = None
    dials = with_carrier = not_a_fax = 0
    failed_trunks: list[str] = []
    for row in statements.HISTORY.run(conn, of_id=claimed.id):
        first_at = first_at or row.started_at or row.claimed_at
        is_this = row.n == claimed.attempt
        ending = outcome.ending if is_this else row.ending
        if ending is Ending.TRUNK_FAULT:
            failed_trunks.append(row.trunk)
        elif ending not in NEUTRAL:
            failed_trunks.clear()
        if row.started_at is None or ending is None or ending in UNCOUNTED:
            continue
        dials += 1
        with_carrier += outcome.fax_met if is_this else row.fax_met
        not_a_fax += ending is Ending.NOT_A_FAX
    if first_at is None:
        return None
    return History(
        first_at=first_at,
        dials=dials,
        with_carrier=with_carrier,
        not_a_fax=not_a_fax,
        failed_trunks=tuple(failed_trunks),
    )


def finish(
    conn: Connection,
    claimed: ClaimedFax,
    outcome: Outcome,
    decision: Decision,
    *,
    keeps_channel: bool = True,
    now: datetime,
) -> FaxState | None:
    """
    Write an attempt's outcome and what follows, in one transaction.

    A call that comes back after its fax was declared unknown is heard if it is the
    same attempt, and tells what arrived; it is not called again even then, because
    the requester has been told and may have acted.

    Args:
        keeps_channel: If it is unknown, so does its call, which may still stand. Of
            several faxes in a call one keeps it, and is finished last.

    Returns:
        The new state, or None: the fax is not ours any more, nothing was written.
    """
    mine = _key(claimed)
    rows = statements.LAST_LOOK.run(conn, **mine)
    if not rows:
        return None
    [row] = rows
    is_late = row.state is FaxState.UNKNOWN
    may_call = not is_late and not row.cancel_requested
    state = _next_state(decision, may_call=may_call, late=is_late)
    in_all = max(row.pages_confirmed, claimed.pages_confirmed + outcome.pages_confirmed)
    # One that was free meanwhile may be another call's by now.
    keeps = state is FaxState.UNKNOWN and keeps_channel and row.busy
    statements.FINISH.run(
        conn,
        **mine,
        moment=now,
        new_state=state,
        keeps_slot=keeps,
        slot=now + SLOT_GRACE if keeps else None,
        due=decision.at if isinstance(decision, CallAgain) else None,
        by_trunk=decision.trunk if isinstance(decision, CallAgain) else None,
        tries=not (isinstance(decision, CallAgain) and decision.is_same_try),
        in_all=in_all,
        how=outcome.ending,
        why=outcome.detail,
        final_at=now if state in FINAL else None,
    )
    statements.FINISH_ATTEMPT.run(
        conn,
        **mine,
        moment=now,
        in_call=in_all - claimed.pages_confirmed,
        how=outcome.ending,
        why=outcome.detail,
        csi=outcome.remote_id,
        speed=outcome.bit_rate,
        corrected=outcome.ecm,
        dpi=outcome.vertical_dpi,
        met=outcome.fax_met,
        seconds=outcome.duration_s,
        ladder=None if outcome.journal is None else outcome.journal.as_json(),
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


def cancelled(conn: Connection, ids: Sequence[int]) -> set[int]:
    """Which of these faxes somebody does not want sent any more."""
    return {each for each in ids if statements.IS_CANCELLED.run(conn, of_id=each)}


def _next_state(decision: Decision, *, may_call: bool, late: bool) -> FaxState:
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


def _key(claimed: ClaimedFax) -> dict[str, Any]:
    return {
        "of_id": claimed.id,
        "of_node": claimed.node,
        "of_epoch": claimed.epoch,
        "of_attempt": claimed.attempt,
    }
