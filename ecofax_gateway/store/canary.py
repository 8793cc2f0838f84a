"""
Canaries: what becomes of a campaign whose first numbers are called before the rest.

I/O: the database, through the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from ..domain.campaign import Canary, CanaryState, judge, total
from ..domain.fax import FaxState
from .departures import let_go
from .shared import Kind, Shared
from .tables import campaign, fax
from .types import PlainText

_UNDER_WAY = Shared(
    """
    SELECT campaign.ref AS of_ref FROM given JOIN campaign ON campaign.ref = given.of_ref
    WHERE campaign.canary_state = 'under-way'
    """,
    given={"of_ref": PlainText()},
    key=["of_ref"],
    kind=Kind.READ,
)
"""Of most campaigns it is not: then nothing is locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a canary came to."""

    state: CanaryState
    failed: int
    "For good."

    of: int
    "Its size."

    percent: int
    "Failures that the campaign allows."


def settle(conn: Connection, ref: str, *, now: datetime) -> Verdict | None:
    """
    Look how a campaign's canary does, after one of its faxes came to its end.

    If it has passed, the rest goes. If it is stopped, the caller pauses the campaign
    and says why.

    Returns:
        The verdict that it has just got, with its counts; None: none yet, or it has no
        canary.
    """
    if not _UNDER_WAY.run(conn, of_ref=ref):
        return None
    # Locked by a statement of its own: the counts then hold what ended meanwhile.
    query = select(
        campaign.c.id, campaign.c.canary_size, campaign.c.canary_percent
    ).where(campaign.c.ref == ref, campaign.c.canary_state == CanaryState.UNDER_WAY)
    row = conn.execute(query.with_for_update(key_share=True)).one_or_none()
    if row is None:
        return None
    counting = (
        select(fax.c.state, func.count().label("n"))
        .where(fax.c.campaign_id == row.id, fax.c.position <= row.canary_size)
        .group_by(fax.c.state)
    )
    counts: dict[FaxState, int] = {
        each.state: each.n for each in conn.execute(counting)
    }
    state = judge(Canary(row.canary_size, row.canary_percent), counts)
    if state is CanaryState.UNDER_WAY:
        return None
    _set(conn, row.id, state)
    if state is CanaryState.PASSED:
        let_go(conn, ref, now=now)
    return Verdict(
        state=state,
        failed=counts.get(FaxState.FAILED, 0),
        of=total(counts),
        percent=row.canary_percent,
    )


def overrule(conn: Connection, ref: str, *, now: datetime) -> bool:
    """Let the rest go although the canary was stopped; False if it was not."""
    query = select(campaign.c.id).where(
        campaign.c.ref == ref, campaign.c.canary_state == CanaryState.STOPPED
    )
    stopped = conn.execute(query.with_for_update(key_share=True)).scalar()
    if stopped is None:
        return False
    _set(conn, stopped, CanaryState.PASSED)
    let_go(conn, ref, now=now)
    return True


def explain(conn: Connection, ref: str, reason: str) -> None:
    """Keep why a campaign paused itself, for whoever looks at it."""
    conn.execute(
        update(campaign).where(campaign.c.ref == ref).values(pause_reason=reason)
    )


def _set(conn: Connection, campaign_id: int, state: CanaryState) -> None:
    conn.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id)
        .values(canary_state=state, pause_reason=None)
    )
