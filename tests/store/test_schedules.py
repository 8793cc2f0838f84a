"""
Pause, windows, pace and spread: who may be called when.
"""

import random
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import update

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import CallAgain, Done
from ecofax_gateway.domain.window import Window, is_open
from ecofax_gateway.store import (
    calls,
    faxes,
    preparation,
    schedules,
)
from ecofax_gateway.store.tables import campaign

BUSY = Outcome(ending=Ending.BUSY)
DELIVERED = Outcome(ending=Ending.DELIVERED, pages_confirmed=3)
NIGHT_IS_QUIET = Window(opens=time(8), closes=time(20))


def numbers(count, prefix="+3310000"):
    return [f"{prefix}{n:04}" for n in range(1, count + 1)]


def end(office, claimed, outcome=DELIVERED, decision=None):
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    office.tx(calls.finish, claimed, outcome, decision or Done(), now=office.now)


def again(office, minutes=3):
    return CallAgain(office.now + timedelta(minutes=minutes))


def test_a_paused_campaign_waits(office):
    line = office.line()
    ref = office.queue(line, numbers(3))
    assert office.tx(schedules.set_paused, ref, paused=True, now=office.now)
    while_paused = office.claim()
    office.tx(schedules.set_paused, ref, paused=False, now=office.now)

    assert while_paused == []
    assert len(office.claim()) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_campaign_that_is_paused_before_its_pages_are_made_waits(office, count):
    ref = office.campaign(office.line(), numbers(count))
    office.tx(schedules.set_paused, ref, paused=True, now=office.now)
    office.tx(preparation.release, ref, page_count=3, now=office.now)

    assert office.claim() == []


def test_a_single_fax_is_paused_too_and_goes_on(office):
    ref = office.queue(office.line(), numbers(1))
    office.tx(schedules.set_paused, ref, paused=True, now=office.now)
    while_paused = office.claim()
    office.tx(schedules.set_paused, ref, paused=False, now=office.now)

    assert while_paused == []
    assert [each.ref for each in office.claim()] == [ref]


def test_a_paused_campaign_does_not_hold_up_another(office):
    line = office.line()
    paused = office.queue(line, numbers(50, "+333001"))
    other = office.queue(line, numbers(5, "+333002"))
    office.tx(schedules.set_paused, paused, paused=True, now=office.now)

    assert {each.campaign for each in office.claim()} == {other}


def test_who_was_paused_does_not_catch_up(office):
    """It takes its turn again; it does not take all turns that it missed."""
    line = office.line(max_calls=4)
    paused = office.queue(line, numbers(50, "+333001"))
    other = office.queue(line, numbers(50, "+333002"))
    office.tx(schedules.set_paused, paused, paused=True, now=office.now)
    for _ in range(4):
        for each in office.claim(4):
            end(office, each)
    office.tx(schedules.set_paused, paused, paused=False, now=office.now)

    took = Counter(each.campaign for each in office.claim(4))

    assert took == {paused: 2, other: 2}


def test_a_single_fax_overtakes_a_campaign(office):
    line = office.line(max_calls=1)
    office.queue(line, numbers(50, "+333001"))
    single = office.queue(line, ["+33972101010"])

    assert [each.ref for each in office.claim()] == [single]


def test_no_rule_for_a_campaign_that_is_not_there(office):
    assert not office.tx(schedules.set_pace, "NONE2222", 3)
    assert not office.tx(schedules.set_spread, "NONE2222", None)
    assert not office.tx(schedules.set_window, "NONE2222", None, now=office.now)
    assert not office.tx(schedules.set_paused, "NONE2222", paused=True, now=office.now)
    assert not office.tx(schedules.set_line_window, "+331", None, now=office.now)


