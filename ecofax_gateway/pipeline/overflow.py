"""
Single faxes whose trunk is full, and the next trunk of their route that is not.

I/O: the database, through the caller's transaction.
"""

from sqlalchemy import Connection

from ..store import trunks
from .routing import Routing

LIMIT = 20
"""Faxes that may change their trunk in one look at the queue."""


def overflow(conn: Connection, routing: Routing) -> int:
    """
    Let single faxes whose trunk is full leave by a free one of their route.

    A person waits for each; a campaign's faxes wait for the trunk that they were
    planned for, which is cheaper.

    Returns:
        How many changed their trunk.
    """
    room = trunks.room(conn)
    full = [name for name, free in room.items() if not free]
    if not full or len(full) == len(room):
        return 0
    moved = 0
    for each in trunks.urgent(conn, of=full, limit=LIMIT):
        carriers = routing.carriers_for(each.number, each.quality)
        free = [carrier.name for carrier in carriers if room.get(carrier.name)]
        if free:
            room[free[0]] -= 1
            moved += trunks.move(conn, [each], lambda *_, to=free[0]: to)
    return moved
