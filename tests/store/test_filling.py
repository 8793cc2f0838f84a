"""
A large campaign goes into the queue in slices: whoever looks at the queue goes on.
"""

import pytest
from sqlalchemy import update

from ecofax_gateway.domain.campaign import Canary
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import calls, campaigns, departures, schedules
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.departures import SLICE
from ecofax_gateway.store.tables import fax

from .test_schedules import DELIVERED, numbers

MANY = SLICE + 3


@pytest.fixture
def large(office):
    """
    A campaign whose first slice is in the queue.
    """
    return office.queue(office.line(), numbers(MANY, prefix="+336000"))


def counts(office, ref):
    return office.db.sync_read(campaigns.get, ref).counts


def fill(office):
    return office.tx(departures.fill, now=office.now)


def test_the_first_slice_goes_at_once_and_the_rest_follows(office, large):
    before = counts(office, large)
    filled = [fill(office), fill(office)]

    assert before == {FaxState.QUEUED: SLICE, FaxState.WAITING: 3}
    assert filled == [3, 0]
    assert counts(office, large) == {FaxState.QUEUED: MANY}
    assert {each.position for each in office.claim()} == {1, 2}


def test_who_comes_after_a_crash_goes_on(office, large, url, tmp_path):
    office.db.close()
    office.db = Database.open(url, spool=tmp_path / "spool")

    assert fill(office) == 3
    assert counts(office, large) == {FaxState.QUEUED: MANY}


def test_it_is_not_over_before_the_last_slice(office):
    line = office.line(max_calls=9)
    ref = office.queue(line, numbers(3))
    office.tx(lambda conn: set_waiting(conn, ref, position=3))
    for each in office.claim():
        office.tx(calls.intend, each, pages_sha256="x", now=office.now)
        office.tx(calls.finish, each, DELIVERED, Done(), now=office.now)
        assert not office.tx(campaigns.finish_if_all_final, ref, now=office.now)

    assert fill(office) == 1
    assert [each.position for each in office.claim()] == [3]


def test_a_paused_campaign_has_time(office, large):
    office.tx(schedules.set_paused, large, paused=True, now=office.now)
    while_paused = fill(office)
    office.tx(schedules.set_paused, large, paused=False, now=office.now)

    assert (while_paused, fill(office)) == (0, 3)


def test_what_was_cancelled_does_not_follow(office, large):
    office.tx(campaigns.cancel, large, now=office.now)

    assert fill(office) == 0
    assert counts(office, large) == {FaxState.CANCELLED: MANY}


def test_a_canarys_rest_waits(office):
    wishes = campaigns.Wishes(canary=Canary(2, 10))
    ref = office.queue(office.line(), numbers(5), wishes=wishes)

    assert fill(office) == 0
    assert counts(office, ref) == {FaxState.QUEUED: 2, FaxState.WAITING: 3}


def test_a_draft_waits(office):
    ref = office.queue(office.line(), numbers(5), draft=True)
    office.tx(schedules.set_pace, ref, 10)

    assert fill(office) == 0
    assert counts(office, ref) == {FaxState.WAITING: 5}


def set_waiting(conn, ref, *, position):
    """
    As if one had not been in the first slice.
    """
    conn.execute(
        update(fax)
        .where(fax.c.ref == f"{ref}-{position}")
        .values(state=FaxState.WAITING, gate=0)
    )
