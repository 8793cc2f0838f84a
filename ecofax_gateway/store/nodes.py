"""
Nodes: which daemon is alive, and which life of it.

I/O: the database, through the caller's transaction.

A node's calls carry its epoch. A restart, or another node that declares it dead,
raises the epoch; whatever the old life still says is then refused.
"""

from datetime import datetime

from sqlalchemy import Connection, Table, select, update

from .insertion import insert_into
from .tables import campaign, mail, node, reply

_LEASED: tuple[Table, ...] = (mail, campaign, reply)


def begin(conn: Connection, name: str, *, now: datetime) -> int:
    """
    Start a new life of a node; `claims.take_over` with the result comes next.

    What the node had leased is free at once instead of when the leases end.

    Returns:
        The epoch, from 1.
    """
    for table in _LEASED:
        conn.execute(
            update(table)
            .where(table.c.node == name, table.c.lease_until.is_not(None))
            .values(lease_until=None, node=None)
        )
    first = insert_into(conn, node).values(name=name, epoch=1, seen_at=now)
    epoch: int = conn.execute(
        first.on_conflict_do_update(
            index_elements=[node.c.name],
            set_={"epoch": node.c.epoch + 1, "seen_at": now},
        ).returning(node.c.epoch)
    ).scalar_one()
    return epoch


def beat(conn: Connection, name: str, epoch: int, *, now: datetime) -> bool:
    """Say "alive"; False means that this life is over: place no call any more."""
    heard = conn.execute(
        update(node)
        .where(node.c.name == name, node.c.epoch == epoch)
        .values(seen_at=now)
    )
    return heard.rowcount == 1


def silent(conn: Connection, *, since: datetime) -> list[tuple[str, int]]:
    """
    Names and epochs of nodes not heard of since then.

    After an outage of the database every node is silent: beat, wait one whole
    interval, then ask.
    """
    query = select(node.c.name, node.c.epoch).where(node.c.seen_at < since)
    return [(row.name, row.epoch) for row in conn.execute(query.order_by(node.c.name))]


def fence(
    conn: Connection, name: str, epoch: int, *, since: datetime, now: datetime
) -> int | None:
    """
    End another node's life, unless it has been heard meanwhile.

    Returns:
        The epoch to give to `claims.take_over`, or None: it lives.
    """
    return conn.execute(
        update(node)
        .where(node.c.name == name, node.c.epoch == epoch, node.c.seen_at < since)
        # Heard of now, so that it is not fenced again at every look.
        .values(epoch=node.c.epoch + 1, seen_at=now)
        .returning(node.c.epoch)
    ).scalar()
