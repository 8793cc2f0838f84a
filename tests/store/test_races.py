"""
Two nodes at the same time: what one writes, the other neither undoes nor overlooks.
"""

import itertools
from datetime import time, timedelta

import pytest

from ecofax_gateway.domain.event import EventKind
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.window import Window
from ecofax_gateway.store import (
    campaigns,
    deliveries,
    erasure,
    events,
    preparation,
    schedules,
    webhooks,
)

from .test_events import due, hook
from .test_schedules import numbers

MORNING = Window(opens=time(8), closes=time(11))
AFTERNOON = Window(opens=time(13), closes=time(18))


@pytest.mark.parametrize("of_line", [True, False])
def test_a_new_window_outlives_the_edge_of_the_old_one(office, behind, of_line):
    """
    Whoever claims finds the old window's edge, and somebody gives it another window.
    """
    line = office.line()
    ref = office.queue(line, numbers(2))

    def give(conn, window):
        if of_line:
            schedules.set_line_window(conn, line, window, now=office.now)
        else:
            schedules.set_window(conn, ref, window, now=office.now)

    office.tx(give, MORNING)
    office.later(days=1)
    behind(lambda conn: give(conn, AFTERNOON), office.claim)

    assert office.tx(schedules.windows, ref) == [AFTERNOON]


@pytest.mark.parametrize("period", [None, timedelta(hours=1)])
def test_a_number_that_is_erased_while_its_order_is_let_go_is_not_called(
    office, behind, period
):
    ref = office.campaign(office.line(), numbers(3))
    office.tx(schedules.set_spread, ref, period, now=office.now)

    behind(
        lambda conn: erasure.erase_number(conn, "+33100000001", now=office.now),
        lambda: office.tx(preparation.release, ref, page_count=3, now=office.now),
    )

    assert office.fax(f"{ref}-1").state is FaxState.CANCELLED


@pytest.mark.parametrize("gone", ["webhook", "event"])
def test_what_goes_while_it_is_published_leaves_no_delivery_behind(
    office, behind, gone
):
    """
    One that names no webhook or no event would be claimed for ever, before all others.
    """
    line = office.line()
    hook(office, line, "H1")
    ref = office.queue(line, ["+33972101010"])
    office.tx(campaigns.cancel, ref, now=office.now)

    def take_away():
        if gone == "webhook":
            office.tx(webhooks.remove, line, "H1")
        else:
            office.tx(events.erase, [ref])

    names = (f"evt{n}" for n in itertools.count())
    behind(
        lambda conn: events.publish(conn, lambda: next(names), now=office.now),
        take_away,
    )
    told = []
    while each := due(office):
        told.append(each.body["type"])
        office.tx(deliveries.delivered, each, status=200, now=office.now)

    of_the_order = [EventKind.CAMPAIGN_LAUNCHED, EventKind.CAMPAIGN_STOPPED]
    assert sorted(told) == ([] if gone == "webhook" else of_the_order)
