"""
Several faxes to one number in one call: who rides, and that it is one call for every cap.
"""

from datetime import time, timedelta

import pytest
from sqlalchemy import func, select

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FaxState, Phase
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Ask, CallAgain, Done
from ecofax_gateway.domain.window import Window
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    erasure,
    faxes,
    nodes,
    preparation,
    repeats,
    riders,
    schedules,
)
from ecofax_gateway.store.tables import fax

NUMBER = "+33972101010"
OTHERS = [f"+3397210102{n}" for n in range(4)]
AGAIN = {"notes": {repeats.ALLOWED: True}}
"""All these orders have the same pages."""


@pytest.fixture
def line(office):
    """
    A line that combines.
    """
    number = office.line()
    assert office.set_line(number, combine=True)
    return number


def order(office, line, numbers, **kwargs):
    return office.queue(line, numbers, **AGAIN, **kwargs)


def refs_of(claimed):
    return [each.ref for each in (claimed, *claimed.riders)]


def intend_all(office, claimed):
    for each in (claimed, *claimed.riders):
        with_ref = None if each is claimed else claimed.ref
        assert office.tx(
            calls.intend, each, pages_sha256="x", rides_with=with_ref, now=office.now
        )


def busy_calls(office):
    query = select(func.count()).where(fax.c.busy, fax.c.rides_with.is_(None))
    return office.db.sync_read(lambda conn: conn.execute(query).scalar())


def test_waiting_faxes_to_one_number_ride_along(office, line):
    refs = [order(office, line, [NUMBER]) for _ in range(3)]

    [claimed] = office.claim()

    assert refs_of(claimed) == refs
    assert [each.attempt for each in claimed.riders] == [1, 1]
    assert {office.fax(ref).state for ref in refs} == {FaxState.DIALING}
    assert [len(office.tx(faxes.attempts, ref)) for ref in refs] == [1, 1, 1]


def test_a_line_that_does_not_combine_calls_one_by_one(office):
    line = office.line()
    for _ in range(3):
        order(office, line, [NUMBER])

    [claimed] = office.claim()

    assert claimed.riders == ()
    assert office.claim() == []


def test_riders_count_as_no_call(office, line):
    """
    The line has two calls: the second goes to another number, whoever rides in the first.
    """
    for _ in range(3):
        order(office, line, [NUMBER])
    order(office, line, OTHERS)

    claimed = office.claim()

    assert [len(each.riders) for each in claimed] == [2, 0]
    assert busy_calls(office) == 2
    assert office.claim() == []


def test_the_number_of_a_shared_call_is_called_by_nobody_else(office, line):
    order(office, line, [NUMBER])
    order(office, line, [NUMBER])
    office.claim()
    order(office, office.line("+33100000002"), [NUMBER])
    order(office, line, [NUMBER])

    assert office.claim() == []


def test_another_line_or_quality_does_not_ride(office, line):
    order(office, line, [NUMBER])
    order(office, line, [NUMBER], quality=Quality.NORMAL)
    order(office, office.line("+33100000002"), [NUMBER])

    [claimed] = office.claim()

    assert claimed.riders == ()


def test_who_may_not_be_called_now_does_not_ride(office, line):
    """
    Paused, out of its window, or planned for later.
    """
    single = order(office, line, [NUMBER])
    paused, shut, due = (order(office, line, [NUMBER]) for _ in range(3))
    office.tx(schedules.set_paused, paused, paused=True, now=office.now)
    night = Window(opens=time(22), closes=time(23))
    office.tx(schedules.set_window, shut, night, now=office.now)
    order(office, line, [NUMBER], due_at=office.now + timedelta(hours=1))

    [claimed] = office.claim()

    assert sorted(refs_of(claimed)) == sorted([single, due])


def test_a_campaign_above_its_pace_does_not_ride(office, line):
    """
    Riding is its turn as much as a call of its own.
    """
    paced = order(office, line, [NUMBER, *OTHERS])
    office.tx(schedules.set_pace, paced, 1)
    singles = [order(office, line, [each]) for each in (NUMBER, OTHERS[0])]

    first, second = office.claim()

    assert refs_of(first) == [singles[0], f"{paced}-1"]
    assert refs_of(second) == [singles[1]]


