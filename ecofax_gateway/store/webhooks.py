"""
Webhooks: who is told what happens to a line's faxes.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ..domain.event import EventKind
from .tables import delivery, webhook

MAX_WEBHOOKS = 10
"""Of one line: each event is written once for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where a line's events go."""

    id: str
    line: str
    url: str
    events: frozenset[EventKind]
    "Empty: all."

    secret: str = field(repr=False)
    active: bool
    failures: int
    "Events given up one after the other; a success counts from 0 again."

    created_at: datetime

    def wants(self, kind: EventKind) -> bool:
        """Whether it is told of such an event."""
        return self.active and (not self.events or kind in self.events)


_COLUMNS = [webhook.c[name] for name in Webhook.__dataclass_fields__]


def add(conn: Connection, new: Webhook) -> bool:
    """Keep a new webhook; False: the line has `MAX_WEBHOOKS`."""
    if len(listing(conn, new.line)) >= MAX_WEBHOOKS:
        return False
    values = {name: getattr(new, name) for name in Webhook.__dataclass_fields__}
    conn.execute(insert(webhook).values({**values, "events": sorted(new.events)}))
    return True


def get(conn: Connection, line: str, webhook_id: str) -> Webhook | None:
    """One webhook of a line, or None."""
    query = select(*_COLUMNS).where(webhook.c.line == line, webhook.c.id == webhook_id)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _webhook(row)


def find(conn: Connection, webhook_id: str) -> Webhook | None:
    """A webhook, whosever it is."""
    query = select(*_COLUMNS).where(webhook.c.id == webhook_id)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _webhook(row)


def listing(conn: Connection, line: str) -> list[Webhook]:
    """Those of a line, oldest first."""
    query = select(*_COLUMNS).where(webhook.c.line == line)
    rows = conn.execute(query.order_by(webhook.c.created_at, webhook.c.id))
    return [_webhook(row) for row in rows.mappings()]


def held(conn: Connection, line: str) -> list[Webhook]:
    """Those of a line, which nobody removes before the commit."""
    query = select(*_COLUMNS).where(webhook.c.line == line)
    rows = conn.execute(query.with_for_update(read=True, key_share=True))
    return [_webhook(row) for row in rows.mappings()]


def change(
    conn: Connection,
    line: str,
    webhook_id: str,
    *,
    url: str | None = None,
    events: Collection[EventKind] | None = None,
    active: bool | None = None,
    secret: str | None = None,
) -> bool:
    """
    Change what is given; False: the line has no such webhook.

    Switched on again, it begins without failures.
    """
    values = {"url": url, "active": active, "secret": secret}
    changed: dict[str, object] = {
        name: value for name, value in values.items() if value is not None
    }
    if events is not None:
        changed["events"] = sorted(events)
    if active:
        changed["failures"] = 0
    mine = (webhook.c.line == line, webhook.c.id == webhook_id)
    if not changed:
        return get(conn, line, webhook_id) is not None
    return conn.execute(update(webhook).where(*mine).values(changed)).rowcount == 1


def switch_off(conn: Connection, webhook_id: str) -> None:
    """Tell it nothing any more, until somebody switches it on again."""
    conn.execute(update(webhook).where(webhook.c.id == webhook_id).values(active=False))


def count_failure(conn: Connection, webhook_id: str) -> None:
    """An event was given up."""
    conn.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id)
        .values(failures=webhook.c.failures + 1)
    )


def count_success(conn: Connection, webhook_id: str) -> None:
    """An event arrived."""
    conn.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id, webhook.c.failures > 0)
        .values(failures=0)
    )


def remove(conn: Connection, line: str, webhook_id: str | None = None) -> bool:
    """
    Remove a webhook and what waits for it; False: the line has no such webhook.

    Args:
        webhook_id: None: all of the line.
    """
    mine = [webhook.c.line == line]
    if webhook_id is not None:
        mine.append(webhook.c.id == webhook_id)
    removed = conn.execute(delete(webhook).where(*mine).returning(webhook.c.id))
    ids = list(removed.scalars())
    conn.execute(delete(delivery).where(delivery.c.webhook.in_(ids)))
    return bool(ids)


def _webhook(row: RowMapping) -> Webhook:
    events = frozenset(map(EventKind, row["events"]))
    return Webhook(**{**row, "events": events})
