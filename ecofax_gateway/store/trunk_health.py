"""
How the nodes find the trunks: one row for each of both.

I/O: the database, through the caller's transaction.

A trunk is down for all when every node that has something to say of it says so. Whose
network alone is broken must not move everybody's faxes; it calls by other trunks.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select, update

from ..domain.trunk_health import TrunkHealth
from .insertion import insert_into
from .tables import trunk, trunk_health


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one node says of one trunk."""

    trunk: str
    node: str
    state: str
    is_down: bool
    detail: str
    since: datetime


_FINDING = [trunk_health.c[name] for name in Finding.__dataclass_fields__]


def put(
    conn: Connection, name: str, node: str, health: TrunkHealth, *, now: datetime
) -> None:
    """Say how a node finds a trunk from now on."""
    _lock(conn)
    values = {
        "state": health.state.value,
        "is_down": health.is_down,
        "detail": health.detail,
        "since": health.since or now,
    }
    conn.execute(
        insert_into(conn, trunk_health)
        .values(trunk=name, node=node, **values)
        .on_conflict_do_update(
            index_elements=[trunk_health.c.trunk, trunk_health.c.node], set_=values
        )
    )
    _sum_up(conn)


def forget_node(conn: Connection, node: str) -> None:
    """
    Take back what a node said: it lives no more, or begins anew.

    Before any fax is locked in the same transaction: claims lock trunks first.
    """
    _lock(conn)
    conn.execute(delete(trunk_health).where(trunk_health.c.node == node))
    _sum_up(conn)


def listing(conn: Connection) -> list[Finding]:
    """What every node says, by trunk and node."""
    query = select(*_FINDING).order_by(trunk_health.c.trunk, trunk_health.c.node)
    return [Finding(**row) for row in conn.execute(query).mappings()]


def _lock(conn: Connection) -> None:
    # In the order in which claims do.
    order = select(trunk.c.name).order_by(trunk.c.name)
    conn.execute(order.with_for_update(key_share=True))


def _sum_up(conn: Connection) -> None:
    of_it = trunk_health.c.trunk == trunk.c.name
    is_down = exists().where(of_it, trunk_health.c.is_down) & ~exists().where(
        of_it, ~trunk_health.c.is_down
    )
    conn.execute(
        update(trunk).where(trunk.c.is_down != is_down).values(is_down=is_down)
    )
