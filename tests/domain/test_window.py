"""
When calls may be made, also in the nights when the clock changes.
"""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.window import (
    WORKING_DAYS,
    Window,
    closes_at,
    edge_after,
    is_open,
    next_opening,
    openings,
    spread_over,
)

PARIS = ZoneInfo("Europe/Paris")
OFFICE = Window(days=WORKING_DAYS, opens=time(9), closes=time(18), country="FR")
NIGHT = Window(opens=time(20), closes=time(6))
EVENING_TO_EVENING = Window(quiet=((time(2, 30), time(2, 45)),))


def paris(*args, fold=0):
    return datetime(*args, tzinfo=PARIS, fold=fold).astimezone(UTC)


def utc(*args):
    return datetime(*args, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        pytest.param(OFFICE, paris(2027, 3, 1, 8, 59), False, id="before"),
        pytest.param(OFFICE, paris(2027, 3, 1, 9), True, id="first-instant"),
        pytest.param(OFFICE, paris(2027, 3, 1, 17, 59), True, id="last-minute"),
        pytest.param(OFFICE, paris(2027, 3, 1, 18), False, id="closing-instant"),
        pytest.param(OFFICE, paris(2027, 3, 6, 12), False, id="saturday"),
        pytest.param(OFFICE, paris(2027, 7, 14, 12), False, id="bastille-day"),
        pytest.param(OFFICE, paris(2027, 3, 29, 12), False, id="easter-monday"),
        pytest.param(NIGHT, paris(2027, 3, 2, 3), True, id="after-midnight"),
        pytest.param(NIGHT, paris(2027, 3, 2, 6), False, id="morning"),
        pytest.param(Window(), paris(2027, 3, 2, 0), True, id="always"),
        pytest.param(
            Window(quiet=((time(22), time(7)),)),
            paris(2027, 3, 2, 3),
            False,
            id="quiet-over-midnight",
        ),
        pytest.param(
            Window(quiet=((time(12), time(14)),)),
            paris(2027, 3, 2, 14),
            True,
            id="after-lunch",
        ),
    ],
)
def test_is_open(window, at, expected):
    assert is_open(window, at) is expected


def test_the_next_opening_skips_week_end_and_holidays():
    thursday_evening = paris(2027, 5, 13, 19)

    assert next_opening(OFFICE, thursday_evening) == paris(2027, 5, 14, 9)
    assert next_opening(OFFICE, paris(2027, 5, 14, 18)) == paris(2027, 5, 18, 9)


def test_an_open_window_says_when_it_closes():
    at = paris(2027, 3, 2, 23)

    assert closes_at(NIGHT, at) == paris(2027, 3, 3, 6)
    assert next_opening(NIGHT, at) == at
    assert closes_at(NIGHT, paris(2027, 3, 2, 12)) is None


def test_a_window_that_never_shuts_has_no_edge():
    assert edge_after(Window(), utc(2027, 3, 1)) is None


def test_a_window_that_never_opens_has_no_edge():
    shut = Window(opens=time(8), closes=time(20), quiet=((time(7), time(21)),))

    assert next_opening(shut, utc(2027, 3, 1)) is None
    assert edge_after(shut, utc(2027, 3, 1)) is None


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn():
    for evening, hours in (
        (paris(2027, 3, 27, 20), 9),
        (paris(2027, 10, 30, 20), 11),
        (paris(2027, 6, 1, 20), 10),
    ):
        assert closes_at(NIGHT, evening) - evening == timedelta(hours=hours)


def test_an_opening_that_does_not_exist_is_when_the_clock_jumps():
    """02:30 is jumped over on 2027-03-28: 02:00 is 03:00."""
    window = Window(opens=time(2, 30), closes=time(5))

    assert openings([window], utc(2027, 3, 27, 12), utc(2027, 3, 28, 12)) == [
        (utc(2027, 3, 28, 1), utc(2027, 3, 28, 3))
    ]


def test_an_opening_that_exists_twice_opens_once_at_the_later():
    """02:30 is at 00:30Z and at 01:30Z on 2027-10-31."""
    window = Window(opens=time(2, 30), closes=time(5))

    assert openings([window], utc(2027, 10, 30, 12), utc(2027, 10, 31, 12)) == [
        (utc(2027, 10, 31, 1, 30), utc(2027, 10, 31, 4))
    ]


