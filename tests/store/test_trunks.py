"""
Several trunks: their health, their pace, and faxes that change from one to another.
"""

from datetime import timedelta
from itertools import pairwise

import pytest

from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import CallAgain
from ecofax_gateway.domain.trunk_health import TrunkHealth, TrunkState
from ecofax_gateway.store import (
    calls,
    claims,
    faxes,
    nodes,
    schedules,
    trunk_health,
    trunks,
)

DOWN = TrunkHealth(state=TrunkState.DOWN, detail="no answer")
UP = TrunkHealth(state=TrunkState.UP)


def numbers(count, *, first=0):
    return [f"+3397210{first + n:04}" for n in range(count)]


def say(office, name, node, health):
    office.tx(trunk_health.put, name, node, health, now=office.now)


def is_down(office, name):
    (found,) = [each for each in office.tx(trunks.listing) if each.name == name]
    return found.is_down


def test_a_trunk_is_down_when_every_node_that_speaks_says_so(office):
    say(office, "main", "a", DOWN)
    assert is_down(office, "main")

    say(office, "main", "b", UP)
    assert not is_down(office, "main")

    say(office, "main", "b", DOWN)
    assert is_down(office, "main")

    office.tx(trunk_health.forget_node, "a")
    office.tx(trunk_health.forget_node, "b")
    assert not is_down(office, "main")
    assert office.tx(trunk_health.listing) == []


def test_a_trunk_that_is_down_gets_one_call_at_a_time(office):
    line = office.line(max_calls=5)
    office.queue(line, numbers(3))
    say(office, "main", "a", DOWN)

    first = office.claim()
    assert len(first) == 1
    assert office.claim() == []

    say(office, "main", "a", UP)
    assert len(office.claim()) == 2


def test_a_node_that_alone_finds_a_trunk_down_leaves_it_to_the_others(office):
    line = office.line(max_calls=5)
    office.queue(line, numbers(2))
    other = office.tx(nodes.begin, "b", now=office.now)
    say(office, "main", "a", DOWN)
    say(office, "main", "b", UP)

    assert office.claim() == []
    claimed = office.tx(claims.claim, node="b", epoch=other, limit=10, now=office.now)
    assert len(claimed) == 2


def test_waiting_faxes_change_their_trunk_and_calls_do_not(office):
    office.tx(trunks.put, "spare", max_calls=3)
    line = office.line(max_calls=1)
    ref = office.queue(line, numbers(3))
    (claimed,) = office.claim()

    waiting = office.tx(trunks.waiting, not_for=["spare"])
    moved = office.tx(trunks.move, waiting, lambda number, quality: "spare")

    assert (len(waiting), moved) == (2, 2)
    assert office.fax(claimed.ref).trunk == "main"
    assert office.fax(f"{ref}-2").trunk == "spare"


def test_a_fax_whose_trunk_was_taken_away_finds_another(office):
    line = office.line()
    ref = office.queue(line, numbers(1))
    office.tx(trunks.put, "new", max_calls=1)

    moved = office.tx(trunks.adopt, ["new"], lambda number, quality: "new")

    assert moved == 1
    assert office.fax(ref).trunk == "new"
    assert [each.name for each in office.tx(trunks.listing)] == ["new"]
    assert len(office.claim()) == 1


def test_what_a_trunk_carries_is_counted(office):
    line = office.line(max_calls=2)
    office.queue(line, numbers(3))
    office.claim()

    used = office.tx(trunks.use, since=office.now - timedelta(hours=1))

    assert used["main"].busy == 2
    assert used["main"].queued == 1
    assert used["main"].calls == 0, "nothing was dialled yet"


@pytest.mark.parametrize(("per_second", "count"), [(4.0, 4), (0.5, 1)])
def test_a_trunks_calls_begin_at_its_pace(office, per_second, count):
    """Over two nodes that look every quarter of a second."""
    office.tx(trunks.put, "main", max_calls=100, calls_per_second=per_second)
    line = office.line(max_calls=100)
    office.queue(line, numbers(40))
    other = office.tx(nodes.begin, "b", now=office.now)
    starts = []
    for look in range(20):
        node, epoch = (("a", office.epoch), ("b", other))[look % 2]
        claimed = office.tx(
            claims.claim, node=node, epoch=epoch, limit=100, now=office.now
        )
        starts += [each.starts_at for each in claimed]
        office.later(seconds=0.25)

    assert starts == sorted(starts)
    interval = timedelta(seconds=1 / per_second)
    assert all(later - sooner >= interval for sooner, later in pairwise(starts))
    # Five seconds of looking, and the second ahead.
    assert abs(len(starts) - 6 * per_second) <= 1
    assert len(starts) >= count


def test_a_pace_is_taken_away_again(office):
    office.tx(trunks.put, "main", max_calls=100, calls_per_second=1)
    line = office.line(max_calls=100)
    office.queue(line, numbers(9))
    assert len(office.claim()) == 1

    office.tx(trunks.put, "main", max_calls=100)
    claimed = office.claim()

    assert len(claimed) == 8
    assert {each.starts_at for each in claimed} == {None}


def test_a_campaign_behind_its_gate_is_paced_too(office):
    office.tx(trunks.put, "main", max_calls=100, calls_per_second=2)
    line = office.line(max_calls=100)
    ref = office.queue(line, numbers(9))
    office.tx(schedules.set_pace, ref, 6000)

    assert len(office.claim()) <= 2


def fault(office, claimed, decision):
    outcome = Outcome(ending=Ending.TRUNK_FAULT, detail="503")
    assert office.tx(
        calls.intend, claimed, pages_sha256="aa", now=office.later(seconds=1)
    )
    history = office.tx(calls.history, claimed, outcome)
    office.tx(calls.finish, claimed, outcome, decision, now=office.later(seconds=1))
    office.tx(faxes.promote_due, now=office.now)
    return history


@pytest.mark.parametrize("gated", [False, True])
def test_a_fax_goes_to_another_trunk_at_once(office, gated):
    """Also before the rest of its campaign: it was not tried."""
    office.tx(trunks.put, "spare", max_calls=1)
    line = office.line(max_calls=1)
    ref = office.queue(line, numbers(3))
    if gated:
        office.tx(schedules.set_pace, ref, 600)
    (first,) = office.claim()
    to_spare = CallAgain(office.now, trunk="spare", is_same_try=True)
    assert fault(office, first, to_spare).failed_trunks == ("main",)

    office.later(minutes=1)
    (again,) = office.claim()

    assert (again.ref, again.trunk) == (first.ref, "spare")
    to_main = CallAgain(office.now, trunk="main")
    assert fault(office, again, to_main).failed_trunks == ("main", "spare")
    assert [each.trunk for each in office.tx(faxes.attempts, first.ref)] == [
        "main",
        "spare",
    ]


def test_another_ending_between_begins_the_faults_anew(office):
    line = office.line(max_calls=1)
    office.queue(line, numbers(1))
    (claimed,) = office.claim()
    fault(office, claimed, CallAgain(office.now))
    (claimed,) = office.claim()
    office.tx(calls.intend, claimed, pages_sha256="aa", now=office.now)
    busy = Outcome(ending=Ending.BUSY)
    office.tx(calls.finish, claimed, busy, CallAgain(office.now), now=office.now)
    office.tx(faxes.promote_due, now=office.now)

    (claimed,) = office.claim()

    assert fault(office, claimed, CallAgain(office.now)).failed_trunks == ("main",)
