"""
Who is called next, and never too many at once.
"""

import asyncio
import itertools
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from ecofax_gateway.domain.fax import FaxState, Phase
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    faxes,
    lines,
    nodes,
    schedules,
    trunks,
)
from ecofax_gateway.store.tables import fax, trunk

DELIVERED = Outcome(ending=Ending.DELIVERED, pages_confirmed=3)


def numbers(count, prefix="+3310000"):
    return [f"{prefix}{n:04}" for n in range(1, count + 1)]


def test_a_line_never_exceeds_its_calls(office):
    office.queue(office.line(max_calls=2), numbers(5))

    assert len(office.claim()) == 2
    assert office.claim() == []


def test_a_trunk_never_exceeds_its_calls(office):
    for n in range(4):
        line = office.line(f"+3320000000{n}", max_calls=5)
        office.queue(line, numbers(5, f"+33300{n}"))

    assert len(office.claim(limit=100)) == 10
    assert office.claim() == []


def test_a_claim_says_all_that_the_call_needs(office):
    line = office.line()
    ref = office.queue(line, ["+33972101010"])

    (claimed,) = office.claim()

    assert (claimed.ref, claimed.campaign, claimed.number) == (ref, ref, "+33972101010")
    assert (claimed.line, claimed.trunk, claimed.pages) == (line, "main", 3)
    assert (claimed.attempt, claimed.node, claimed.first_page) == (1, "a", 1)
    assert office.fax(ref).phase is Phase.CLAIMED


def test_one_number_is_never_called_twice_at_once(office):
    """
    Not even for two lines, nor in one claim.
    """
    first, second = office.line("+33200000001"), office.line("+33200000002")
    office.queue(first, ["+33972101010"])
    office.queue(second, ["+33972101010", "+33972101011"])

    claimed = office.claim()

    assert sorted(each.number for each in claimed) == ["+33972101010", "+33972101011"]


def test_a_number_is_free_after_its_call(office):
    office.queue(office.line("+33200000001"), ["+33972101010"])
    office.queue(office.line("+33200000002"), ["+33972101010"])
    (first,) = office.claim()
    office.tx(calls.intend, first, pages_sha256="x", now=office.now)
    office.tx(calls.finish, first, DELIVERED, Done(), now=office.now)

    (second,) = office.claim()

    assert second.line != first.line


def test_a_full_trunk_does_not_hold_up_another(office):
    office.tx(trunks.put, "spare", max_calls=1)
    office.tx(trunks.set_paused, "main", paused=True)
    line = office.line()
    office.queue(line, ["+33972101010"])
    office.queue(line, ["+33972101011"], trunk="spare")

    assert [each.trunk for each in office.claim()] == ["spare"]


def test_a_paused_line_waits(office):
    line = office.line()
    office.queue(line, numbers(1))
    office.tx(lines.set_paused, line, paused=True)
    while_paused = office.claim()
    office.tx(lines.set_paused, line, paused=False)

    assert while_paused == []
    assert len(office.claim()) == 1


def test_lines_share_a_short_trunk(office):
    office.tx(trunks.put, "main", max_calls=4)
    for n in range(4):
        line = office.line(f"+3320000000{n}", max_calls=4)
        office.queue(line, numbers(9, f"+33300{n}"))

    assert set(Counter(each.line for each in office.claim()).values()) == {1}


def test_weight_gives_a_line_more(office):
    office.tx(trunks.put, "main", max_calls=6)
    heavy = office.line("+33200000001", max_calls=6, weight=2.0)
    light = office.line("+33200000002", max_calls=6)
    office.queue(heavy, numbers(9, "+333001"))
    office.queue(light, numbers(9, "+333002"))

    took = Counter(office.claim(limit=1)[0].line for _ in range(6))

    assert took == {heavy: 4, light: 2}


