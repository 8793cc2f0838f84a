"""
Nodes: which daemon is alive, and which life of it.

I/O: the database, through the caller's transaction.

A node's calls carry its epoch. A restart, or another node that declares it dead,
raises the epoch; whatever the old life still says is then refused.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, func, literal_column, null, select, update

from ..domain.fax import FaxState
from ..domain.role import Role
from .insertion import insert_into
from .states import CampaignState
from .tables import (
    campaign,
    delivery,
    fax,
    mail,
    node,
    recipient_choice,
    recipient_list,
    reply,
)
from .types import UtcTime


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """One node, as it last said."""

    name: str
    epoch: int
    "Which of its lives this is, from 1."

    seen_at: datetime
    left_at: datetime | None
    "When it ended in order, or was declared dead; None: neither."

    roles: Sequence[str] | None
    "What it does of the path; None: it began before this was kept, and does all."

    def does(self, role: Role) -> bool:
        """Whether this is a part of its work."""
        return self.roles is None or role in self.roles

    def lives(self, now: datetime, silent_after: timedelta) -> bool:
        """Whether it was heard of lately, and has not left."""
        return self.left_at is None and now - self.seen_at <= silent_after


_STATUS = [node.c[name] for name in NodeStatus.__dataclass_fields__]

_LEASED: tuple[Table, ...] = (
    mail,
    campaign,
    reply,
    recipient_list,
    recipient_choice,
    delivery,
)


def clock(conn: Connection) -> datetime:
    """
    The time that all nodes agree on: the database server's.

    SQLite has no server; its time is this machine's, as all its processes are.
    """
    if conn.dialect.name == "postgresql":
        now = func.clock_timestamp(type_=UtcTime)
    else:
        # The text that `UtcTime` reads, which has microseconds.
        text = literal_column("strftime('%Y-%m-%d %H:%M:%f000', 'now')", UtcTime)
        return conn.execute(select(text)).scalar_one()
    return conn.execute(select(now)).scalar_one()


def listing(conn: Connection) -> list[NodeStatus]:
    """Every node that ever was, by name."""
    query = select(*_STATUS).order_by(node.c.name)
    return [NodeStatus(**row) for row in conn.execute(query).mappings()]


def idle_roles(
    conn: Connection, roles: Sequence[Role], *, silent_after: timedelta, now: datetime
) -> list[Role]:
    """Those of these roles that no living node has: such work waits."""
    living = [each for each in listing(conn) if each.lives(now, silent_after)]
    return [role for role in roles if not any(each.does(role) for each in living)]


def calling(conn: Connection) -> dict[str, int]:
    """Calls under way, by node."""
    query = select(fax.c.node, func.count().label("n")).where(
        fax.c.state == FaxState.DIALING, fax.c.busy, fax.c.rides_with.is_(None)
    )
    return {row.node: row.n for row in conn.execute(query.group_by(fax.c.node))}


def making(conn: Connection) -> dict[str, int]:
    """Orders whose pages are being made, by node."""
    query = select(campaign.c.node, func.count().label("n")).where(
        campaign.c.state == CampaignState.PREPARING, campaign.c.node.is_not(None)
    )
    return {row.node: row.n for row in conn.execute(query.group_by(campaign.c.node))}


def occupied(
    conn: Connection, name: str, *, home: str, since: datetime
) -> datetime | None:
    """
    When a node of this name was last heard from another home, if that is after then.

    From the same home it cannot live: who asks holds the lock on it.

    Returns:
        None: the name may be taken, in the same transaction.
    """
    query = select(node.c.seen_at).where(
        node.c.name == name,
        node.c.home.is_distinct_from(home),
        node.c.left_at.is_(None),
        node.c.seen_at > since,
    )
    return conn.execute(query.with_for_update()).scalar()


def begin(
    conn: Connection,
    name: str,
    *,
    now: datetime,
    home: str = "",
    roles: Collection[Role] | None = None,
) -> int:
    """
    Start a new life of a node; `claims.take_over` with the result comes next.

    What the node had leased is free at once instead of when the leases end.

    Args:
        home: Tells this node from another one that was given the same name.

        roles: What it will do of the path; None: all.

    Returns:
        The epoch, from 1.
    """
    free_leases(conn, name)
    told = None if roles is None else sorted(roles)
    first = insert_into(conn, node).values(
        name=name, epoch=1, seen_at=now, home=home, roles=told
    )
    epoch: int = conn.execute(
        first.on_conflict_do_update(
            index_elements=[node.c.name],
            set_={
                "epoch": node.c.epoch + 1,
                "seen_at": now,
                "home": home,
                "left_at": null(),
                "roles": told,
            },
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


def leave(conn: Connection, name: str, epoch: int, *, now: datetime) -> bool:
    """Say that this life ends in order, with no call under way; nobody will miss it."""
    left = conn.execute(
        update(node)
        .where(node.c.name == name, node.c.epoch == epoch)
        .values(left_at=now)
    )
    if left.rowcount == 1:
        free_leases(conn, name)
    return left.rowcount == 1


def silent(conn: Connection, *, since: datetime) -> list[tuple[str, int]]:
    """
    Names and epochs of nodes not heard of since then, which had not left.

    After an outage of the database every node is silent: beat, wait one whole
    interval, then ask.
    """
    query = select(node.c.name, node.c.epoch).where(
        node.c.seen_at < since, node.c.left_at.is_(None)
    )
    return [(row.name, row.epoch) for row in conn.execute(query.order_by(node.c.name))]


def fence(
    conn: Connection, name: str, epoch: int, *, since: datetime, now: datetime
) -> int | None:
    """
    End another node's life, unless it has been heard meanwhile.

    What it had leased is free; `claims.take_over` with the result comes next.

    Returns:
        The new epoch, or None: it lives.
    """
    fenced = conn.execute(
        update(node)
        .where(node.c.name == name, node.c.epoch == epoch, node.c.seen_at < since)
        .values(epoch=node.c.epoch + 1, left_at=now)
        .returning(node.c.epoch)
    ).scalar()
    if fenced is not None:
        free_leases(conn, name)
    return fenced


def lives(conn: Connection, name: str, epoch: int) -> bool:
    """
    Whether this life of a node goes on, and will until the transaction ends.

    A node that was stopped (a sleeping machine) and fenced meanwhile may not know it.
    """
    query = select(node.c.name).where(node.c.name == name, node.c.epoch == epoch)
    return conn.execute(query.with_for_update(read=True)).scalar() is not None


def free_leases(conn: Connection, name: str) -> None:
    """Offer everything that a node had leased to whoever comes first."""
    for table in _LEASED:
        conn.execute(
            update(table)
            .where(table.c.node == name, table.c.lease_until.is_not(None))
            .values(lease_until=None, node=None)
        )
