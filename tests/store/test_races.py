"""
Two nodes at the same time: what one writes, the other neither undoes nor overlooks.
"""

import itertools
from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import Engine, event

from ecofax_gateway.domain.event import EventKind
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.quota import Quota
from ecofax_gateway.domain.window import Window
from ecofax_gateway.store import (
    campaigns,
    claims,
    copies,
    deliveries,
    drafts,
    erasure,
    events,
    faxes,
    housekeeping,
    lines,
    preparation,
    quotas,
    recipient_lists,
    schedules,
    webhooks,
)
from ecofax_gateway.store.campaigns import Wishes
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.drafts import DraftAnswer
from ecofax_gateway.store.states import ListSource

from .test_drafts import fail
from .test_events import due, hook, published
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
    office.tx(schedules.set_spread, ref, period)

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


def test_an_order_whose_call_begins_at_this_moment_was_called(office, behind):
    """
    It must not be sent in another way as well: its number would get both.
    """
    ref = office.queue(office.line(), numbers(1))
    claim = {"node": "a", "epoch": office.epoch, "limit": 1, "now": office.now}

    assert not office.tx(faxes.was_called, ref)
    assert behind(
        lambda conn: claims.claim(conn, **claim),
        lambda: office.tx(faxes.was_called, ref),
    )


def test_of_two_lists_that_get_one_name_at_once_one_gets_it(office, behind):
    line = office.line()
    ref = office.campaign(line, [], draft=True)

    def add(conn, name):
        new = recipient_lists.NewList(
            line=line,
            name=name,
            campaign=ref,
            source=ListSource.TYPED,
            origin="",
            content=Content.of(b"0972101010"),
        )
        return recipient_lists.create(conn, new, now=office.now)

    unnamed = office.tx(add, None)
    named = behind(
        lambda conn: add(conn, "Clients"),
        lambda: office.tx(recipient_lists.rename, unnamed, "Clients", now=office.now),
    )

    assert not named
    assert len(office.tx(recipient_lists.named, line)) == 1


def test_pages_that_retention_is_taking_are_not_held(office, behind):
    """
    Whoever found them would let an order go whose pages are nowhere.
    """
    content = Content.of(b"an old document")
    made = {"count": 1, "now": office.now}
    office.tx(preparation.rendered, content.sha256, 196, Content.of(b"T"), **made)
    before = office.later(days=30)
    line = office.line()

    def order_again():
        document = campaigns.NewDocument(name="a.pdf", content=content)
        ref = office.campaign(line, numbers(1), documents=(document,))
        found = office.tx(preparation.find_pages, content.sha256, 196)
        return found, office.tx(preparation.holds_pages, ref, 196)

    found, held = behind(
        lambda conn: housekeeping.purge(conn, before=before, now=office.now),
        order_again,
    )

    assert not held
    assert (found is None) is ("sqlite" in repr(office.db))


def test_two_who_change_a_line_both_get_their_wish(office, behind):
    """
    Its own people and an operator, from forms that both showed the same line.
    """
    shown = office.tx(lines.get, office.line())

    behind(
        lambda conn: lines.change(
            conn, shown, replace(shown, from_name="Anne"), now=office.now
        ),
        lambda: office.tx(
            lines.change, shown, replace(shown, max_calls=7), now=office.now
        ),
    )

    line = office.tx(lines.get, shown.number)
    assert (line.from_name, line.max_calls) == ("Anne", 7)


def test_credit_that_is_taken_while_limits_are_changed_stays_taken(office, behind):
    line = office.line()
    ref = office.campaign(line, numbers(1))
    office.tx(quotas.put, line, Quota(credit=30))

    def allow_more_a_day(conn):
        known = quotas.held(conn, line)
        quotas.put(conn, line, replace(known, pages_per_day=50))

    behind(
        lambda conn: preparation.release(conn, ref, page_count=3, now=office.now),
        lambda: office.tx(allow_more_a_day),
    )

    assert office.tx(quotas.get, line) == Quota(credit=27, pages_per_day=50)


def test_a_campaign_that_two_pause_is_paused_once(office, behind):
    line = office.line()
    hook(office, line)
    ref = office.queue(line, numbers(2))

    behind(
        lambda conn: schedules.set_paused(conn, ref, paused=True, now=office.now),
        lambda: office.tx(schedules.set_paused, ref, paused=True, now=office.now),
    )

    assert published(office, line).count(EventKind.CAMPAIGN_PAUSED) == 1


def test_a_draft_that_is_deleted_gets_no_more_numbers(office, behind):
    ref = office.campaign(office.line(), [], draft=True, wishes=Wishes(expected=4))

    def add(conn, first):
        batch = numbers(4)[first - 1 : first + 1]
        return drafts.add_numbers(
            conn, ref, batch, trunk="main", first=first, now=office.now
        )

    def delete(conn):
        campaigns.cancel(conn, ref, now=office.now)
        campaigns.finish_if_all_final(conn, ref, now=office.now)

    office.tx(add, 1)
    answer = behind(delete, lambda: office.tx(add, 3))

    assert answer is DraftAnswer.NOT_A_DRAFT
    assert office.tx(campaigns.get, ref).counts == {FaxState.CANCELLED: 2}


def test_numbers_that_fail_while_they_are_copied_are_all_there_or_not(office, behind):
    """
    How many they are, and which, is asked once.
    """
    line = office.line(max_calls=9)
    ref = office.queue(line, numbers(3))
    first, *others = office.claim()
    fail(office, first)
    copy = office.campaign(line, [], documents=(), draft=True)
    counted = []

    @event.listens_for(Engine, "before_cursor_execute")
    def fail_the_others(conn, cursor, statement, parameters, context, many):
        if "INSERT INTO fax" in statement and not counted:
            counted.append(statement)
            if conn.dialect.name == "postgresql":
                for each in others:
                    fail(office, each)

    try:
        copied = office.tx(
            copies.numbers, ref, copy, states=[FaxState.FAILED], now=office.now
        )
    finally:
        event.remove(Engine, "before_cursor_execute", fail_the_others)

    made = office.tx(campaigns.get, copy)
    assert made.expected == copied == sum(made.counts.values())