def test_a_retry_rides_from_its_first_unconfirmed_page(office, line):
    ref = order(office, line, [NUMBER])
    [claimed] = office.claim()
    intend_all(office, claimed)
    cut = Outcome(ending=Ending.CUT_OFF, pages_confirmed=2)
    office.tx(calls.finish, claimed, cut, CallAgain(office.now), now=office.now)
    office.tx(faxes.promote_due, now=office.now)
    new = order(office, line, [NUMBER])

    [claimed] = office.claim()

    by_ref = {each.ref: each for each in (claimed, *claimed.riders)}
    assert by_ref[ref].first_page == 3
    assert by_ref[ref].pages_to_send == 1
    assert by_ref[new].first_page == 1


def test_only_so_many_faxes_share_a_call(office, line):
    for _ in range(riders.MAX_FAXES + 1):
        order(office, line, [NUMBER])

    [claimed] = office.claim()

    assert len(refs_of(claimed)) == riders.MAX_FAXES


def test_only_so_many_pages_share_a_call(office, line):
    """
    Faxes have three pages each here.
    """
    most = riders.MAX_PAGES // 3
    for _ in range(most + 1):
        ref = office.campaign(line, [NUMBER], **AGAIN)
        office.tx(
            preparation.release, ref, page_count=riders.MAX_PAGES // 3, now=office.now
        )

    [claimed] = office.claim()

    assert len(refs_of(claimed)) == 3


def test_a_long_fax_goes_all_the_same(office, line):
    for count in (riders.MAX_PAGES + 1, 1):
        ref = office.campaign(line, [NUMBER], **AGAIN)
        office.tx(preparation.release, ref, page_count=count, now=office.now)

    [claimed] = office.claim()

    assert (claimed.pages, claimed.riders) == (riders.MAX_PAGES + 1, ())


def test_a_call_that_is_given_back_puts_all_back(office, line):
    refs = [order(office, line, [NUMBER]) for _ in range(3)]
    [claimed] = office.claim()

    assert office.tx(claims.give_back, claimed, now=office.now)

    assert {office.fax(ref).state for ref in refs} == {FaxState.QUEUED}
    assert [office.tx(faxes.attempts, ref) for ref in refs] == [[], [], []]
    [again] = office.claim()
    assert refs_of(again) == refs


def test_each_fax_has_its_own_end(office, line):
    refs = [order(office, line, [NUMBER]) for _ in range(3)]
    [claimed] = office.claim()
    intend_all(office, claimed)
    first, second, third = (claimed, *claimed.riders)

    def conclude(conn):
        calls.finish(
            conn, first, Outcome(ending=Ending.DELIVERED), Done(), now=office.now
        )
        later = CallAgain(office.later(minutes=1))
        cut = Outcome(ending=Ending.CUT_OFF, pages_confirmed=1)
        calls.finish(conn, second, cut, later, now=office.now)
        missed = Outcome(ending=Ending.NOT_REACHED)
        calls.finish(conn, third, missed, later, now=office.now)

    office.tx(conclude)

    told = [office.fax(ref) for ref in refs]
    assert [each.state for each in told] == [
        FaxState.SENT,
        FaxState.SCHEDULED,
        FaxState.SCHEDULED,
    ]
    assert [each.pages_confirmed for each in told] == [0, 1, 0]
    assert busy_calls(office) == 0
    attempts = [office.tx(faxes.attempts, ref)[0] for ref in refs]
    assert [each.rode_with for each in attempts] == [None, refs[0], refs[0]]


def test_who_was_not_reached_was_not_tried(office, line):
    """
    However often: only its own calls use up the patience with a number.
    """
    order(office, line, [NUMBER])
    order(office, line, [NUMBER])
    [claimed] = office.claim()
    intend_all(office, claimed)
    missed = Outcome(ending=Ending.NOT_REACHED, fax_met=True)

    history = office.tx(calls.history, claimed.riders[0], missed)

    assert (history.dials, history.with_carrier) == (0, 0)


def test_a_lost_call_keeps_one_channel(office, line):
    """
    Each fax is unknown with its own pages, and nothing is called again; the channel is
    kept for the one call that may still stand.
    """
    refs = [order(office, line, [NUMBER]) for _ in range(3)]
    [claimed] = office.claim()
    intend_all(office, claimed)
    second = claimed.riders[0]
    office.tx(calls.progress, claimed, Phase.SENDING, pages_confirmed=3, now=office.now)
    office.tx(calls.progress, second, Phase.SENDING, pages_confirmed=1, now=office.now)

    epoch = office.tx(nodes.begin, "a", now=office.now)
    ended = office.tx(claims.take_over, node="a", epoch=epoch, now=office.now)

    assert ended == refs
    told = [office.fax(ref) for ref in refs]
    assert [each.state for each in told] == [
        FaxState.SENT,
        FaxState.UNKNOWN,
        FaxState.UNKNOWN,
    ]
    assert [each.pages_confirmed for each in told] == [3, 1, 0]
    assert busy_calls(office) == 1
    office.later(seconds=claims.SLOT_GRACE.total_seconds())
    office.epoch = epoch
    assert office.claim() == []
    assert busy_calls(office) == 0