def test_two_campaigns_of_a_line_take_turns(office):
    line = office.line(max_calls=6)
    large = office.queue(line, numbers(50, "+333001"))
    small = office.queue(line, numbers(3, "+333002"))

    took = Counter(each.campaign for each in office.claim(limit=6))

    assert took == {large: 3, small: 3}


def test_a_campaign_planned_long_ago_takes_turns_too(office):
    line = office.line(max_calls=4)
    planned = office.queue(
        line, numbers(50, "+333001"), due_at=office.now + timedelta(hours=1)
    )
    running = office.queue(line, numbers(50, "+333002"))
    for each in itertools.chain(office.claim(4), office.claim(4)):
        office.tx(calls.intend, each, pages_sha256="x", now=office.now)
        office.tx(calls.finish, each, DELIVERED, Done(), now=office.now)
    office.later(hours=1)
    office.tx(faxes.promote_due, now=office.now)

    took = Counter(each.campaign for each in office.claim(limit=4))

    assert took == {planned: 2, running: 2}


def test_priority_overtakes(office):
    line = office.line(max_calls=1)
    office.queue(line, numbers(9))
    urgent = office.queue(line, ["+33972101010"], priority=1)

    assert office.claim()[0].ref == urgent


def test_a_claim_given_back_is_no_attempt(office):
    ref = office.queue(office.line(), ["+33972101010"])
    (claimed,) = office.claim()

    assert office.tx(claims.give_back, claimed, now=office.now)
    assert office.fax(ref).state is FaxState.QUEUED
    assert office.tx(faxes.attempts, ref) == []
    assert not office.tx(claims.give_back, claimed, now=office.now)
    assert office.claim()[0].attempt == 2


def test_take_over_requeues_what_had_not_left(office):
    line = office.line(max_calls=3)
    office.queue(line, numbers(3))
    claimed, inviting, sending = office.claim()
    for each in (inviting, sending):
        office.tx(calls.intend, each, pages_sha256="x", now=office.now)
    office.tx(calls.progress, sending, Phase.SENDING, pages_confirmed=2, now=office.now)
    epoch = office.tx(nodes.begin, "a", now=office.now)

    unknown = office.tx(claims.take_over, node="a", epoch=epoch, now=office.now)

    assert unknown == [inviting.ref, sending.ref]
    assert office.fax(claimed.ref).state is FaxState.QUEUED
    assert office.fax(inviting.ref).state is FaxState.UNKNOWN
    assert office.fax(sending.ref).pages_confirmed == 2
    assert office.tx(faxes.attempts, sending.ref)[0].ending is Ending.BROKEN_OFF


def test_take_over_leaves_others_alone(office):
    """
    Neither the present life's calls nor another node's.
    """
    office.queue(office.line(max_calls=3), numbers(2))
    office.claim(limit=1)
    office.tx(nodes.begin, "b", now=office.now)
    office.claim(limit=1, node="b")

    unknown = office.tx(claims.take_over, node="a", epoch=1, now=office.now)

    assert unknown == []
    assert office.tx(faxes.counts) == {FaxState.DIALING: 2}


def test_an_unknown_call_keeps_its_channel_for_a_while(office):
    office.queue(office.line(max_calls=1), numbers(2))
    (claimed,) = office.claim()
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    office.tx(claims.take_over, node="a", epoch=2, now=office.now)
    at_once = office.claim()
    office.later(seconds=claims.SLOT_GRACE.total_seconds() - 1)
    just_before = office.claim()
    office.later(seconds=1)

    assert (at_once, just_before) == ([], [])
    assert len(office.claim()) == 1


