"""
From the claim to the end of a call.
"""

from datetime import timedelta

import pytest

from ecofax_gateway.domain.fax import FaxState, Phase
from ecofax_gateway.domain.journal import Journal, Layer, Note, Packets
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Ask, CallAgain, Done, GiveUp, History, Stop
from ecofax_gateway.store import calls, campaigns, claims, faxes, nodes


@pytest.fixture
def claimed(office):
    """
    The claim of the only fax there is.
    """
    office.queue(office.line(), ["+33972101010"])
    (claimed,) = office.claim()
    return claimed


def intend(office, claimed):
    return office.tx(calls.intend, claimed, pages_sha256="abc", now=office.now)


def finish(office, claimed, ending, decision, **kwargs):
    outcome = Outcome(ending=ending, **kwargs)
    return office.tx(calls.finish, claimed, outcome, decision, now=office.now)


def test_intent_is_written_once(office, claimed):
    assert intend(office, claimed)
    assert not intend(office, claimed)
    (attempt,) = office.tx(faxes.attempts, claimed.ref)
    assert (attempt.phase, attempt.pages_sha256) == (Phase.INVITING, "abc")
    assert attempt.started_at == office.now


def test_an_old_life_may_not_dial(office, claimed):
    epoch = office.tx(nodes.begin, "a", now=office.now)
    office.tx(claims.take_over, node="a", epoch=epoch, now=office.now)

    assert not intend(office, claimed)


def test_a_cancelled_fax_is_not_dialled(office, claimed):
    cancelled = office.tx(campaigns.cancel, claimed.campaign, now=office.now)

    assert cancelled == campaigns.Cancellation(1, ())
    assert not intend(office, claimed)
    assert office.fax(claimed.ref).state is FaxState.CANCELLED
    assert office.tx(faxes.attempts, claimed.ref) == []


def test_progress_never_goes_back(office, claimed):
    intend(office, claimed)
    for phase, pages in ((Phase.SENDING, 2), (Phase.RINGING, 0), (Phase.SENDING, 1)):
        assert office.tx(
            calls.progress, claimed, phase, pages_confirmed=pages, now=office.now
        )

    fax = office.fax(claimed.ref)
    assert (fax.phase, fax.pages_confirmed) == (Phase.SENDING, 2)
    assert office.tx(faxes.attempts, claimed.ref)[0].answered_at == office.now


def test_the_journal_of_a_call_is_kept(office, claimed):
    note = Note(
        at_s=1.5, layer=Layer.T30, from_us=False, name="DIS", detail="é\x00\ud800"
    )
    journal = Journal(notes=(note,), packets=Packets(received=3), media="T.38")
    intend(office, claimed)
    before = office.tx(faxes.attempts, claimed.ref)[0].journal

    finish(office, claimed, Ending.DELIVERED, Done(), journal=journal)

    assert before is None
    (attempt,) = office.tx(faxes.attempts, claimed.ref)
    kept = Journal.from_json(attempt.journal)
    assert (kept.notes[0].name, kept.notes[0].detail) == ("DIS", "é??")
    assert (kept.packets, kept.media) == (journal.packets, "T.38")


def test_there_is_no_progress_without_intent(office, claimed):
    assert not office.tx(calls.progress, claimed, Phase.RINGING, now=office.now)


@pytest.mark.parametrize(
    ("ending", "decision", "state"),
    [
        pytest.param(Ending.DELIVERED, Done(), FaxState.SENT, id="delivered"),
        pytest.param(
            Ending.REJECTED, GiveUp(Ending.REJECTED), FaxState.FAILED, id="no"
        ),
        pytest.param(Ending.BROKEN_OFF, Ask(), FaxState.UNKNOWN, id="broken-off"),
        pytest.param(Ending.CANCELLED, Stop(), FaxState.CANCELLED, id="cancelled"),
    ],
)
def test_an_outcome_ends_the_fax(office, claimed, ending, decision, state):
    intend(office, claimed)

    assert finish(office, claimed, ending, decision, detail="486 Busy Here") is state
    fax = office.fax(claimed.ref)
    assert (fax.state, fax.ending, fax.finished_at) == (state, ending, office.now)
    assert office.tx(faxes.attempts, claimed.ref)[0].detail == "486 Busy Here"
    if state is not FaxState.UNKNOWN:
        assert finish(office, claimed, ending, decision) is None