@pytest.mark.parametrize("of", ["campaign", "line", "both"])
@pytest.mark.parametrize(
    "evening",
    [
        pytest.param(datetime(2027, 3, 27, 12, tzinfo=UTC), id="spring"),
        pytest.param(datetime(2027, 10, 30, 12, tzinfo=UTC), id="autumn"),
    ],
)
def test_nothing_leaves_in_quiet_hours_of_the_night_the_clock_changes(
    office, of, evening
):
    """Every half an hour for two days, and a restart loses no edge."""
    office.now = evening
    line = office.line(max_calls=2)
    ref = office.queue(line, numbers(200))
    if of in ("campaign", "both"):
        office.tx(schedules.set_window, ref, NIGHT_IS_QUIET, now=office.now)
    if of in ("line", "both"):
        office.tx(schedules.set_line_window, line, NIGHT_IS_QUIET, now=office.now)
    called = []
    for _ in range(2 * 24 * 2):
        for each in office.claim():
            called.append((office.now, each.number))
            end(office, each)
        office.later(minutes=30)

    assert all(is_open(NIGHT_IS_QUIET, at) for at, _ in called)
    assert max(Counter(number for _, number in called).values()) == 1
    # Two at a time whenever it was open: not one opening was missed.
    opened = sum(
        is_open(NIGHT_IS_QUIET, evening + timedelta(minutes=30 * n)) for n in range(96)
    )
    assert opened > 40
    assert len(called) == 2 * opened


def test_a_window_that_was_missed_while_nobody_claimed_is_kept(office):
    """A week passes without a single look; the first one knows what time it is."""
    ref = office.queue(office.line(), numbers(9))
    office.tx(schedules.set_window, ref, NIGHT_IS_QUIET, now=office.now)
    office.later(days=7, hours=12)
    at_midnight = office.claim()
    office.later(hours=12)

    assert at_midnight == []
    assert len(office.claim()) == 2


def test_a_window_can_be_taken_away(office):
    ref = office.queue(office.line(), numbers(9))
    shut = Window(days=frozenset({7}))
    office.tx(schedules.set_window, ref, shut, now=office.now)
    while_shut = office.claim()
    office.tx(schedules.set_window, ref, None, now=office.now)

    assert while_shut == []
    assert len(office.claim()) == 2


def test_what_was_claimed_just_before_closing_is_told_that_it_is_shut(office):
    line = office.line()
    ref = office.queue(line, numbers(2))
    office.tx(schedules.set_line_window, line, NIGHT_IS_QUIET, now=office.now)

    before = office.tx(schedules.is_shut, ref, now=office.now)
    office.later(hours=7)  # 12:00Z is 13:00 in Paris, and 19:00Z is 20:00

    assert before is False
    assert office.tx(schedules.is_shut, ref, now=office.now)


def test_an_operators_pause_shuts_a_claimed_fax(office):
    ref = office.queue(office.line(), numbers(2))
    office.tx(schedules.set_paused, ref, paused=True, now=office.now)

    assert office.tx(schedules.is_shut, ref, now=office.now)


@pytest.mark.parametrize("pace", [6, 30, 120])
def test_no_minute_has_more_calls_than_the_pace(office, pace):
    """Claimers look once a second; ten minutes."""
    line = office.line(max_calls=10)
    ref = office.queue(line, numbers(pace * 10 + 50))
    office.tx(schedules.set_pace, ref, pace)
    begun = []
    for _ in range(600):
        for each in office.claim():
            begun.append(office.now)
            end(office, each)
        office.later(seconds=1)

    busiest = max(
        sum(at <= other < at + timedelta(minutes=1) for other in begun) for at in begun
    )
    assert busiest <= pace
    assert len(begun) >= 0.95 * pace * 10


def test_a_pace_makes_sense(office):
    ref = office.queue(office.line(), numbers(2))
    for pace in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="pace"):
            office.tx(schedules.set_pace, ref, pace)


