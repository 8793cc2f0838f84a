"""
What waits, and why: each line's queues and what stands before their calls.
"""

from datetime import time, timedelta

import pytest

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.obstacle import Obstacle
from ecofax_gateway.domain.trunk_health import TrunkHealth, TrunkState
from ecofax_gateway.domain.window import Window
from ecofax_gateway.store import (
    backlog,
    lines,
    nodes,
    schedules,
    trunk_health,
    trunks,
)

from .test_schedules import numbers

LINE = "+33100000001"
NIGHT = Window(opens=time(20), closes=time(6))
SILENT_AFTER = timedelta(seconds=15)


def look(office):
    """The node says that it lives, then the only line that has something is given."""
    office.tx(nodes.beat, "a", office.epoch, now=office.now)
    found = office.db.sync_read(backlog.look, silent_after=SILENT_AFTER, now=office.now)
    assert len(found) == 1
    return found[0]


def down(office):
    health = TrunkHealth(state=TrunkState.DOWN, detail="503")
    office.tx(trunk_health.put, "main", "a", health, now=office.now)


def removed_trunk(office):
    office.tx(trunks.adopt, ["other"], lambda number, quality: "gone")


OBSTACLES = {
    Obstacle.LINE_PAUSED: lambda office, ref: office.tx(
        lines.set_paused, LINE, paused=True
    ),
    Obstacle.LINE_WITHOUT_CALLS: lambda office, ref: office.set_line(LINE, max_calls=0),
    Obstacle.LINE_SHUT: lambda office, ref: office.tx(
        schedules.set_line_window, LINE, NIGHT, now=office.now
    ),
    Obstacle.CAMPAIGN_PAUSED: lambda office, ref: office.tx(
        schedules.set_paused, ref, paused=True, now=office.now
    ),
    Obstacle.CAMPAIGN_SHUT: lambda office, ref: office.tx(
        schedules.set_window, ref, NIGHT, now=office.now
    ),
    Obstacle.TRUNK_GONE: lambda office, ref: removed_trunk(office),
    Obstacle.TRUNK_PAUSED: lambda office, ref: office.tx(
        trunks.set_paused, "main", paused=True
    ),
    Obstacle.TRUNK_DOWN: lambda office, ref: down(office),
    Obstacle.LINE_FULL: lambda office, ref: office.claim(),
    Obstacle.TRUNK_FULL: lambda office, ref: (
        office.tx(trunks.put, "main", max_calls=1),
        office.claim(1),
    ),
    Obstacle.PACE: lambda office, ref: (
        office.tx(schedules.set_pace, ref, 1.0),
        office.claim(1),
    ),
}


@pytest.mark.parametrize("why", OBSTACLES)
def test_what_keeps_faxes_from_leaving_is_named(office, why):
    ref = office.queue(office.line(LINE), numbers(4))
    before = look(office).queues[0].obstacle

    OBSTACLES[why](office, ref)

    [queue] = look(office).queues
    assert (before, queue.obstacle) == (None, why)
    assert queue.campaign == ref


def test_a_node_that_is_silent_calls_nobody(office):
    office.queue(office.line(LINE), numbers(1))
    later = office.later(minutes=1)

    [found] = office.db.sync_read(backlog.look, silent_after=SILENT_AFTER, now=later)

    assert found.queues[0].obstacle is Obstacle.NO_NODE


def test_who_waits_for_a_window_is_told_when_it_opens(office):
    ref = office.queue(office.line(LINE), numbers(2))
    OBSTACLES[Obstacle.CAMPAIGN_SHUT](office, ref)

    [queue] = look(office).queues

    # 20:00 in Paris.
    assert queue.opens_at == office.now.replace(hour=19)


def test_a_lines_faxes_are_counted_by_what_they_wait_for(office):
    line = office.line(LINE)
    office.queue(line, numbers(3))
    waiting_since = office.now
    office.claim(1)
    office.later(hours=1)
    office.queue(line, numbers(1, "+3320000"))
    office.campaign(line, numbers(2, "+3330000"))
    office.campaign(line, numbers(2, "+3340000"), draft=True)

    found = look(office)

    assert [(queue.count, queue.since) for queue in found.queues] == [
        (1, office.now),
        (2, waiting_since),
    ]
    assert (found.due, found.dialing, found.since) == (3, 1, waiting_since)
    assert found.not_due == {FaxState.WAITING: 2}


def test_a_line_that_has_nothing_to_send_is_left_out(office):
    office.line(LINE)

    found = office.db.sync_read(backlog.look, silent_after=SILENT_AFTER, now=office.now)

    assert found == []
