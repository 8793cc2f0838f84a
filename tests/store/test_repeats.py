"""
The duplicate guard: what went there lately is held, and goes when somebody says so.
"""

from datetime import timedelta

from ecofax_gateway.domain.campaign import Canary
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.quota import Quota
from ecofax_gateway.domain.retry import Done, GiveUp
from ecofax_gateway.store import (
    calls,
    campaigns,
    canary,
    departures,
    faxes,
    preparation,
    quotas,
    repeats,
)

ANNE, PAUL, ZOE = "+33972101010", "+33972101011", "+33972101012"


def states(office, ref):
    return [fax.state for fax in office.tx(faxes.listing, campaign_ref=ref)]


def release(office, ref):
    def go(conn):
        found = repeats.release(conn, ref, now=office.now)
        return sum(
            departures.let_go(conn, campaign, now=office.now) for campaign in found
        )

    return office.tx(go)


def test_of_a_campaign_only_the_numbers_that_had_the_pages_are_held(office):
    line = office.line()
    first = office.queue(line, [ANNE])
    second = office.queue(line, [PAUL, ANNE, ZOE])

    assert states(office, second) == [FaxState.QUEUED, FaxState.HELD, FaxState.QUEUED]
    [repeat] = office.tx(repeats.held, second)
    assert (repeat.ref, repeat.number) == (f"{second}-2", ANNE)
    assert repeat.earlier_at == office.now
    assert office.tx(repeats.held, first) == []


def test_another_line_quality_or_day_is_no_repeat(office):
    line, other = office.line(), office.line("+33100000002")
    office.queue(line, [ANNE])

    assert states(office, office.queue(other, [ANNE])) == [FaxState.QUEUED]
    best = office.queue(line, [ANNE], quality=Quality.BEST)
    assert states(office, best) == [FaxState.QUEUED]
    office.later(hours=24)
    assert states(office, office.queue(line, [ANNE])) == [FaxState.QUEUED]


def test_what_failed_may_be_sent_again(office):
    line = office.line()
    office.queue(line, [ANNE])
    [claimed] = office.claim()
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    failed = Outcome(ending=Ending.BUSY)
    office.tx(calls.finish, claimed, failed, GiveUp(Ending.BUSY), now=office.now)

    assert states(office, office.queue(line, [ANNE])) == [FaxState.QUEUED]


def test_a_held_fax_is_no_reason_to_hold_another(office):
    line = office.line()
    office.queue(line, [ANNE])
    office.queue(line, [ANNE])
    third = office.queue(line, [ANNE, PAUL])
    assert states(office, third) == [FaxState.HELD, FaxState.QUEUED]
    assert len(office.tx(repeats.held, third)) == 1


def test_a_sender_who_knows_and_a_window_of_nought_hold_nothing(office):
    line = office.line()
    office.queue(line, [ANNE])

    meant = office.queue(line, [ANNE], notes={repeats.ALLOWED: True})
    assert states(office, meant) == [FaxState.QUEUED]
    ref = office.campaign(line, [ANNE])
    off = {"page_count": 3, "repeat_window": timedelta(0), "now": office.now}
    assert office.tx(preparation.release, ref, **off) == 1


def test_a_released_repeat_goes_and_is_not_held_again(office):
    line = office.line()
    office.queue(line, [ANNE])
    second = office.queue(line, [ANNE, PAUL])

    assert release(office, f"{second}-1") == 1
    assert states(office, second) == [FaxState.QUEUED, FaxState.QUEUED]
    assert office.tx(repeats.held, second) == []
    assert release(office, second) == 0


def test_held_pages_are_reserved_only_when_they_are_released(office):
    line = office.line()
    office.queue(line, [ANNE])
    office.tx(quotas.put, line, Quota(credit=10))

    second = office.queue(line, [ANNE])
    assert office.tx(quotas.get, line).credit == 10
    release(office, second)
    assert office.tx(quotas.get, line).credit == 7


def test_a_held_repeat_does_not_keep_a_canary_waiting(office):
    line = office.line()
    office.queue(line, [ANNE])
    [earlier] = office.claim()
    wishes = campaigns.Wishes(canary=Canary(2, 50))
    ref = office.queue(line, [ANNE, PAUL, ZOE], wishes=wishes)
    assert states(office, ref) == [FaxState.HELD, FaxState.QUEUED, FaxState.WAITING]
    [claimed] = office.claim(1)
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    sent = Outcome(ending=Ending.DELIVERED, pages_confirmed=3)
    office.tx(calls.finish, claimed, sent, Done(), now=office.now)

    office.tx(canary.settle, ref, now=office.now)

    assert earlier.number == ANNE
    assert states(office, ref) == [FaxState.HELD, FaxState.SENT, FaxState.QUEUED]


def test_a_repeat_that_nobody_releases_is_cancelled_in_the_end(office):
    line = office.line()
    office.queue(line, [ANNE])
    second = office.queue(line, [PAUL, ANNE])
    held_since = office.now

    early = office.tx(
        repeats.expire, before=held_since - timedelta(seconds=1), now=office.now
    )
    office.later(days=7)
    dropped = office.tx(repeats.expire, before=held_since, now=office.now)
    again = office.tx(repeats.expire, before=held_since, now=office.now)

    assert (early, dropped, again) == ([], [second], [])
    assert states(office, second) == [FaxState.QUEUED, FaxState.CANCELLED]
    assert office.fax(f"{second}-2").ending is Ending.REPEAT
    assert release(office, second) == 0
