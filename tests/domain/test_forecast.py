"""
When a campaign will be over.
"""

from datetime import UTC, datetime, time, timedelta

import pytest

from ecofax_gateway.domain.forecast import ENOUGH_ENDED, expected_end
from ecofax_gateway.domain.window import Window

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MORNINGS = Window(
    days=frozenset({1, 2, 3, 4, 5}), opens=time(9), closes=time(12), zone="UTC"
)


def end(**given):
    values = {
        "left": 100,
        "ended": 0,
        "begun_at": MONDAY,
        "now": MONDAY,
        "slot_seconds": 36.0,
        "windows": [],
    }
    return expected_end(**{**values, **given})


def test_what_has_hardly_begun_is_calculated():
    assert end() == MONDAY + HOUR
    assert end(ended=ENOUGH_ENDED - 1) == MONDAY + HOUR


def test_what_is_planned_begins_then():
    assert end(begun_at=MONDAY + HOUR) == MONDAY + 2 * HOUR


def test_the_pace_so_far_counts_as_soon_as_there_is_one():
    now = MONDAY + 2 * HOUR

    assert end(ended=100, now=now) == now + 2 * HOUR


@pytest.mark.parametrize(
    ("left", "ends_at"),
    [
        pytest.param(100, MONDAY + HOUR, id="this-morning"),
        pytest.param(400, MONDAY + timedelta(days=1, hours=1), id="tomorrow"),
    ],
)
def test_only_hours_in_which_calls_are_made_count(left, ends_at):
    assert end(left=left, windows=[MORNINGS]) == ends_at


def test_a_night_does_not_slow_the_pace_down():
    tuesday = MONDAY + timedelta(days=1)

    assert end(ended=300, now=tuesday, windows=[MORNINGS]) == tuesday + HOUR
