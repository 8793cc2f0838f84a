"""
What calls to a number have taught.
"""

from datetime import timedelta

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.mode import T38, T38_SLOW
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import CallAgain, GiveUp
from ecofax_gateway.store import calls, campaigns, faxes, memory

NUMBER = "+33972101010"
DELIVERED = Outcome(
    ending=Ending.DELIVERED, bit_rate=9600, pages_confirmed=3, fax_met=True
)
UNKNOWN = Outcome(ending=Ending.NUMBER_UNKNOWN, detail="404 Not Found")
SPOILED = Outcome(ending=Ending.PAGE_REFUSED, fax_met=True)


def remember(office, outcome, mode=T38, number=NUMBER):
    return office.tx(memory.remember, number, outcome, mode, now=office.now)


def recall(office, number=NUMBER):
    return office.tx(memory.recall, number, now=office.now)


def test_what_worked_is_known_until_it_expires(office):
    assert remember(office, DELIVERED, T38_SLOW)
    known = recall(office)
    office.later(seconds=memory.KEEP.total_seconds() - 1)
    at_last = recall(office)
    office.later(seconds=1)

    assert (known.mode, known.bit_rate, known.ending) == (
        "t38-slow",
        9600,
        Ending.DELIVERED,
    )
    assert at_last == known
    assert recall(office) is None


def test_the_same_again_is_known_since_the_first_time(office):
    first = office.now
    remember(office, DELIVERED)
    remember_again = office.later(days=20)
    remember(office, DELIVERED)

    known = recall(office)

    assert (known.since, known.updated_at) == (first, remember_again)
    assert known.expires_at == remember_again + memory.KEEP


def test_news_is_known_since_now(office):
    remember(office, DELIVERED)
    office.later(days=1)
    remember(office, UNKNOWN)

    known = recall(office)

    assert (known.ending, known.mode, known.since) == (
        Ending.NUMBER_UNKNOWN,
        None,
        office.now,
    )
    assert known.detail == "404 Not Found"


def test_a_bad_day_teaches_nothing(office):
    remember(office, DELIVERED)
    for ending in set(Ending) - memory.TAUGHT_BY:
        assert not remember(office, Outcome(ending=ending))

    assert recall(office).ending is Ending.DELIVERED


def test_what_is_known_can_be_listed_and_forgotten(office):
    for n in range(5):
        remember(office, UNKNOWN if n else DELIVERED, number=f"+3310000000{n}")

    def listed(**kwargs):
        found = office.tx(memory.listing, now=office.now, **kwargs)
        return [each.number[-1] for each in found]

    assert listed() == ["0", "1", "2", "3", "4"]
    assert listed(ending=Ending.NUMBER_UNKNOWN, limit=2) == ["1", "2"]
    assert listed(after="+33100000003") == ["4"]
    assert office.tx(memory.forget, "+33100000004")
    assert not office.tx(memory.forget, "+33100000004")
    assert listed(after="+33100000003") == []


def test_what_has_expired_is_erased(office):
    for n in range(5):
        remember(office, DELIVERED, number=f"+3310000000{n}")
    office.later(days=30)
    remember(office, DELIVERED)

    erased = [
        office.tx(memory.forget_expired, now=office.now, batch=3) for _ in range(3)
    ]

    assert erased == [3, 2, 0]
    assert recall(office) is not None


def place(office, claimed, outcome, decision):
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    office.tx(calls.finish, claimed, outcome, decision, now=office.now)


def test_after_a_spoiled_call_the_next_is_slower(office):
    office.queue(office.line(), [NUMBER])
    (first,) = office.claim()
    before = office.tx(memory.mode_of, first, now=office.now)
    place(office, first, SPOILED, CallAgain(office.now))
    office.tx(faxes.promote_due, now=office.now)
    (second,) = office.claim()

    assert before is T38
    assert office.tx(memory.mode_of, second, now=office.now) is T38_SLOW


def test_a_new_fax_begins_with_what_worked(office):
    remember(office, DELIVERED, T38_SLOW)
    office.queue(office.line(), [NUMBER])
    (claimed,) = office.claim()

    assert office.tx(memory.mode_of, claimed, now=office.now) is T38_SLOW


def test_an_unknown_number_fails_the_others_that_wait_for_it(office):
    """Queued or planned, of whatever line; their campaigns finish; others go on."""
    office.queue(office.line("+33200000001"), [NUMBER])
    (claimed,) = office.claim()
    queued = office.queue(office.line("+33200000002"), [NUMBER])
    line = office.line("+33200000003")
    tomorrow = office.now + timedelta(days=1)
    planned = office.queue(line, [NUMBER, "+33972101011"], due_at=tomorrow)
    draft = office.campaign(line, [NUMBER])
    place(office, claimed, UNKNOWN, GiveUp(Ending.NUMBER_UNKNOWN))

    touched = office.tx(memory.fail_waiting, NUMBER, UNKNOWN, now=office.now)

    assert touched == [queued, planned]
    failed = office.fax(queued)
    assert (failed.state, failed.ending, failed.detail) == (
        FaxState.FAILED,
        Ending.NUMBER_UNKNOWN,
        "404 Not Found",
    )
    states = [each.state for each in office.tx(faxes.listing, campaign_ref=planned)]
    assert states == [FaxState.FAILED, FaxState.SCHEDULED]
    assert office.fax(draft).state is FaxState.WAITING
    assert office.tx(campaigns.finish_if_all_final, queued, now=office.now)
    assert not office.tx(campaigns.finish_if_all_final, planned, now=office.now)


def test_a_refusal_is_between_two_lines(office):
    ref = office.queue(office.line(), [NUMBER])
    rejected = Outcome(ending=Ending.REJECTED)

    assert office.tx(memory.fail_waiting, NUMBER, rejected, now=office.now) == []
    assert office.fax(ref).state is FaxState.QUEUED