async def test_rival_claimers_keep_every_cap(office):
    """
    Peaks are counted in the database, by every claimer, inside its transaction.
    """
    office.tx(trunks.put, "main", max_calls=5)
    for n in range(4):
        line = office.line(f"+3320000000{n}", max_calls=2)
        # Every line wants the same numbers.
        office.queue(line, numbers(12))
    peaks = []
    called = Counter()

    def claim_and_count(conn):
        claimed = claims.claim(conn, node="a", epoch=1, limit=3, now=office.now)
        busy = select(func.count()).select_from(fax).where(fax.c.busy)
        by_line = select(func.count().label("n")).where(fax.c.busy).group_by(fax.c.line)
        most = conn.execute(select(func.max(by_line.subquery().c.n))).scalar()
        twice = select(fax.c.number).where(fax.c.busy).group_by(fax.c.number)
        twins = conn.execute(twice.having(func.count() > 1)).scalars().all()
        peaks.append((conn.execute(busy).scalar(), most or 0, len(twins)))
        return claimed

    def deliver(conn, claimed):
        assert calls.intend(conn, claimed, pages_sha256="x", now=office.now)
        calls.finish(conn, claimed, DELIVERED, Done(), now=office.now)
        return campaigns.finish_if_all_final(conn, claimed.campaign, now=office.now)

    async def rival(claimed):
        finished = 0
        while called.total() < 48:
            for each in claimed:
                called[each.ref] += 1
                finished += await office.db.tx(deliver, each)
            claimed = await office.db.tx(claim_and_count)
        return finished

    async with asyncio.timeout(60):
        first = await asyncio.gather(*(office.db.tx(claim_and_count) for _ in "123456"))
        finished = await asyncio.gather(*(rival(claimed) for claimed in first))

    assert sum(map(len, first)) == 5
    assert set(called.values()) == {1}
    assert sum(finished) == 4
    assert max(peak[0] for peak in peaks) == 5
    assert max(peak[1] for peak in peaks) == 2
    assert max(peak[2] for peak in peaks) == 0


@pytest.mark.parametrize("way", ["tx", "brief"])
async def test_two_that_wait_for_each_other_both_succeed(db, way):
    """
    PostgreSQL undoes one of them; it is run again. SQLite has one at a time anyway.
    """
    await db.tx(trunks.put, "x", max_calls=0)
    await db.tx(trunks.put, "y", max_calls=0)
    met = threading.Barrier(2)
    runs = Counter()

    def add(conn, first, second):
        for name in (first, second):
            mine = update(trunk).where(trunk.c.name == name)
            conn.execute(mine.values(max_calls=trunk.c.max_calls + 1))
            if runs[first] == 0 and "postgres" in repr(db):
                runs[first] += 1
                met.wait(10)

    async with asyncio.timeout(60):
        await asyncio.gather(getattr(db, way)(add, "x", "y"), db.tx(add, "y", "x"))

    assert [each.max_calls for each in await db.read(trunks.listing)] == [2, 2]


def test_what_an_operator_expedites_goes_before_all(office):
    """
    Of another line, behind a campaign and a single fax; only its turn changes.
    """
    busy, other = office.line(max_calls=1), office.line("+33200000002", max_calls=1)
    office.queue(busy, ["+33972101000"])
    campaign = office.queue(busy, numbers(3))
    office.queue(other, ["+33972101002"])
    office.tx(trunks.put, "main", max_calls=1)

    assert office.tx(faxes.expedite, f"{campaign}-3", now=office.now) == 1
    [first] = office.claim()

    assert first.ref == f"{campaign}-3"
    assert office.tx(faxes.expedite, first.ref, now=office.now) == 0
    assert office.tx(faxes.expedite, campaign, now=office.now) == 2
    assert office.tx(faxes.expedite, "no-such", now=office.now) == 0


def test_what_is_expedited_keeps_to_its_window_and_time(office):
    line = office.line()
    later = office.now + timedelta(hours=1)
    planned = office.queue(line, ["+33972101000"], due_at=later)
    paused = office.queue(line, numbers(2))
    office.tx(schedules.set_paused, paused, paused=True, now=office.now)

    for ref in (planned, paused):
        assert office.tx(faxes.expedite, ref, now=office.now)

    assert office.tx(faxes.promote_due, now=office.now) == 0
    assert office.claim() == []
