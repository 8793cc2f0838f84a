"""
Events: what happened to a line's faxes and campaigns, for its webhooks.

I/O: the database, through the caller's transaction.

An event is written in the transaction of what it tells of, and only if its line has a
webhook: launches and ends by the triggers of the migration, since a fax ends in a dozen
statements, what people do by `record`. `publish` gives it its public name, its body and
a delivery for each webhook that wants it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from ..domain import event as events
from ..domain.event import EventKind
from . import webhooks
from .states import DeliveryState
from .tables import campaign, delivery, event, fax, webhook

PUBLISH_LIMIT = 50
"""Events published in one transaction: some 30 ms, which everybody else waits."""

LIST_LIMIT = 200
"""Events a listing gives at most."""

Name = Callable[[], str]
"""A fresh public name of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, as it was published."""

    id: int
    ref: str
    line: str
    kind: EventKind
    at: datetime
    body: dict[str, Any]


def record(
    conn: Connection, campaign_ref: str, kind: EventKind, *, now: datetime
) -> None:
    """Write down what somebody did with a campaign, if its line has a webhook."""
    told = (
        select(webhook.c.id)
        .where(webhook.c.line == campaign.c.line, webhook.c.active)
        .exists()
    )
    chosen = select(
        campaign.c.line,
        literal(kind.value),
        campaign.c.ref,
        literal(now, event.c.at.type),
    ).where(campaign.c.ref == campaign_ref, told)
    columns = ["line", "kind", "campaign", "at"]
    conn.execute(insert(event).from_select(columns, chosen))


def record_test(conn: Connection, line: str, webhook_id: str, *, now: datetime) -> None:
    """Write down a test of one webhook, which alone is told."""
    values = {"line": line, "kind": EventKind.TEST, "webhook": webhook_id}
    conn.execute(insert(event).values(**values, campaign="", at=now))


def is_any_new(conn: Connection) -> bool:
    """Whether there is something to `publish`; costs a look into an empty index."""
    new = select(event.c.id).where(event.c.ref.is_(None)).limit(1)
    return conn.execute(new).scalar() is not None


def publish(
    conn: Connection, name: Name, *, now: datetime, limit: int = PUBLISH_LIMIT
) -> int:
    """
    Give events their names, bodies and deliveries.

    Returns:
        How many; 0: nothing new.
    """
    new = select(event).where(event.c.ref.is_(None)).order_by(event.c.id).limit(limit)
    rows = conn.execute(new.with_for_update(skip_locked=True)).all()
    hooks = {line: webhooks.held(conn, line) for line in {row.line for row in rows}}
    told_to: list[dict[str, Any]] = []
    for row in rows:
        ref, kind = name(), EventKind(row.kind)
        data = _data(conn, row)
        told = events.body(kind, at=row.at, data=data)
        conn.execute(
            update(event).where(event.c.id == row.id).values(ref=ref, body=told)
        )
        told_to += [
            {"webhook": each.id, "event": row.id, "next_try_at": now}
            for each in hooks[row.line]
            if (each.id == row.webhook if row.webhook else each.wants(kind))
        ]
    if told_to:
        fresh = insert(delivery).values(state=DeliveryState.PENDING, tries=0, error="")
        conn.execute(fresh, told_to)
    return len(rows)


def listing(
    conn: Connection,
    line: str,
    *,
    before: int | None = None,
    kind: EventKind | None = None,
    limit: int = LIST_LIMIT,
) -> list[Event]:
    """
    Published events of a line, newest first.

    Args:
        before: Only with a smaller id: the next page.
    """
    query = select(*(event.c[name] for name in Event.__dataclass_fields__)).where(
        event.c.line == line, event.c.ref.is_not(None), event.c.body.is_not(None)
    )
    if before is not None:
        query = query.where(event.c.id < before)
    if kind is not None:
        query = query.where(event.c.kind == kind)
    rows = conn.execute(query.order_by(event.c.id.desc()).limit(min(limit, LIST_LIMIT)))
    return [Event(**{**row, "kind": EventKind(row["kind"])}) for row in rows.mappings()]


def purge(conn: Connection, *, before: datetime, batch: int) -> int:
    """Forget events of long ago, delivered or not."""
    old = select(event.c.id).where(event.c.at < before).limit(batch)
    return _remove(conn, event.c.id.in_(list(conn.execute(old).scalars())))


def erase(conn: Connection, faxes: Sequence[str]) -> int:
    """Forget what was told of these faxes, by their references."""
    return _remove(conn, event.c.fax.in_(faxes))


def remove(conn: Connection, line: str) -> None:
    """Forget all of a line."""
    _remove(conn, event.c.line == line)


def _remove(conn: Connection, which: ColumnElement[bool]) -> int:
    mine = select(event.c.id).where(which)
    # Held first: whoever publishes one at this moment has written its deliveries then.
    held = mine.with_for_update().subquery()
    conn.execute(select(func.count()).select_from(held))
    conn.execute(delete(delivery).where(delivery.c.event.in_(mine)))
    return conn.execute(delete(event).where(which)).rowcount


def _data(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """What an event says of the fax or the campaign, as it stands now."""
    if row.kind == EventKind.TEST:
        return {"webhook": row.webhook}
    if row.fax is not None:
        return _fax_data(conn, row)
    return _campaign_data(conn, row.campaign)


def _fax_data(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    columns = (fax.c.number, fax.c.pages_confirmed, fax.c.ending, fax.c.attempt)
    query = select(*columns, campaign.c.pages)
    query = query.join(campaign, campaign.c.id == fax.c.campaign_id)
    found = conn.execute(query.where(fax.c.ref == row.fax)).one_or_none()
    told: dict[str, Any] = {"fax": row.fax, "campaign": row.campaign}
    if found is None:
        return told
    return told | {
        "number": found.number,
        "status": row.kind.partition(".")[2],
        "cause": found.ending,
        "pages": found.pages,
        "pagesConfirmed": found.pages_confirmed,
        "attempts": found.attempt,
    }


def _campaign_data(conn: Connection, ref: str) -> dict[str, Any]:
    query = select(campaign.c.id, campaign.c.name).where(campaign.c.ref == ref)
    found = conn.execute(query).one_or_none()
    if found is None:
        return {"campaign": ref}
    counting = select(fax.c.state, func.count().label("n")).where(
        fax.c.campaign_id == found.id
    )
    counts = {
        str(row.state): int(row.n)
        for row in conn.execute(counting.group_by(fax.c.state))
    }
    return {
        "campaign": ref,
        "name": found.name,
        "countTotal": sum(counts.values()),
        "countSuccess": counts.get("sent", 0),
        "countFailed": counts.get("failed", 0),
        "countUnknown": counts.get("unknown", 0),
        "countCancelled": counts.get("cancelled", 0),
    }
