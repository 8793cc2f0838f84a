"""
Faxes whose pages are made leave: held as repeats, planned for later, or queued.

I/O: the database, through the caller's transaction.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, update

from ..domain.campaign import HOLDING, CanaryState
from ..domain.fax import FaxState
from . import opt_outs, quotas, repeats, schedules
from .faxes import join_queue
from .schedules import Draw
from .states import CampaignState
from .tables import campaign, fax

SLICE = 5000
"""Faxes that join the queue in one transaction: some 35 ms, which everybody else waits."""


def let_go(
    conn: Connection,
    ref: str,
    *,
    now: datetime,
    repeat_window: timedelta = repeats.WINDOW,
    draw: Draw = random.random,
) -> int:
    """
    Let the faxes go that wait: planned for later, or into the queue.

    Of a campaign with a canary, first its first numbers only; the rest keeps waiting
    until `canary.judge` says that they may go, and this is called again. A campaign with
    a period (`schedules.set_spread`) is planned over it, its canary is not.

    Repeats are held (`repeats.hold`), and the pages of the others are reserved. Of a
    large campaign the first go into the queue; the others follow by `fill`.

    Args:
        repeat_window: How long ago the same pages may have gone to the same number.

        draw: From 0 up to 1, at random: where in its period each fax is planned.

    Returns:
        How many; 0 if its pages are not made, or it was not launched.

    Raises:
        OrderRefused: If the line's quota does not hold it; undo the transaction then.
    """
    row = _launched(conn, ref)
    if row is None:
        return 0
    if row.canary_state is None:  # else the rest was looked at with the first numbers
        repeats.hold(conn, row.id, window=repeat_window, now=now)
        opt_outs.give_codes(conn, row.id)
    quotas.reserve(conn, row.id, fax.c.state == FaxState.WAITING, now=now)
    is_canary = row.canary_size is not None and row.canary_state is None
    if is_canary:
        _begin_canary(conn, row.id)
    elif row.canary_state in HOLDING:
        return 0
    gated = schedules.gate(conn, row.id)
    begin = max(row.due_at or now, now)
    waiting = update(fax).where(
        fax.c.campaign_id == row.id, fax.c.state == FaxState.WAITING
    )
    if is_canary:
        waiting = waiting.where(fax.c.position <= row.canary_size)
    elif spread := schedules.spread(conn, row.id, begin=begin, draw=draw, now=now):
        return spread
    if begin > now:
        gate = row.id if gated else 0
        planned = {"state": FaxState.SCHEDULED, "due_at": begin, "gate": gate}
        return conn.execute(waiting.values(**planned, updated_at=now)).rowcount
    if is_canary or not gated:
        return conn.execute(join_queue(waiting, now)).rowcount
    counting = select(func.count()).where(
        fax.c.campaign_id == row.id, fax.c.state == FaxState.WAITING
    )
    going = conn.execute(counting).scalar_one()
    _queue_slice(conn, row.id, now)
    return going


def fill(conn: Connection, *, now: datetime) -> int:
    """
    Let more faxes of a large campaign into the queue, after `let_go` let the first in.

    Each `SLICE` is a transaction of its own, so that nobody waits for 100 000 rows. That
    there are more to come is what the rows say: whoever looks at the queue goes on.
    A campaign that is paused or shut has time.

    Returns:
        How many; call it again until it is 0.
    """
    has_more = exists().where(
        fax.c.campaign_id == campaign.c.id, fax.c.state == FaxState.WAITING
    )
    query = select(campaign.c.id).where(
        campaign.c.gated,
        campaign.c.is_open,
        ~campaign.c.paused,
        campaign.c.state == CampaignState.READY,
        campaign.c.launched_at.is_not(None),
        func.coalesce(campaign.c.canary_state, CanaryState.PASSED)
        == CanaryState.PASSED,
        has_more,
    )
    first = query.order_by(campaign.c.id).limit(1)
    # Held against `campaigns.cancel`; of two nodes one does it.
    campaign_id = conn.execute(
        first.with_for_update(key_share=True, skip_locked=True)
    ).scalar()
    return 0 if campaign_id is None else _queue_slice(conn, campaign_id, now)


def _queue_slice(conn: Connection, campaign_id: int, now: datetime) -> int:
    some = (
        select(fax.c.id)
        .where(fax.c.campaign_id == campaign_id, fax.c.state == FaxState.WAITING)
        .limit(SLICE)
    )
    # Asked once more of each row: it may have been cancelled since it was found.
    chosen = update(fax).where(fax.c.id.in_(some), fax.c.state == FaxState.WAITING)
    return conn.execute(join_queue(chosen, now)).rowcount


def _launched(conn: Connection, ref: str) -> Row[Any] | None:
    """A campaign whose pages are made and that was launched; locked."""
    names = ("id", "due_at", "canary_size", "canary_state")
    query = select(*(campaign.c[name] for name in names)).where(
        campaign.c.ref == ref,
        campaign.c.state == CampaignState.READY,
        campaign.c.launched_at.is_not(None),
    )
    return conn.execute(query.with_for_update(key_share=True)).one_or_none()


def _begin_canary(conn: Connection, campaign_id: int) -> None:
    its = update(campaign).where(campaign.c.id == campaign_id)
    conn.execute(its.values(canary_state=CanaryState.UNDER_WAY))
