"""
Looking faxes up over all campaigns.
"""

import pytest

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.domain.retry import Done, GiveUp
from ecofax_gateway.store import archive
from ecofax_gateway.store.archive import Search
from ecofax_gateway.store.campaigns import Wishes

from .test_schedules import BUSY, DELIVERED, end, numbers


@pytest.fixture
def past(office):
    """
    Three faxes of one line, of which one arrived and one failed; two hours later
    another one of it, and one of another line.
    """
    line, other = office.line(max_calls=2), office.line("+33100000002")
    first = office.queue(line, numbers(3), wishes=Wishes(name="Vœux"))
    for claimed, outcome, decision in (
        (office.claim(1)[0], DELIVERED, Done()),
        (office.claim(1)[0], BUSY, GiveUp(Ending.BUSY)),
    ):
        end(office, claimed, outcome, decision)
    office.later(hours=2)
    second = office.queue(line, ["+33972101010"], wishes=Wishes(name="Relance"))
    third = office.queue(other, numbers(1), wishes=Wishes(name="Vœux"))
    return [f"{first}-1", f"{first}-2", f"{first}-3", second, third]


def look(office, size=archive.PAGE, **wanted):
    return office.db.sync_read(archive.search, Search(**wanted), size=size)


def found(office, **wanted):
    return [fax.ref for fax, _ in look(office, **wanted).faxes]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        pytest.param({}, [4, 3, 2, 1, 0], id="all-newest-first"),
        pytest.param({"line": "+33100000001"}, [3, 2, 1, 0], id="of-a-line"),
        pytest.param({"number": "09 72 10"}, [3], id="part-of-a-number"),
        pytest.param({"states": {FaxState.SENT}}, [0], id="sent"),
        pytest.param(
            {"states": {FaxState.SENT, FaxState.FAILED}}, [1, 0], id="two-states"
        ),
        pytest.param({"words": "voeux"}, [4, 2, 1, 0], id="name"),
        pytest.param(
            {"words": "voeux", "line": "+33100000002"}, [4], id="name-and-line"
        ),
        pytest.param({"number": "99999999"}, [], id="nothing"),
    ],
)
def test_faxes_are_found(office, past, wanted, places):
    assert found(office, **wanted) == [past[place] for place in places]


def test_faxes_are_found_by_when_they_were_ordered(office, past):
    assert found(office, since=office.now) == [past[4], past[3]]
    assert found(office, until=office.now) == [past[2], past[1], past[0]]


def test_a_number_of_a_draft_is_no_fax_yet(office, past):
    office.campaign("+33100000001", numbers(2), draft=True)

    assert found(office) == past[::-1]


def test_pages_go_back_in_time_and_forth_again(office, past):
    first = look(office, size=2)
    second = look(office, size=2, before=first.older)
    third = look(office, size=2, before=second.older)
    back = look(office, size=2, after=third.newer)
    start = look(office, size=2, after=back.newer)

    pages = [[fax.ref for fax, _ in each.faxes] for each in (first, second, third)]
    assert pages == [[past[4], past[3]], [past[2], past[1]], [past[0]]]
    assert (first.newer, third.older) == (None, None)
    assert back.faxes == second.faxes
    assert (start.faxes, start.newer) == (first.faxes, None)


def test_a_fax_comes_with_its_order(office, past):
    [(fax, order)] = look(office, number="0972101010").faxes

    assert (fax.campaign, order.name) == (past[3], "Relance")


def test_names_of_the_newest_orders_are_read_and_a_reference_is_always_found(
    office, past, monkeypatch
):
    monkeypatch.setattr(archive, "READ_ORDERS", 1)
    oldest = past[0].removesuffix("-1")

    by_name = look(office, words="voeux")
    by_reference = look(office, words=oldest.lower())
    of_a_day = look(office, words="voeux", until=office.later(hours=-1))

    assert [fax.ref for fax, _ in by_name.faxes] == [past[4]]
    assert [fax.ref for fax, _ in by_reference.faxes] == [past[2], past[1], past[0]]
    assert [fax.ref for fax, _ in of_a_day.faxes] == [past[2], past[1], past[0]]
    assert by_name.is_partial
    assert not of_a_day.is_partial
    assert not look(office).is_partial
