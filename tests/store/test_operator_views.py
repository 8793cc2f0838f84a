"""
What operators' pages ask for: the unknown, conversions, causes, nodes; and a line's use.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Ask, GiveUp
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    conversions,
    nodes,
    preparation,
    trunks,
    unknowns,
    usage,
)

from .test_schedules import BUSY, end, numbers

PARIS = ZoneInfo("Europe/Paris")
BROKEN_OFF = Outcome(ending=Ending.BROKEN_OFF, pages_confirmed=1)


def read(office, fn, *args, **kwargs):
    return office.db.sync_read(fn, *args, **kwargs)


@pytest.fixture
def unknown(office):
    """
    A fax whose call was broken off after its first page, and whose channel is kept.
    """
    ref = office.queue(office.line(), numbers(1))
    [claimed] = office.claim()
    end(office, claimed, BROKEN_OFF, Ask())
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)
    return ref


def test_an_unknown_fax_is_listed_with_its_order_and_who_was_told(office, unknown):
    [(fax, order, told)] = read(office, unknowns.listing)

    assert (fax.ref, order.ref, told) == (unknown, unknown, [])


@pytest.mark.parametrize("state", unknowns.DECIDED)
def test_an_unknown_fax_is_decided_once_its_call_cannot_stand(office, unknown, state):
    def decide():
        return office.tx(unknowns.decide, unknown, state, by="marie", now=office.now)

    at_once = decide()
    office.now += claims.SLOT_GRACE
    later, again = decide(), decide()

    fax = office.fax(unknown)
    assert (at_once, later, again) == (False, True, False)
    assert (fax.state, fax.detail) == (state, "décidé par marie")
    assert fax.pages_confirmed == 1
    assert read(office, campaigns.get, unknown).counts == {state: 1}
    assert read(office, unknowns.listing) == []


def test_a_late_result_changes_nothing_that_was_decided(office, unknown):
    office.now += claims.SLOT_GRACE
    office.tx(unknowns.decide, unknown, FaxState.SENT, by="marie", now=office.now)

    assert office.claim() == []
    assert office.fax(unknown).state is FaxState.SENT


def test_orders_are_conversions_until_their_pages_are_made(office):
    line = office.line()
    first = office.campaign(line, numbers(1))
    draft = office.campaign(line, numbers(1), draft=True)
    office.queue(line, numbers(1))
    lease = timedelta(minutes=5)
    office.tx(preparation.claim_preparation, node="a", now=office.now, lease=lease)

    found = read(office, conversions.under_way)

    assert [(each.ref, each.node, each.tries) for each in found] == [
        (first, "a", 1),
        (draft, None, 0),
    ]
    assert [each.is_draft for each in found] == [False, True]
    assert found[0].names == ("a.pdf",)
    assert read(office, nodes.making) == {"a": 1}


def test_what_could_not_be_printed_is_told_with_its_reason(office):
    ref = office.campaign(office.line(), numbers(2))
    office.tx(preparation.fail_preparation, ref, "Il est vide.", now=office.now)

    [refused] = read(office, conversions.refused)

    assert (refused.ref, refused.reason, refused.at) == (
        ref,
        "Il est vide.",
        office.now,
    )


def test_causes_are_counted_by_trunk_the_most_frequent_first(office):
    office.queue(office.line(max_calls=9), numbers(4))
    for claimed in office.claim(3):
        end(office, claimed, BUSY, GiveUp(Ending.BUSY))
    end(office, *office.claim(1))

    since = office.now - timedelta(hours=1)
    assert list(read(office, trunks.causes, since=since).items()) == [
        ("main", {Ending.BUSY: 3, Ending.DELIVERED: 1})
    ]
    assert read(office, trunks.causes, since=office.later(minutes=1)) == {}


def test_nodes_are_listed_with_their_calls(office):
    office.queue(office.line(), numbers(3))
    [claimed, _] = office.claim()
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)

    [node] = read(office, nodes.listing)

    assert (node.name, node.epoch, node.left_at) == ("a", office.epoch, None)
    assert node.lives(office.now, timedelta(seconds=15))
    assert not node.lives(office.later(minutes=1), timedelta(seconds=15))
    assert read(office, nodes.calling) == {"a": 2}


def test_use_is_counted_by_the_day_of_the_place(office):
    office.now = office.now.replace(hour=22, minute=30)
    line = office.line()
    office.queue(line, numbers(1))
    end(office, *office.claim())
    office.later(hours=1)
    office.queue(line, numbers(1, "+3320000"))
    end(office, *office.claim(), BROKEN_OFF, GiveUp(Ending.BROKEN_OFF))

    days = read(office, usage.by_day, line, days=3, zone=PARIS, now=office.now)

    # 22:30 in UTC is half past eleven in Paris, 23:30 the next day.
    assert [(each.day, each.faxes, each.pages) for each in days] == [
        (date(2026, 3, 1), 0, 0),
        (date(2026, 3, 2), 1, 3),
        (date(2026, 3, 3), 0, 1),
    ]
