"""
What waits: the queues of each line, and what stands between them and their calls.

I/O: the database, through the caller's transaction.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from ..domain.fax import FaxState
from ..domain.obstacle import Channels, Gate, Obstacle, Trunk, Way, obstacle
from ..domain.role import Role
from ..domain.window import Window, next_opening
from . import lines, nodes, trunks
from .lines import LineStatus
from .tables import campaign, fax, line

NOT_DUE = (FaxState.WAITING, FaxState.SCHEDULED, FaxState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Faxes of one line that are due, by one trunk, of one campaign or single ones."""

    line: str
    trunk: str
    campaign: str | None
    "Reference; None: faxes without rules of their own."

    count: int
    since: datetime
    "When the one that is called next came into the queue."

    obstacle: Obstacle | None
    opens_at: datetime | None
    "Out of a window: when it opens."


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """All that one line has to send."""

    status: LineStatus | None
    "None: the line was removed."

    number: str
    queues: tuple[Queue, ...]
    dialing: int
    not_due: Mapping[FaxState, int]
    "Those whose time has not come, whose pages are made or that are held."

    @property
    def due(self) -> int:
        """Faxes in its queues."""
        return sum(queue.count for queue in self.queues)

    @property
    def since(self) -> datetime | None:
        """How long the longest queue waits."""
        return min((queue.since for queue in self.queues), default=None)


def look(conn: Connection, *, silent_after: timedelta, now: datetime) -> list[Backlog]:
    """
    Find what every line has to send; lines that have nothing are left out.

    Args:
        silent_after: A node that was not heard of for so long is taken for dead.
    """
    known = {each.line.number: each for each in lines.listing(conn)}
    calling = _busy(conn, fax.c.line)
    queues: dict[str, list[Queue]] = {}
    for queue in _queues(conn, known, calling, silent_after, now):
        queues.setdefault(queue.line, []).append(queue)
    not_due = _not_due(conn)
    numbers = sorted({*queues, *calling, *not_due})
    return [
        Backlog(
            status=known.get(number),
            number=number,
            queues=tuple(queues.get(number, ())),
            dialing=calling.get(number, 0),
            not_due=not_due.get(number, {}),
        )
        for number in numbers
    ]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What stands round the queues, read once for all."""

    has_node: bool
    lines: Mapping[str, LineStatus]
    windows: Mapping[str, Window | None]
    calling: Mapping[str, int]
    trunks: Mapping[str, Trunk]

    def line_gate(self, number: str) -> Gate | None:
        its = self.lines.get(number)
        if its is None:
            return None
        return Gate(paused=its.paused, window=self.windows.get(number))

    def way(self, row: Any) -> Way:
        """What stands between a queue and its calls."""
        its = self.lines.get(row.line)
        channels = None
        if its is not None:
            busy = self.calling.get(row.line, 0)
            channels = Channels(most=its.line.max_calls, busy=busy)
        return Way(
            has_node=self.has_node,
            line=self.line_gate(row.line),
            line_channels=channels,
            campaign=_gate(row),
            trunk=self.trunks.get(row.trunk),
        )


def _queues(
    conn: Connection,
    known: Mapping[str, LineStatus],
    calling: Mapping[str, int],
    silent_after: timedelta,
    now: datetime,
) -> list[Queue]:
    scene = _Scene(
        not nodes.idle_roles(conn, [Role.TRANSMIT], silent_after=silent_after, now=now),
        known,
        _windows(conn),
        calling,
        _trunks(conn),
    )
    found = []
    for row in _rows(conn):
        way = scene.way(row)
        why = obstacle(way, now)
        found.append(
            Queue(
                line=row.line,
                trunk=row.trunk,
                campaign=row.ref,
                count=row.count,
                since=row.since,
                obstacle=why,
                opens_at=_opens_at(why, way, now),
            )
        )
    return found


def _gate(row: Any) -> Gate | None:
    if row.ref is None:
        return None
    return Gate(
        paused=row.paused,
        window=_window(row.window),
        next_call_at=row.next_call_at,
    )


def _trunks(conn: Connection) -> dict[str, Trunk]:
    on_air = _busy(conn, fax.c.trunk)
    return {
        each.name: Trunk(
            paused=each.paused,
            is_down=each.is_down,
            channels=Channels(most=each.max_calls, busy=on_air.get(each.name, 0)),
        )
        for each in trunks.listing(conn)
    }


def _rows(conn: Connection) -> list[Any]:
    """Each queue with the time of its first fax, found by the index of claims."""
    head = fax.alias("head")
    grouped = (
        select(fax.c.line, fax.c.trunk, fax.c.gate, func.count().label("count"))
        .where(fax.c.state == FaxState.QUEUED)
        .group_by(fax.c.line, fax.c.trunk, fax.c.gate)
        .subquery()
    )
    since = (
        select(head.c.updated_at)
        .where(
            head.c.line == grouped.c.line,
            head.c.trunk == grouped.c.trunk,
            head.c.gate == grouped.c.gate,
            head.c.state == FaxState.QUEUED,
        )
        .order_by(head.c.priority, head.c.round, head.c.vrank, head.c.id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            grouped.c.line,
            grouped.c.trunk,
            grouped.c.count,
            since.label("since"),
            campaign.c.ref,
            campaign.c.paused,
            campaign.c.window,
            campaign.c.next_call_at,
        )
        .outerjoin_from(grouped, campaign, campaign.c.id == grouped.c.gate)
        .order_by(grouped.c.line, grouped.c.gate, grouped.c.trunk)
    )
    return list(conn.execute(query))


def _busy(conn: Connection, column: Any) -> dict[str, int]:
    """Calls under way, by line or by trunk."""
    query = select(column, func.count()).where(fax.c.busy, fax.c.rides_with.is_(None))
    rows = conn.execute(query.group_by(column)).all()
    return {row[0]: row[1] for row in rows}


def _not_due(conn: Connection) -> dict[str, Counter[FaxState]]:
    """By line; drafts are none of it."""
    query = (
        select(campaign.c.line, fax.c.state, func.count())
        .join(fax, fax.c.campaign_id == campaign.c.id)
        .where(
            campaign.c.finished_at.is_(None),
            campaign.c.launched_at.is_not(None),
            fax.c.state.in_(NOT_DUE),
        )
        .group_by(campaign.c.line, fax.c.state)
    )
    counts: dict[str, Counter[FaxState]] = {}
    for number, state, n in conn.execute(query):
        counts.setdefault(number, Counter())[state] = n
    return counts


def _windows(conn: Connection) -> dict[str, Window | None]:
    query = select(line.c.number, line.c.window).where(line.c.window.is_not(None))
    return {number: _window(stored) for number, stored in conn.execute(query)}


def _window(stored: Any) -> Window | None:
    return None if stored is None else Window.from_json(stored)


def _opens_at(why: Obstacle | None, way: Way, now: datetime) -> datetime | None:
    match why:
        case Obstacle.LINE_SHUT:
            gate = way.line
        case Obstacle.CAMPAIGN_SHUT:
            gate = way.campaign
        case _:
            gate = None
    return next_opening(gate.window, now) if gate and gate.window else None
