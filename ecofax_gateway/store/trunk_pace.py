"""
Calls per second of a trunk: the instants at which its next calls may begin.

I/O: the database, through the caller's transaction.

The instants lie evenly, whoever claims: a claim takes those of the second to come, and
each call waits for its own. So the pace holds over all nodes, and in every second.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from .tables import trunk
from .types import UtcTime

AHEAD = timedelta(seconds=1)
"""How far ahead instants are given: the time between two looks at the queue."""


@dataclass(slots=True)
class Pace:
    """One trunk's instants, while its row is locked."""

    name: str
    interval: timedelta
    next_at: datetime
    until: datetime

    @property
    def slots(self) -> int:
        """How many calls may be claimed now."""
        if self.next_at >= self.until:
            return 0
        return -((self.next_at - self.until) // self.interval)

    def take(self) -> datetime:
        """The next instant."""
        taken, self.next_at = self.next_at, self.next_at + self.interval
        return taken


def lock(conn: Connection, *, now: datetime) -> dict[str, Pace]:
    """
    Lock every trunk until the transaction ends, and open the paces of those with one.

    Returns:
        By name; only trunks that have a pace.
    """
    paces = {}
    for row in conn.execute(_LOCK).all():
        if row.calls_per_second:
            paces[row.name] = Pace(
                name=row.name,
                interval=timedelta(seconds=1 / row.calls_per_second),
                next_at=max(row.next_call_at or now, now),
                until=now + AHEAD,
            )
    _write(conn, paces)
    return paces


def take(
    conn: Connection, paces: dict[str, Pace], trunks: list[str]
) -> list[datetime | None]:
    """
    Give each claimed call its instant, in this order; None: at once.

    Args:
        paces: From `lock`, in the same transaction.

        trunks: The calls' own.
    """
    if not paces:
        return [None] * len(trunks)
    given = [paces[name].take() if name in paces else None for name in trunks]
    _write(conn, {name: paces[name] for name in set(trunks) & paces.keys()})
    return given


def _write(conn: Connection, paces: dict[str, Pace]) -> None:
    for pace in paces.values():
        conn.execute(
            _SLOTS, {"of": pace.name, "how_many": pace.slots, "next_at": pace.next_at}
        )


_LOCK = (
    select(trunk.c.name, trunk.c.calls_per_second, trunk.c.next_call_at)
    .order_by(trunk.c.name)
    .with_for_update(key_share=True)
)
_SLOTS = (
    update(trunk)
    .where(trunk.c.name == bindparam("of"))
    .values(
        slots=bindparam("how_many"), next_call_at=bindparam("next_at", type_=UtcTime)
    )
)
