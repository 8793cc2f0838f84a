"""
How often a password may be guessed.
"""

from datetime import UTC, datetime, timedelta

import pytest

from ecofax_gateway.domain.guesses import (
    LINE_AND_SENDER,
    LONGEST_LOCK,
    PEER,
    Rule,
    after_failure,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def fail(times, *, rule=LINE_AND_SENDER, known=None, now=NOON, every=timedelta(0)):
    for _ in range(times):
        known = after_failure(known, rule, now=now)
        now += every
    return known


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour():
    assert not fail(4).is_locked(NOON)

    locked = fail(5)

    assert locked.is_locked(NOON + 14 * MINUTE)
    assert not locked.is_locked(NOON + 15 * MINUTE)


def test_a_client_has_twenty_in_an_hour():
    assert not fail(19, rule=PEER).is_locked(NOON)
    assert fail(20, rule=PEER).is_locked(NOON + 59 * MINUTE)


def test_failures_far_apart_lock_nobody():
    assert fail(40, every=15 * MINUTE).locked_until is None


def test_each_lock_is_twice_as_long_as_the_one_before():
    known, now, lengths = None, NOON, []
    for _ in range(12):
        known = fail(5, known=known, now=now)
        lengths.append(known.locked_until - now)
        now = known.locked_until

    assert lengths[:4] == [15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 120 * MINUTE]
    assert max(lengths) == lengths[-1] == LONGEST_LOCK


def test_a_day_without_a_failure_and_all_is_forgotten():
    known = fail(5)

    after = fail(5, known=known, now=known.locked_until + timedelta(days=1))

    assert after.locks == 1


@pytest.mark.parametrize("rule", [LINE_AND_SENDER, PEER, Rule(1, MINUTE)])
def test_a_guesser_who_never_stops_has_few_tries_a_day(rule):
    known, now, tries = None, NOON, 0
    while now < NOON + timedelta(days=1):
        if known is not None and known.is_locked(now):
            now = known.locked_until
            continue
        known, tries = after_failure(known, rule, now=now), tries + 1
        now += timedelta(seconds=1)

    assert tries <= rule.failures * 12
