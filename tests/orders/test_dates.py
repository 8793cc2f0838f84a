from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.orders.dates import NotADate, parse_due

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 6, 20, 10, tzinfo=UTC)


def due(text, now=NOW):
    return parse_due(text, now=now, zone=PARIS)


@pytest.mark.parametrize(
    "text",
    ["21-06-2026 15:15:00", "21-06-2026 15:15", "21/06/2026 15h15", "21.06.26 15:15",
     "21 06 2026 15:15", "21 juin 2026 à 15h15", "dimanche 21 juin 2026 15 h 15",
     "le 21/06/2026 à 15:15", "21-06-2026, 15:15", "21\u201306\u20112026 15:15",
     "2026-06-21 15:15", "2026-06-21T15:15:00+02:00", "2026-06-21T13:15:00Z",
     "21-06-2026  15:15:00", "２１-06-2026 15:15", "21-06-2026 3:15 PM", "21-06-2026 3:15pm",
     "21-06-2026 3:15:00 p.m.", "le 21 juin 2026, 3:15 PM", "2026-06-21 03:15 PM",
     "DIMANCHE 21 JUIN 2026 À 15H15", "21 juin 2026 vers 15h15", "21-06-2026 15h15min",
     "21-6-2026 15:15", "21.06.2026 - 15:15", "2026-06-21T13:15:00.000Z",
     "2026-06-21T09:15-04:00", "21/06/2026 à 15 heures 15", "21\u00a006\u00a02026\u00a015:15"],
)  # fmt: skip
def test_one_instant_in_many_forms(text):
    found = due(text)

    assert found.at_utc == datetime(2026, 6, 21, 13, 15, tzinfo=UTC)
    assert found.local == "21-06-2026 15:15:00 (UTC+02:00)"
    assert found.warning is None


def test_an_hour_alone_is_the_full_hour():
    assert due("21-06-2026 15h").local.startswith("21-06-2026 15:00:00")
    assert due("21-06-2026 12 AM").local.startswith("21-06-2026 00:00:00")
    assert due("21-06-2026 12 PM").local.startswith("21-06-2026 12:00:00")
    assert due("1er juillet 2026 9h").local.startswith("01-07-2026 09:00:00")
    assert due("1er juillet 2026 à 9 heures").local.startswith("01-07-2026 09:00:00")
    assert due("1er juillet 2026 à midi").local.startswith("01-07-2026 12:00:00")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31-02-2026 10:00", "n'existe pas"),
        ("21-06-2026 25:00", "n'existe pas"),
        ("21-06-2026 15:60", "n'existe pas"),
        ("06-21-2026 15:15", "n'existe pas"),
        ("21-00-2026 15:15", "n'existe pas"),
        ("21 brumaire 2026 15:15", "n'existe pas"),
        ("2026-06-21T15:15+99:99", "n'existe pas"),
        ("21-06-2026", "n'a pas d'heure"),
        ("21-06-2026 15:15 PM", "n'existe pas"),
        ("21-06-2026 0:15 AM", "n'existe pas"),
        ("21-06-2026 15:15 merci", "n'est pas comprise"),
        ("demain", "n'est pas comprise"),
        ("", "n'est pas comprise"),
        ("x" * 500, "n'est pas une date"),
        ("19-06-2026 11:00", "est passée"),
        ("21-06-2015 15:15:00", "est passée"),
        ("22-06-2027 15:15", "est à plus d'un an"),
        ("31-12-9999 23:59:59", "est à plus d'un an"),
        ("01-01-0001 00:00", "est"),
    ],
)
def test_what_is_no_usable_date_is_quoted(text, why):
    with pytest.raises(NotADate) as caught:
        due(text)

    assert f"La date « {text[:60]}" in str(caught.value)
    assert why in str(caught.value)
    assert "date:21-06-2026 15:15:00" in str(caught.value)


def test_a_date_just_missed_means_now():
    found = due("20-06-2026 11:00")

    assert found.at_utc == NOW
    assert "déjà passée" in found.warning


@pytest.mark.parametrize(("hours", "ok"), [(12, True), (12.01, False)])
def test_twelve_hours_are_forgiven(hours, ok):
    now = datetime(2026, 6, 20, 9, tzinfo=UTC) + timedelta(hours=hours)
    if ok:
        assert due("20-06-2026 11:00", now=now).at_utc == now
    else:
        with pytest.raises(NotADate, match="est passée"):
            due("20-06-2026 11:00", now=now)


def test_an_hour_that_the_clock_skips_moves_on():
    found = due("28-03-2027 02:30")

    assert found.at_utc == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert found.local == "28-03-2027 03:30:00 (UTC+02:00)"
    assert "n'existe pas le 28-03-2027" in found.warning
    assert "03:30" in found.warning


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("28-03-2027 01:59:59", "28-03-2027 01:59:59 (UTC+01:00)"),
        ("28-03-2027 03:00", "28-03-2027 03:00:00 (UTC+02:00)"),
        ("31-10-2027 01:59:59", "31-10-2027 01:59:59 (UTC+02:00)"),
        ("31-10-2027 03:00", "31-10-2027 03:00:00 (UTC+01:00)"),
        ("2027-10-31T02:30+02:00", "31-10-2027 02:30:00 (UTC+02:00)"),
        ("2027-10-31T02:30+01:00", "31-10-2027 02:30:00 (UTC+01:00)"),
        ("2027-03-28T02:30+01:00", "28-03-2027 03:30:00 (UTC+02:00)"),
    ],
)
def test_around_the_clock_change_nothing_else_is_moved(text, local):
    found = due(text, now=datetime(2027, 3, 1, tzinfo=UTC))

    assert (found.local, found.warning) == (local, None)


def test_an_hour_that_comes_twice_is_the_first():
    found = due("25-10-2026 02:30")

    assert found.local == "25-10-2026 02:30:00 (UTC+02:00)"
    assert "deux fois" in found.warning


@given(st.text(max_size=80))
def test_any_text_is_a_date_or_no_date(text):
    try:
        found = due(text)
    except NotADate:
        return
    assert NOW <= found.at_utc <= NOW + timedelta(days=366)


@given(st.integers(1, 363 * 86_400))
def test_what_is_written_comes_back(seconds):
    local = NOW.replace(tzinfo=None) + timedelta(days=1, seconds=seconds)
    found = due(f"{local:%d-%m-%Y %H:%M:%S}")

    back = found.at_utc.astimezone(PARIS).replace(tzinfo=None)
    assert back == local.replace(microsecond=0) or found.warning
