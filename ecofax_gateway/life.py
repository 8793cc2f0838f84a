"""
A node's life: begun under a name that is its own, ended in order.

I/O: the store.
"""

import asyncio
import logging
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import Connection

from .domain.errors import BadSettings, StoreUnavailable
from .domain.role import Role
from .pipeline.answer import Answer
from .pipeline.housekeeping import tell_unknown
from .pipeline.routing import Routing
from .settings import Settings
from .store import claims, nodes, trunk_health, trunks
from .store.database import Database

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"How often to look whether a node of our name is heard of again."


async def begin_life(
    db: Database,
    settings: Settings,
    answer: Answer,
    roles: AbstractSet[Role],
    *,
    home: str,
) -> int:
    """
    Start a life of this node, and settle what its last one left behind.

    A node of this name that was heard of a moment ago from another home may be alive
    or may just have died: one interval shows which.

    Args:
        roles: What it will do.

        home: From `service.home_mark`; the lock on the state folder is held.

    Returns:
        The epoch.

    Raises:
        BadSettings: If another daemon lives under this name.
    """
    first: datetime | None = None
    while True:
        begun = await db.tx(_begin, settings, answer, roles, home)
        if isinstance(begun, int):
            return begun
        if first is not None and begun != first:
            raise BadSettings(
                [
                    f'gateway.node: another daemon runs as "{settings.gateway.node}" on'
                    " this database; give this one a name of its own"
                ]
            )
        if first is None:
            logger.warning(
                "a node %s was heard of a moment ago from elsewhere; waiting up to %g s"
                " to see whether it lives",
                settings.gateway.node,
                settings.gateway.silent_after,
            )
        first = begun
        await asyncio.sleep(LOOK_SECONDS)


async def end_life(
    db: Database, settings: Settings, answer: Answer, epoch: int
) -> None:
    """Tell the others that nothing of this node has to be taken over."""
    try:
        await db.tx(_leave, settings, answer, epoch)
    except StoreUnavailable as error:
        logger.error("left without a word, the store does not answer: %s", error)


def _begin(
    conn: Connection,
    settings: Settings,
    answer: Answer,
    roles: AbstractSet[Role],
    home: str,
) -> int | datetime:
    """The epoch, or when the living owner of the name was heard."""
    node, now = settings.gateway.node, nodes.clock(conn)
    since = now - timedelta(seconds=settings.gateway.silent_after)
    heard = nodes.occupied(conn, node, home=home, since=since)
    if heard is not None:
        return heard
    # In the order in which claims lock them.
    for trunk in sorted(settings.trunks, key=lambda each: each.name):
        trunks.put(
            conn,
            trunk.name,
            max_calls=trunk.channels,
            calls_per_second=trunk.calls_per_second or None,
        )
    trunk_health.forget_node(conn, node)
    epoch = nodes.begin(conn, node, home=home, roles=roles, now=now)
    unknown = claims.take_over(
        conn,
        node=node,
        epoch=epoch,
        now=now,
        slot_grace=timedelta(seconds=settings.gateway.lost_call),
    )
    tell_unknown(conn, unknown, answer, now=now)
    routing = Routing(settings.carriers)
    trunks.adopt(conn, routing.names, routing.choose)
    return epoch


def _leave(conn: Connection, settings: Settings, answer: Answer, epoch: int) -> None:
    node, now = settings.gateway.node, nodes.clock(conn)
    trunk_health.forget_node(conn, node)
    # A claim whose answer was lost just before the stop: nobody else would find it.
    unknown = claims.settle_strays(
        conn,
        node=node,
        epoch=epoch,
        known=(),
        now=now,
        slot_grace=timedelta(seconds=settings.gateway.lost_call),
    )
    tell_unknown(conn, unknown, answer, now=now)
    nodes.leave(conn, node, epoch, now=now)
