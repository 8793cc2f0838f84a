"""
What waits of each line, and why; what is stuck stands first, in words.

I/O: the store.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from ...domain.obstacle import FAULTS, Obstacle
from ...domain.role import WAITED_FOR, Role
from ...store import backlog, nodes
from ...store.backlog import Backlog, Queue
from ...web.desk import AtDesk
from ..page import page
from .access import Operating

router = APIRouter()

SILENT_AFTER = timedelta(minutes=1)
"""A node that was not heard of for so long is shown as silent."""

STUCK_AFTER = timedelta(minutes=5)
"""What a fault keeps waiting for less may have passed before anybody looks."""

_OF_LINE = frozenset({Obstacle.LINE_GONE, Obstacle.LINE_WITHOUT_CALLS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Faxes that are stuck for the same reason."""

    obstacle: Obstacle
    where: str
    "The line or the trunk; empty: everywhere."

    count: int
    since: datetime


@router.get("/operator/queue")
async def show_queue(
    request: Request, desk: AtDesk, session: Operating
) -> HTMLResponse:
    """Show the queues of all lines."""
    now = desk.clock()
    found = await desk.db.read(backlog.look, silent_after=SILENT_AFTER, now=now)
    return page(
        request,
        session,
        "operator/queue.html",
        backlogs=found,
        alarms=alarms(found, now=now),
        idle=await desk.db.read(idle_roles, now=now),
        faults=FAULTS,
        now=now,
    )


def idle_roles(conn: Connection, *, now: datetime) -> list[Role]:
    """Work that nobody does; at a gateway that never ran that is no news."""
    if not nodes.listing(conn):
        return []
    return nodes.idle_roles(conn, WAITED_FOR, silent_after=SILENT_AFTER, now=now)


def alarms(found: Iterable[Backlog], *, now: datetime) -> list[Alarm]:
    """Put together what is stuck for the same reason, the longest wait first."""
    stuck: dict[tuple[Obstacle, str], list[Queue]] = {}
    for each in found:
        for queue in each.queues:
            why = queue.obstacle
            if why in FAULTS and why and now - queue.since >= STUCK_AFTER:
                stuck.setdefault((why, _where(why, queue)), []).append(queue)
    told = [
        Alarm(
            obstacle=why,
            where=where,
            count=sum(queue.count for queue in queues),
            since=min(queue.since for queue in queues),
        )
        for (why, where), queues in stuck.items()
    ]
    return sorted(told, key=lambda alarm: alarm.since)


def _where(why: Obstacle, queue: Queue) -> str:
    if why is Obstacle.NO_NODE:
        return ""
    return queue.line if why in _OF_LINE else queue.trunk
