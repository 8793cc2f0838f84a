"""
The numbers of a campaign, page by page, and what they came to.
"""

from datetime import timedelta

import pytest

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done, GiveUp
from ecofax_gateway.store import calls, campaigns, roll, tallies
from ecofax_gateway.store.roll import Choice, forms_of
from ecofax_gateway.store.tallies import Minute

from .test_schedules import numbers


@pytest.fixture
def listed(office):
    """
    A campaign of seven numbers: two arrived, one failed, four are to come.
    """
    ref = office.queue(office.line(max_calls=3), numbers(7))
    claimed = office.claim()
    endings = [Ending.DELIVERED, Ending.BUSY, Ending.DELIVERED]
    for each, ending in zip(claimed, endings, strict=True):
        decision = Done() if ending is Ending.DELIVERED else GiveUp(ending)
        office.tx(calls.intend, each, pages_sha256="x", now=office.now)
        office.tx(
            calls.finish, each, Outcome(ending=ending), decision, now=office.later()
        )
        office.later(seconds=50)
    return office.db.sync_read(campaigns.get, ref)


def places(office, listed, *, size=50, **choice):
    shown = office.db.sync_read(roll.look, listed.id, Choice(**choice), size=size)
    return [fax.position for fax in shown]


def test_the_whole_list_is_shown_page_by_page(office, listed):
    pages = [places(office, listed, size=3, page=n) for n in (1, 2, 3, 4)]

    assert pages == [[1, 2, 3], [4, 5, 6], [7], []]
    assert office.db.sync_read(roll.count, listed.id, Choice()) == 7


def test_states_are_filtered_and_paged(office, listed):
    waiting = {FaxState.QUEUED, FaxState.SCHEDULED}

    assert places(office, listed, states={FaxState.SENT}) == [1, 3]
    assert places(office, listed, states=waiting, size=3) == [4, 5, 6]
    assert places(office, listed, states=waiting, size=3, page=2) == [7]
    assert office.db.sync_read(roll.count, listed.id, Choice(states=waiting)) == 4


def test_a_number_is_found_as_people_write_it(office, listed):
    first = office.db.sync_read(roll.look, listed.id, Choice())[0].number
    national = "0" + first.removeprefix("+33")

    assert places(office, listed, number=national) == [1]
    assert places(office, listed, number=first) == [1]
    assert places(office, listed, number=national[-3:]) == [1]
    assert places(office, listed, number="99 99 99 99") == []
    assert places(office, listed, number="abc") == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("written", "forms"),
    [
        pytest.param("09 72.10", ["097210", "97210"], id="national"),
        pytest.param("+33 9 72", ["33972"], id="international"),
        pytest.param("0033972", ["0033972", "033972", "33972"], id="zero-zero"),
        pytest.param("001", ["001"], id="end"),
        pytest.param("x", [], id="none"),
    ],
)
def test_what_is_typed_may_be_part_of_a_number(written, forms):
    assert forms_of(written) == forms


def test_another_campaigns_numbers_are_not_shown(office, listed):
    other = office.queue("+33100000001", numbers(2, prefix="+3372"))
    other = office.db.sync_read(campaigns.get, other)

    assert office.db.sync_read(roll.count, other.id, Choice()) == 2
    assert places(office, other, states={FaxState.SENT}) == []


def test_causes_are_counted(office, listed):
    assert office.db.sync_read(tallies.causes, listed.id) == {Ending.BUSY: 1}


def test_calls_are_counted_by_the_minute_in_which_they_began(office, listed):
    began = office.now.replace(second=0) - timedelta(minutes=2)

    assert office.db.sync_read(tallies.by_minute, listed.id) == [
        Minute(began, 1, 1),
        Minute(began + timedelta(minutes=1), 1, 0),
    ]
