"""
Calls under way: intent, progress, outcome.

I/O: the database, through the caller's transaction.

Every function is guarded by node, epoch and attempt: what an old life of a node, or
an old attempt, still has to say about a fax changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    false,
    func,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

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
from .claims import SLOT_GRACE, ClaimedFax
from .tables import attempt, fax
from .types import PlainText, UtcTime

_ORDER = list(Phase)


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
    mine = {**_key(claimed), "at": now}
    if conn.execute(_INTEND, mine).rowcount != 1:
        return False
    conn.execute(
        _INTEND_ATTEMPT, {**mine, "sha256": pages_sha256, "with_ref": rides_with}
    )
    return True


def may_intend(conn: Connection, claimed: ClaimedFax) -> bool:
    """Whether `intend` will be done, until the transaction ends: several go together."""
    return conn.execute(_MAY_INTEND, _key(claimed)).one_or_none() is not None


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
    mine = {**_key(claimed), "at": now}
    in_all = claimed.pages_confirmed + pages_confirmed
    row = conn.execute(_PROGRESS[phase], {**mine, "in_all": in_all}).one_or_none()
    if row is None:
        return False
    reached: Phase = row.phase
    in_call = row.pages_confirmed - claimed.pages_confirmed
    conn.execute(_PROGRESS_ATTEMPT[reached], {**mine, "in_call": in_call})
    return True


def history(conn: Connection, claimed: ClaimedFax, outcome: Outcome) -> History:
    """
    What `retry.decide` needs to know; *outcome* is of the attempt that just ended.

    Call it before `finish`, in the same transaction. Only calls whose intent was
    written count, and of these not the ones that our own side spoiled.
    """
    first_at: datetime | None = None
    dials = with_carrier = not_a_fax = 0
    failed_trunks: list[str] = []
    for row in conn.execute(_HISTORY, _key(claimed)):
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
    assert first_at is not None, "a claimed fax has an attempt"
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
    row = conn.execute(_LAST_LOOK, mine).one_or_none()
    if row is None:
        return None
    is_late = row.state is FaxState.UNKNOWN
    state = _next_state(
        decision, now, may_call=not is_late and not row.cancel_requested, late=is_late
    )
    in_all = max(row.pages_confirmed, claimed.pages_confirmed + outcome.pages_confirmed)
    # One that was free meanwhile may be another call's by now.
    keeps = state is FaxState.UNKNOWN and keeps_channel and row.busy
    conn.execute(
        _FINISH,
        {
            **mine,
            "at": now,
            "new_state": state,
            "keeps_slot": keeps,
            "slot": now + SLOT_GRACE if keeps else None,
            "due": decision.at if isinstance(decision, CallAgain) else None,
            "by_trunk": decision.trunk if isinstance(decision, CallAgain) else None,
            "tries": not (isinstance(decision, CallAgain) and decision.is_same_try),
            "in_all": in_all,
            "how": outcome.ending,
            "why": outcome.detail,
            "final_at": now if state in FINAL else None,
        },
    )
    conn.execute(
        _FINISH_ATTEMPT,
        {
            **mine,
            "at": now,
            "in_call": in_all - claimed.pages_confirmed,
            "how": outcome.ending,
            "why": outcome.detail,
            "csi": outcome.remote_id,
            "speed": outcome.bit_rate,
            "corrected": outcome.ecm,
            "dpi": outcome.vertical_dpi,
            "met": outcome.fax_met,
            "seconds": outcome.duration_s,
            "ladder": None if outcome.journal is None else outcome.journal.as_json(),
        },
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
    query = select(fax.c.id).where(fax.c.id.in_(ids), fax.c.cancel_requested)
    return set(conn.execute(query).scalars())


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


def _key(claimed: ClaimedFax) -> dict[str, Any]:
    return {
        "of_id": claimed.id,
        "of_node": claimed.node,
        "of_epoch": claimed.epoch,
        "of_attempt": claimed.attempt,
    }


# The statements of every call are built once: building one anew costs more than
# running it. Their parameters are named so that no column has the name.

_IS_ATTEMPT = (
    fax.c.id == bindparam("of_id"),
    fax.c.node == bindparam("of_node"),
    fax.c.epoch == bindparam("of_epoch"),
    fax.c.attempt == bindparam("of_attempt"),
)
_IS_OWNER = (fax.c.state == FaxState.DIALING, *_IS_ATTEMPT)
_THIS_ATTEMPT = update(attempt).where(
    attempt.c.fax_id == bindparam("of_id"), attempt.c.n == bindparam("of_attempt")
)
_AT = bindparam("at", type_=UtcTime)

_CAN_STILL_LEAVE = (
    *_IS_OWNER,
    fax.c.phase == Phase.CLAIMED,
    fax.c.cancel_requested.is_(False),
)
_MAY_INTEND = select(fax.c.id).where(*_CAN_STILL_LEAVE).with_for_update(key_share=True)
_INTEND = (
    update(fax).where(*_CAN_STILL_LEAVE).values(phase=Phase.INVITING, updated_at=_AT)
)
_INTEND_ATTEMPT = _THIS_ATTEMPT.values(
    phase=Phase.INVITING,
    started_at=_AT,
    pages_sha256=bindparam("sha256"),
    rode_with=bindparam("with_ref"),
)


def _to_phase(phase: Phase) -> ReturningUpdate[tuple[Phase, int]]:
    """The update of a fax whose call came to *phase*, unless it was further already."""
    further = [fax.c.phase == each for each in _ORDER[_ORDER.index(phase) + 1 :]]
    in_all = bindparam("in_all", type_=Integer)
    return (
        update(fax)
        .where(*_IS_OWNER, fax.c.phase != Phase.CLAIMED)
        .values(
            phase=case((or_(false(), *further), fax.c.phase), else_=phase),
            pages_confirmed=case(
                (fax.c.pages_confirmed < in_all, in_all), else_=fax.c.pages_confirmed
            ),
            updated_at=_AT,
        )
        .returning(fax.c.phase, fax.c.pages_confirmed)
    )


def _attempt_to_phase(phase: Phase) -> Update:
    moved = _THIS_ATTEMPT.values(phase=phase, pages_confirmed=bindparam("in_call"))
    if _ORDER.index(phase) < _ORDER.index(Phase.ANSWERED):
        return moved
    return moved.values(answered_at=func.coalesce(attempt.c.answered_at, _AT))


_PROGRESS = {phase: _to_phase(phase) for phase in Phase}
_PROGRESS_ATTEMPT = {phase: _attempt_to_phase(phase) for phase in Phase}

_HISTORY = (
    select(
        attempt.c.n,
        attempt.c.claimed_at,
        attempt.c.started_at,
        attempt.c.ending,
        attempt.c.fax_met,
        attempt.c.trunk,
    )
    .where(attempt.c.fax_id == bindparam("of_id"))
    .order_by(attempt.c.n)
)
_LAST_LOOK = (
    select(fax.c.state, fax.c.busy, fax.c.cancel_requested, fax.c.pages_confirmed)
    .where(*_IS_ATTEMPT, text("fax.state IN ('dialing', 'unknown')"))
    .with_for_update(key_share=True)
)
_FINISH = (
    update(fax)
    .where(fax.c.id == bindparam("of_id"))
    .values(
        state=bindparam("new_state"),
        phase=null(),
        # Behind a gate it is tried again only after all the others were as often.
        round=case(
            (and_(fax.c.gate > 0, bindparam("tries", type_=Boolean)), fax.c.round + 1),
            else_=fax.c.round,
        ),
        trunk=func.coalesce(bindparam("by_trunk", type_=PlainText), fax.c.trunk),
        busy=bindparam("keeps_slot"),
        rides_with=null(),
        slot_until=bindparam("slot"),
        due_at=bindparam("due"),
        pages_confirmed=bindparam("in_all"),
        ending=bindparam("how"),
        detail=bindparam("why"),
        updated_at=_AT,
        finished_at=bindparam("final_at"),
    )
)
_FINISH_ATTEMPT = _THIS_ATTEMPT.values(
    pages_confirmed=bindparam("in_call"),
    ended_at=_AT,
    ending=bindparam("how"),
    detail=bindparam("why"),
    remote_id=bindparam("csi"),
    bit_rate=bindparam("speed"),
    ecm=bindparam("corrected"),
    vertical_dpi=bindparam("dpi"),
    fax_met=bindparam("met"),
    duration_s=bindparam("seconds"),
    journal=bindparam("ladder"),
)
