"""
Deliveries: each event on its way to each webhook, tried until it is taken.

I/O: the database, through the caller's transaction.

At least once: who takes a message in the moment we die may get it again, under the same
id. The order is not promised.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, tuple_, update

from . import lease as leases
from . import webhooks
from .lease import is_free
from .states import DeliveryState
from .tables import delivery, event
from .webhooks import Webhook

LIST_LIMIT = 100
"""Deliveries a listing gives at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """A message leased for one try."""

    webhook: Webhook
    event: int
    ref: str
    "Public name of the event: the message's id."

    body: dict[str, Any]
    tries: int
    "This one included."


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """One message's fate, for people."""

    ref: str
    kind: str
    at: datetime
    "When it happened."

    state: DeliveryState
    tries: int
    next_try_at: datetime
    status: int | None
    "What the far end last answered; None: nothing."

    error: str
    finished_at: datetime | None


def is_any_due(conn: Connection, *, now: datetime) -> bool:
    """Whether there may be something to `claim_due`."""
    due = select(delivery.c.event).where(
        delivery.c.state == DeliveryState.PENDING, delivery.c.next_try_at <= now
    )
    return conn.execute(due.limit(1)).scalar() is not None


def claim_due(
    conn: Connection, *, node: str, now: datetime, lease: timedelta
) -> DueDelivery | None:
    """
    Lease the message that has been due longest for one try.

    One at a time to each webhook, so that a slow one does not keep the others waiting.
    """
    key = (delivery.c.webhook, delivery.c.event)
    other = delivery.alias()
    is_busy = (
        select(other.c.event)
        .where(
            other.c.webhook == delivery.c.webhook,
            other.c.state == DeliveryState.PENDING,
            other.c.lease_until > now,
        )
        .exists()
    )
    due = (
        select(*key)
        .where(
            delivery.c.state == DeliveryState.PENDING,
            delivery.c.next_try_at <= now,
            is_free(delivery, now),
            ~is_busy,
        )
        .order_by(delivery.c.next_try_at, delivery.c.event)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = conn.execute(
        update(delivery)
        .where(tuple_(*key).in_(due))
        .values(node=node, lease_until=now + lease, tries=delivery.c.tries + 1)
        .returning(*key, delivery.c.tries)
    ).one_or_none()
    if row is None:
        return None
    hook = webhooks.find(conn, row.webhook)
    told = conn.execute(
        select(event.c.ref, event.c.body).where(event.c.id == row.event)
    ).one()
    assert hook is not None, "its deliveries go with a webhook"
    return DueDelivery(
        webhook=hook, event=row.event, ref=told.ref, body=told.body, tries=row.tries
    )


def give_back(conn: Connection, *, node: str) -> int:
    """Undo the leases of a node that delivers nothing now; how many."""
    return conn.execute(leases.give_back(delivery, node)).rowcount


def delivered(
    conn: Connection, due: DueDelivery, *, status: int, now: datetime
) -> None:
    """Note that the far end took it."""
    if _end(conn, due, DeliveryState.DELIVERED, status=status, error="", now=now):
        webhooks.count_success(conn, due.webhook.id)


def postpone(
    conn: Connection, due: DueDelivery, *, at: datetime, status: int | None, error: str
) -> None:
    """Try again at *at*."""
    conn.execute(
        _of(due).values(
            next_try_at=at, lease_until=None, node=None, status=status, error=error
        )
    )


def give_up(
    conn: Connection,
    due: DueDelivery,
    *,
    status: int | None,
    error: str,
    switch_off: bool = False,
    now: datetime,
) -> None:
    """
    Try no more.

    Args:
        switch_off: The far end wants nothing any more, or nobody can deliver to it.
    """
    if _end(conn, due, DeliveryState.GIVEN_UP, status=status, error=error, now=now):
        webhooks.count_failure(conn, due.webhook.id)
    if switch_off:
        webhooks.switch_off(conn, due.webhook.id)
        conn.execute(
            update(delivery)
            .where(
                delivery.c.webhook == due.webhook.id,
                delivery.c.state == DeliveryState.PENDING,
            )
            .values(
                state=DeliveryState.GIVEN_UP,
                error="the webhook was switched off",
                finished_at=now,
                lease_until=None,
                node=None,
            )
        )


def listing(
    conn: Connection, webhook_id: str, *, limit: int = LIST_LIMIT
) -> list[DeliveryStatus]:
    """The last messages to a webhook, newest first."""
    own = [
        delivery.c[name]
        for name in ("state", "tries", "next_try_at", "status", "error", "finished_at")
    ]
    query = (
        select(event.c.ref, event.c.kind, event.c.at, *own)
        .join(event, event.c.id == delivery.c.event)
        .where(delivery.c.webhook == webhook_id)
        .order_by(delivery.c.event.desc())
        .limit(min(limit, LIST_LIMIT))
    )
    return [DeliveryStatus(**row) for row in conn.execute(query).mappings()]


def _of(due: DueDelivery) -> Any:
    return update(delivery).where(
        delivery.c.webhook == due.webhook.id,
        delivery.c.event == due.event,
        delivery.c.state == DeliveryState.PENDING,
    )


def _end(
    conn: Connection,
    due: DueDelivery,
    state: DeliveryState,
    *,
    status: int | None,
    error: str,
    now: datetime,
) -> bool:
    ended = conn.execute(
        _of(due).values(
            state=state,
            finished_at=now,
            lease_until=None,
            node=None,
            status=status,
            error=error,
        )
    )
    return bool(ended.rowcount)
