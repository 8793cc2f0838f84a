"""
Calls over time become columns.
"""

from datetime import UTC, datetime, timedelta

import pytest

from ecofax_gateway.console.chart import HEIGHT, MOST, WIDTH, chart
from ecofax_gateway.store.tallies import Minute

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def minutes(*offsets):
    return [Minute(NINE + timedelta(minutes=at), 1, 1) for at in offsets]


def test_no_call_is_no_column():
    drawn = chart([])

    assert (drawn.bars, drawn.most) == ((), 0)


def test_a_column_stands_for_each_stretch_between_the_first_and_the_last_call():
    drawn = chart(minutes(0, 0, 3))

    assert [bar.column.calls for bar in drawn.bars] == [4, 0, 0, 2]
    assert drawn.bars[0].column.begins == NINE
    assert (drawn.delivered, drawn.others, drawn.most) == (3, 3, 4)


@pytest.mark.parametrize(
    "length",
    [
        timedelta(minutes=40),
        timedelta(hours=5),
        timedelta(days=3),
        timedelta(days=90),
        timedelta(days=4000),
    ],
)
def test_there_are_never_too_many_columns(length):
    drawn = chart([Minute(NINE, 1, 0), Minute(NINE + length, 1, 0)])

    assert len(drawn.bars) <= MOST
    assert drawn.bars[-1].column.delivered == 1


def test_days_begin_at_midnight_of_the_reader():
    drawn = chart(minutes(0, 40 * 24 * 60), offset=HOUR)

    assert drawn.step == timedelta(days=1)
    assert drawn.bars[0].column.begins == datetime(2026, 11, 22, 23, tzinfo=UTC)


def test_everything_is_inside_the_drawing():
    drawn = chart(minutes(*range(200)))

    for bar in drawn.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.others_y <= bar.delivered_y
        assert bar.delivered_y + bar.delivered_height <= HEIGHT + 0.1