def test_a_closing_that_exists_twice_closes_once_at_the_earlier():
    window = Window(opens=time(0), closes=time(2, 30))

    assert openings([window], utc(2027, 10, 30, 12), utc(2027, 10, 31, 12)) == [
        (utc(2027, 10, 30, 22), utc(2027, 10, 31, 0, 30))
    ]


def test_quiet_hours_cover_the_hour_that_comes_twice():
    (before, after) = openings(
        [EVENING_TO_EVENING], utc(2027, 10, 30, 22), utc(2027, 10, 31, 22)
    )

    assert before[1] == utc(2027, 10, 31, 0, 30)
    assert after[0] == utc(2027, 10, 31, 1, 45)


def test_two_windows_are_open_when_both_are():
    found = openings(
        [
            Window(opens=time(8), closes=time(12)),
            Window(opens=time(10), closes=time(14)),
        ],
        paris(2027, 3, 1),
        paris(2027, 3, 3),
    )

    assert found == [
        (paris(2027, 3, day, 10), paris(2027, 3, day, 12)) for day in (1, 2)
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"days": []},
        {"days": [8]},
        {"opens": "25:00"},
        {"opens": 9},
        {"opens": "09:00:30"},
        {"zone": "Europe/Nowhere"},
        {"zone": "../../etc/passwd"},
        {"zone": 3},
        {"country": "XX"},
        {"quiet": [["12:00"]]},
        {"quiet": [["12:00", "13:00"]] * 13},
        ["days"],
        7,
        None,
    ],
)
def test_what_is_no_window_is_refused(values):
    with pytest.raises(ValueError):  # noqa: PT011 -- that it is refused is the point
        Window.from_json(values)


minutes = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
windows = st.builds(
    Window,
    days=st.frozensets(st.integers(1, 7), min_size=1),
    opens=minutes,
    closes=minutes,
    quiet=st.lists(st.tuples(minutes, minutes), max_size=2).map(tuple),
    country=st.sampled_from([None, "FR"]),
)
instants = st.one_of(
    # Most of them in the nights of the clock change.
    st.integers(-48 * 60, 48 * 60).map(
        lambda n: utc(2027, 3, 28, 1) + timedelta(minutes=n)
    ),
    st.integers(-48 * 60, 48 * 60).map(
        lambda n: utc(2027, 10, 31, 1) + timedelta(minutes=n)
    ),
)


@given(windows)
def test_json_gives_the_window_back(window):
    assert Window.from_json(window.as_json()) == window


@given(windows, instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(window, at):
    opening = next_opening(window, at)
    if opening is None:
        assert not is_open(window, at)
        return

    assert opening >= at
    assert is_open(window, opening)
    if opening > at:
        assert not is_open(window, at)
        assert not is_open(window, opening - timedelta(microseconds=1))


@given(windows, instants)
def test_it_is_open_until_it_closes(window, at):
    closing = closes_at(window, at)
    if closing is None:
        return

    assert is_open(window, at)
    assert is_open(window, closing - timedelta(microseconds=1))
    assert not is_open(window, closing)


@given(windows, instants)
def test_it_is_never_open_in_hours_that_the_wall_clock_shows_as_shut(window, at):
    """The law the clock-change nights must not break: what a person reads is kept."""
    local = at.astimezone(ZoneInfo(window.zone)).time()
    if not is_open(window, at):
        return

    for begin, end in window.quiet:
        assert not _between(local, begin, end)
    assert _between(local, window.opens, window.closes)


@given(windows, instants, st.integers(1, 5 * 24 * 60))
def test_openings_are_where_it_is_open(window, begin, length):
    end = begin + timedelta(minutes=length)
    found = openings([window], begin, end)
    middle = begin + (end - begin) / 2

    assert is_open(window, middle) == any(a <= middle < b for a, b in found)
    assert all(begin <= a < b <= end for a, b in found)
    assert all(b < c for (_, b), (c, _) in itertools.pairwise(found))


@given(windows, instants, st.floats(0, 1, exclude_max=True))
def test_a_draw_falls_into_the_window(window, begin, draw):
    found = openings([window], begin, begin + timedelta(days=3))
    if found:
        assert is_open(window, spread_over(found, draw))


def _between(at, begin, end):
    if begin < end:
        return begin <= at < end
    return at >= begin or at < end