def test_the_whole_list_is_tried_before_any_is_tried_again(office):
    line = office.line(max_calls=2)
    office.queue(line, numbers(20))
    tried = []
    while len(tried) < 30:
        for each in office.claim():
            tried.append(each.position)
            end(office, each, BUSY, again(office, minutes=1))
        office.later(minutes=2)
        office.tx(faxes.promote_due, now=office.now)

    assert sorted(tried[:20]) == list(range(1, 21))
    assert len(set(tried[20:])) == 10


def test_a_spread_campaign_is_not_tried_again_before_all_were_tried(office):
    ref = office.campaign(office.line(), numbers(10))
    office.tx(schedules.set_spread, ref, timedelta(hours=10))
    office.tx(preparation.release, ref, page_count=3, now=office.now)
    tried = []
    for _ in range(11 * 12):
        office.later(minutes=5)
        office.tx(faxes.promote_due, now=office.now)
        for each in office.claim():
            tried.append(each.position)
            end(office, each, BUSY, again(office))

    assert sorted(tried[:10]) == list(range(1, 11))
    assert len(tried) > 10


def test_start_times_are_drawn_over_the_open_part_of_the_period(office):
    line = office.line()
    ref = office.campaign(line, numbers(500))
    lunch = Window(quiet=((time(12), time(14)),), zone="UTC")
    office.tx(schedules.set_window, ref, NIGHT_IS_QUIET, now=office.now)
    office.tx(schedules.set_line_window, line, lunch, now=office.now)
    office.tx(schedules.set_spread, ref, timedelta(days=2))
    office.tx(preparation.release, ref, page_count=3, now=office.now)

    due = [each.due_at for each in office.tx(faxes.listing, campaign_ref=ref)]

    assert len(due) == 500
    assert all(is_open(NIGHT_IS_QUIET, at) and is_open(lunch, at) for at in due)
    assert all(office.now <= at < office.now + timedelta(days=2) for at in due)
    # Drawn evenly: each of the two days' halves has some.
    by_day = Counter(at.date() for at in due)
    assert min(by_day.values()) > 50
    assert due != sorted(due)


def test_the_same_draws_plan_the_same(office):
    plans = []
    for seed in (7, 7, 8):
        ref = office.campaign(office.line(f"+3310000000{len(plans)}"), numbers(20))
        office.tx(schedules.set_spread, ref, timedelta(days=1))
        draw = random.Random(seed).random
        office.tx(preparation.release, ref, page_count=3, now=office.now, draw=draw)
        listed = office.tx(faxes.listing, campaign_ref=ref)
        plans.append([each.due_at for each in listed])

    assert plans[0] == plans[1]
    assert plans[0] != plans[2]


def test_a_single_fax_has_rules_if_it_is_given_some(office):
    """However they came to it, e.g. copied from another campaign."""
    ref = office.campaign(office.line(), numbers(1))
    office.db.sync_tx(
        lambda conn: conn.execute(update(campaign).values(paused=True)) and None
    )
    office.tx(preparation.release, ref, page_count=3, now=office.now)

    assert office.claim() == []


def test_a_period_without_an_opening_waits_for_the_window(office):
    ref = office.campaign(office.line(), numbers(3))
    office.tx(schedules.set_window, ref, Window(days=frozenset({7})), now=office.now)
    office.tx(schedules.set_spread, ref, timedelta(hours=1))
    office.tx(preparation.release, ref, page_count=3, now=office.now)
    office.tx(faxes.promote_due, now=office.now)
    on_monday = office.claim()
    office.later(days=6)

    assert on_monday == []
    assert len(office.claim()) == 2


def test_a_campaign_planned_for_later_is_gated_as_well(office):
    ref = office.queue(
        office.line(), numbers(3), due_at=office.now + timedelta(hours=1)
    )
    office.tx(schedules.set_paused, ref, paused=True, now=office.now)
    office.later(hours=1)
    office.tx(faxes.promote_due, now=office.now)

    assert office.claim() == []
    assert office.tx(faxes.counts) == {FaxState.QUEUED: 3}
