"""
What a campaign will take.
"""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.cost import RING_SECONDS, estimate, floor_seconds
from ecofax_gateway.domain.window import Window

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_floor_of_a_page_at_full_speed():
    assert floor_seconds(1, 144_000) == pytest.approx(14.6 + 3.3 + 10)
    assert floor_seconds(2, 288_000) == pytest.approx(14.6 + 6.6 + 20)


def test_calls_are_laid_over_the_channels():
    found = estimate(calls=9, channels=4, call_seconds=50, begin=MONDAY)

    assert found.busy == timedelta(seconds=3 * (50 + RING_SECONDS))
    assert found.ends_at == MONDAY + found.busy
    assert found.cost is None


def test_hours_in_which_a_window_is_shut_are_skipped():
    office = Window(zone="UTC", opens=time(9), closes=time(13))
    found = estimate(
        calls=120, channels=1, call_seconds=50, begin=MONDAY, windows=[office]
    )

    assert found.busy == timedelta(hours=2)
    assert found.ends_at == MONDAY.replace(day=3, hour=10)


def test_minutes_on_the_line_are_paid_and_ringing_is_not():
    found = estimate(
        calls=10, channels=2, call_seconds=60, begin=MONDAY, cost_per_minute=0.02
    )

    assert found.cost == pytest.approx(0.20)


def test_an_end_years_away_is_none():
    found = estimate(calls=10**6, channels=1, call_seconds=60, begin=MONDAY)

    assert found.busy > timedelta(days=800)
    assert found.ends_at is None


@given(st.integers(0, 100_000), st.integers(1, 200), st.floats(1, 600))
def test_more_channels_never_take_longer(calls, channels, seconds):
    one = estimate(calls=calls, channels=channels, call_seconds=seconds, begin=MONDAY)
    two = estimate(
        calls=calls, channels=channels + 1, call_seconds=seconds, begin=MONDAY
    )

    assert two.busy <= one.busy
    assert one.busy >= timedelta(seconds=calls * seconds / channels) - timedelta(
        seconds=1
    )