def test_a_lost_claim_leaves_all_in_the_queue(office, line):
    refs = [order(office, line, [NUMBER]) for _ in range(3)]
    office.claim()

    office.epoch = office.tx(nodes.begin, "a", now=office.now)
    ended = office.tx(claims.take_over, node="a", epoch=office.epoch, now=office.now)

    assert ended == []
    assert busy_calls(office) == 0
    [again] = office.claim()
    assert refs_of(again) == refs


def test_late_results_are_heard_for_each_fax(office, line):
    """
    Its channel may be another call's by then.
    """
    refs = [order(office, line, [NUMBER]) for _ in range(2)]
    [claimed] = office.claim()
    intend_all(office, claimed)
    [rider] = claimed.riders
    office.epoch = office.tx(nodes.begin, "a", now=office.now)
    office.tx(claims.take_over, node="a", epoch=office.epoch, now=office.now)
    office.later(seconds=claims.SLOT_GRACE.total_seconds())
    order(office, line, [NUMBER])
    [new] = office.claim()

    lost = Outcome(ending=Ending.BROKEN_OFF)
    office.tx(calls.finish, claimed, lost, Ask(), now=office.now)
    arrived = Outcome(ending=Ending.DELIVERED, pages_confirmed=3)
    office.tx(calls.finish, rider, arrived, Done(), now=office.now)

    assert [office.fax(ref).state for ref in refs] == [FaxState.UNKNOWN, FaxState.SENT]
    assert busy_calls(office) == 1
    assert office.fax(new.ref).state is FaxState.DIALING


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_cancelled_fax_of_a_shared_call_is_left_to_its_owner(office, line, which):
    """
    Also before the call is placed: the channel is never without its call.
    """
    refs = [order(office, line, [NUMBER]) for _ in range(3)]
    [claimed] = office.claim()
    load = (claimed, *claimed.riders)

    done = office.tx(campaigns.cancel, refs[which], now=office.now)

    assert (done.cancelled, done.hanging_up) == (0, (refs[which],))
    may = [office.tx(calls.may_intend, each) for each in load]
    assert may == [place != which for place in range(3)]
    assert busy_calls(office) == 1


def test_a_rider_leads_when_the_first_falls_away(office, line):
    refs = [order(office, line, [NUMBER]) for _ in range(3)]
    [claimed] = office.claim()
    office.tx(campaigns.cancel, refs[0], now=office.now)

    def fall_away(conn):
        ids = [each.id for each in claimed.riders]
        riders.inherit(conn, claimed.id, ids, node="a", epoch=office.epoch)
        fault = Outcome(ending=Ending.LOCAL_FAULT)
        again = CallAgain(office.now)
        calls.finish(conn, claimed, fault, again, now=office.now)

    office.tx(fall_away)

    assert office.fax(refs[0]).state is FaxState.CANCELLED
    assert busy_calls(office) == 1
    order(office, office.line("+33100000002"), [NUMBER])
    assert office.claim() == []


def test_a_number_that_is_erased_while_a_shared_call_is_prepared(office, line):
    refs = [order(office, line, [NUMBER]) for _ in range(2)]
    [claimed] = office.claim()

    office.tx(erasure.erase_number, NUMBER, now=office.now)

    assert [
        office.tx(calls.may_intend, each) for each in (claimed, *claimed.riders)
    ] == [
        False,
        False,
    ]
    assert {office.fax(ref).state for ref in refs} == {FaxState.DIALING}


def test_an_old_life_does_not_hand_on_the_call_of_a_new_one(office, line):
    refs = [order(office, line, [NUMBER]) for _ in range(2)]
    [old] = office.claim()
    old_epoch = office.epoch
    office.epoch = office.tx(nodes.begin, "a", now=office.now)
    office.tx(claims.take_over, node="a", epoch=office.epoch, now=office.now)
    [new] = office.claim()

    ids = [each.id for each in old.riders]
    office.tx(riders.inherit, old.id, ids, node="a", epoch=old_epoch)

    assert refs_of(new) == refs
    intend_all(office, new)
    assert busy_calls(office) == 1
    office.tx(
        calls.finish, new.riders[0], Outcome(ending=Ending.DELIVERED), Done(),
        now=office.now,
    )  # fmt: skip
    assert busy_calls(office) == 1