def test_a_retry_begins_after_the_confirmed_pages(office, claimed):
    intend(office, claimed)
    office.tx(calls.progress, claimed, Phase.SENDING, pages_confirmed=1, now=office.now)
    again = CallAgain(office.now + timedelta(minutes=1))
    state = finish(office, claimed, Ending.CUT_OFF, again, pages_confirmed=2)
    too_early = office.tx(faxes.promote_due, now=office.now)
    assert office.tx(faxes.next_due) == again.at
    office.later(minutes=1)
    promoted = office.tx(faxes.promote_due, now=office.now)

    (second,) = office.claim()

    assert (state, too_early, promoted) == (FaxState.SCHEDULED, 0, 1)
    assert (second.attempt, second.first_page) == (2, 3)
    intend(office, second)
    finish(office, second, Ending.DELIVERED, Done(), pages_confirmed=1)
    assert office.fax(claimed.ref).pages_confirmed == 3
    assert [a.first_page for a in office.tx(faxes.attempts, claimed.ref)] == [1, 3]


def test_a_cancelled_call_is_not_repeated(office, claimed):
    intend(office, claimed)
    cancelled = office.tx(campaigns.cancel, claimed.campaign, now=office.now)
    hanging_up = office.tx(calls.to_hang_up, node="a", epoch=office.epoch)
    again = CallAgain(office.now + timedelta(minutes=3))

    assert cancelled == campaigns.Cancellation(0, (claimed.ref,))
    assert hanging_up == [claimed.ref]
    assert finish(office, claimed, Ending.BUSY, again) is FaxState.CANCELLED
    assert office.tx(calls.to_hang_up, node="a", epoch=office.epoch) == []


def lose(office, claimed):
    epoch = office.tx(nodes.begin, "a", now=office.now)
    return office.tx(claims.take_over, node="a", epoch=epoch, now=office.now)


def test_a_late_result_is_heard(office, claimed):
    intend(office, claimed)
    lose(office, claimed)

    state = finish(office, claimed, Ending.DELIVERED, Done(), pages_confirmed=3)

    assert state is FaxState.SENT
    assert office.fax(claimed.ref).pages_confirmed == 3


def test_a_late_busy_is_not_called_again(office, claimed):
    """
    The requester has been told "unknown" and may have acted.
    """
    intend(office, claimed)
    lose(office, claimed)

    assert (
        finish(office, claimed, Ending.BUSY, CallAgain(office.now)) is FaxState.FAILED
    )


def test_a_late_result_of_another_attempt_is_not_heard(office, claimed):
    intend(office, claimed)
    finish(office, claimed, Ending.BUSY, CallAgain(office.now))
    office.tx(faxes.promote_due, now=office.now)
    (second,) = office.claim()
    intend(office, second)
    lose(office, second)

    assert finish(office, claimed, Ending.DELIVERED, Done()) is None
    assert office.fax(claimed.ref).state is FaxState.UNKNOWN


def history(office, claimed, ending, **kwargs):
    outcome = Outcome(ending=ending, **kwargs)
    return office.tx(calls.history, claimed, outcome)


def test_history_counts_dials(office, claimed):
    """
    Not our own faults, not claims given back; the first call is where it began.
    """
    began = office.now
    for ending, kwargs in (
        (Ending.BUSY, {}),
        (Ending.TRUNK_FAULT, {}),
        (Ending.NOT_A_FAX, {}),
        (Ending.CUT_OFF, {"fax_met": True}),
    ):
        intend(office, claimed)
        finish(office, claimed, ending, CallAgain(office.now), **kwargs)
        office.later(minutes=5)
        office.tx(faxes.promote_due, now=office.now)
        (claimed,) = office.claim()
        office.tx(claims.give_back, claimed, now=office.now)
        (claimed,) = office.claim()
    intend(office, claimed)

    assert history(office, claimed, Ending.STALLED, fax_met=True) == History(
        first_at=began, dials=4, with_carrier=2, not_a_fax=1
    )
    assert history(office, claimed, Ending.LOCAL_FAULT) == History(
        first_at=began, dials=3, with_carrier=1, not_a_fax=1
    )


def test_a_fault_before_the_intent_is_no_dial(office, claimed):
    assert history(office, claimed, Ending.STALLED).dials == 0
    again = CallAgain(office.now + timedelta(minutes=1))
    state = finish(office, claimed, Ending.LOCAL_FAULT, again)
    assert state is FaxState.SCHEDULED
