"""
Numbers, dates and times as the console shows them.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.console.showing import Showing
from ecofax_gateway.domain.language import Tongue
from ecofax_gateway.web.language import preferred

PARIS = ZoneInfo("Europe/Paris")
FRENCH, ENGLISH = Showing(Tongue.FR, PARIS), Showing(Tongue.EN, PARIS)


def test_thousands_stand_apart():
    assert FRENCH.count(1204) == "1\u202f204"
    assert ENGLISH.count(1204) == "1,204"


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (1, 1000, "< 1 %"),
        (1, 3, "33 %"),
        (999, 1000, "99 %"),
        (9, 9, "100 %"),
    ],
)
def test_a_share_is_all_or_nothing_only_when_it_is(part, whole, shown):
    assert FRENCH.percent(part, whole).replace("\u00a0", " ") == shown


def test_a_date_is_in_the_zone_with_its_day():
    summer = datetime(2027, 6, 21, 13, 15, tzinfo=UTC)

    assert FRENCH.date(summer) == "lun. 21/06/2027 15:15"
    assert ENGLISH.date(summer).startswith("Mon 21 Jun 2027 15:15")
    assert FRENCH.iso(summer) == "2027-06-21T15:15:00+02:00"
    assert FRENCH.date(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (147_600, "1 j 17 h"),
        (-3, "0 s"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds, shown):
    assert FRENCH.duration(seconds).replace("\u00a0", " ") == shown
    assert FRENCH.duration(timedelta(seconds=seconds)) == FRENCH.duration(seconds)


@pytest.mark.parametrize(
    ("asked", "tongue"),
    [
        ("", Tongue.FR),
        ("de-DE,de", Tongue.FR),
        ("en-GB,en;q=0.9", Tongue.EN),
        ("en;q=0.5,fr;q=0.9", Tongue.FR),
        ("de, en;q=0.3", Tongue.EN),
        ("fr;q=nonsense, en", Tongue.EN),
    ],
)
def test_the_language_is_what_the_browser_asks_for_first(asked, tongue):
    assert preferred(asked) is tongue
