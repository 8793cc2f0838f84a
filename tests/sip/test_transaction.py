"""
The transaction machines: their tables hold together, their timers fire when they must.
"""

import pytest

from ecofax_gateway.sip import CallState, Hop, Transport
from ecofax_gateway.sip.agenda import Agenda
from ecofax_gateway.sip.machine import (
    MACHINES,
    WAITS,
    Act,
    Kind,
    State,
    Stimulus,
    Timers,
)
from ecofax_gateway.sip.message import Request, Response
from ecofax_gateway.sip.transaction import Transaction

PEER = Hop("192.0.2.9", 5060)
REQUEST = Request(
    method="BYE",
    uri="sip:x@192.0.2.9",
    headers=(
        ("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"),
        ("From", "<sip:a@b>;tag=1"),
        ("To", "<sip:c@d>"),
        ("Call-ID", "x"),
        ("CSeq", "1 BYE"),
    ),
)


class User:
    """Notes what it is told."""

    def __init__(self):
        self.heard = []

    def receive_response(self, transaction, response, now):
        self.heard.append(response.status)

    def no_response(self, transaction, now):
        self.heard.append(None)

    def no_way(self, transaction, now):
        self.heard.append("no way")


class Trial:
    """One transaction, and when it sent something."""

    def __init__(self, kind, peer=PEER):
        self.agenda, self.user, self.sent, self.now = Agenda(), User(), [], 0.0
        self.forgotten = 0
        self.transaction = Transaction(
            kind,
            REQUEST,
            peer,
            timers=Timers(),
            agenda=self.agenda,
            send=lambda data, peer: self.sent.append(self.now),
            user=self.user,
            forget=self.forget,
        )

    def forget(self):
        self.forgotten += 1

    def run(self, end):
        while (when := self.agenda.next()) is not None and when <= end:
            self.now = when
            self.agenda.run(when)
        self.now = end

    def receive(self, status):
        self.transaction.receive_response(Response(status=status), self.now)

    def respond(self, status):
        self.transaction.respond(Response(status=status), self.now)


def test_a_request_is_repeated_up_to_every_t2():
    """RFC 3261 §17.1.2.2, timers E and F."""
    trial = Trial(Kind.OTHER_CLIENT)
    trial.transaction.start(0.0)
    trial.run(100)

    assert trial.sent == [0, 0.5, 1.5, 3.5, *(7.5 + 4 * n for n in range(7))]
    assert trial.user.heard == [None]
    assert trial.forgotten == 1


def test_a_provisional_slows_the_repeats_but_not_the_end():
    trial = Trial(Kind.OTHER_CLIENT)
    trial.transaction.start(0.0)
    trial.run(1)
    trial.receive(100)
    trial.run(100)

    assert trial.sent == [0, 0.5, *(5 + 4 * n for n in range(7))]
    assert trial.user.heard == [100, None]


def test_an_invite_is_not_repeated_once_it_is_proceeding():
    trial = Trial(Kind.INVITE_CLIENT)
    trial.transaction.start(0.0)
    trial.receive(180)
    trial.receive(183)
    trial.run(1000)

    assert trial.sent == [0]
    assert trial.user.heard == [180, 183]
    assert trial.transaction.is_pending


def test_a_repeated_refusal_is_acknowledged_but_told_once():
    trial = Trial(Kind.INVITE_CLIENT)
    trial.transaction.start(0.0)
    trial.receive(486)
    trial.run(10)
    trial.receive(486)
    trial.run(100)
    trial.receive(486)

    assert trial.sent == [0, 0, 10]
    assert trial.user.heard == [486]
    assert trial.forgotten == 1


def test_a_final_response_to_another_request_is_told_once():
    trial = Trial(Kind.OTHER_CLIENT)
    trial.transaction.start(0.0)
    trial.receive(200)
    trial.receive(200)
    trial.run(100)

    assert trial.user.heard == [200]
    assert trial.forgotten == 1


def test_every_2xx_to_an_invite_is_told():
    """RFC 6026 §8.4: forks and repeats are the user's business."""
    trial = Trial(Kind.INVITE_CLIENT)
    trial.transaction.start(0.0)
    trial.receive(200)
    trial.receive(200)
    trial.receive(486)
    trial.receive(180)

    assert trial.user.heard == [200, 200]


@pytest.mark.parametrize("kind", [Kind.INVITE_SERVER, Kind.OTHER_SERVER])
def test_only_the_first_final_response_is_sent(kind):
    trial = Trial(kind)
    trial.respond(486)
    trial.respond(200)
    trial.respond(100)

    assert trial.sent == [0]


def test_a_refusal_of_an_invite_is_repeated_until_timer_h():
    trial = Trial(Kind.INVITE_SERVER)
    trial.respond(486)
    trial.run(100)

    assert trial.sent == [0, 0.5, 1.5, 3.5, *(7.5 + 4 * n for n in range(7))]
    assert trial.forgotten == 1


def test_a_repeated_request_without_an_answer_yet_is_absorbed():
    trial = Trial(Kind.OTHER_SERVER)
    trial.transaction.receive_request(REQUEST, 0.0)

    assert trial.sent == []


@pytest.mark.parametrize("kind", Kind)
def test_every_state_is_reached_and_can_end(kind):
    machine = MACHINES[kind]
    first = State.PROCEEDING if kind is Kind.INVITE_SERVER else State.TRYING
    reached, waiting = set(), [first]
    while waiting:
        state = waiting.pop()
        if state in reached:
            continue
        reached.add(state)
        waiting += [after for after, _ in machine.get(state, {}).values()]

    assert reached == {*machine, State.TERMINATED}
    for state in machine:
        # A state ends by time, or by its user, who has limits of its own.
        by_time = Stimulus.EXPIRED in machine[state]
        by_user = Stimulus.FAILURE in machine[state]
        assert by_time or by_user
        if (kind, state) in WAITS:
            assert by_time


def test_nothing_final_is_acknowledged_but_refusals_of_invites():
    for kind, machine in MACHINES.items():
        for steps in machine.values():
            for stimulus, (_, act) in steps.items():
                if Act.SEND_ACK in act:
                    assert (kind, stimulus) == (Kind.INVITE_CLIENT, Stimulus.FAILURE)


class Sleeper:
    """Something that wants to be woken."""

    def __init__(self, name, woken, again=None):
        self.name, self.woken, self.again = name, woken, again

    def handle_timeout(self, now):
        self.woken.append(self.name)
        if self.again is not None:
            self.again(self)


def test_the_agenda_wakes_in_order_and_only_who_still_wants_it():
    agenda, woken = Agenda(), []
    a, b, c = (Sleeper(name, woken) for name in "abc")
    agenda.set(a, 3)
    agenda.set(b, 1)
    agenda.set(c, 2)
    agenda.set(b, 4)
    agenda.clear(c)

    assert agenda.next() == 3

    agenda.run(3.5)
    assert woken == ["a"]
    agenda.run(10)
    assert woken == ["a", "b"]
    assert agenda.next() is None


def test_the_agenda_lets_nobody_keep_it_busy():
    agenda, woken = Agenda(), []
    agenda.set(Sleeper("a", woken, again=lambda me: agenda.set(me, 0)), 0)
    agenda.run(1)

    assert woken == ["a"]
    assert agenda.next() == 0


def test_one_that_is_woken_may_clear_another_that_is_due():
    agenda, woken = Agenda(), []
    second = Sleeper("b", woken)
    agenda.set(Sleeper("a", woken, again=lambda _: agenda.clear(second)), 0)
    agenda.set(second, 1)
    agenda.run(2)

    assert woken == ["a"]


def test_a_clock_that_jumps_makes_no_burst_of_repeats(wire):
    """A stalled process sends one repeat when it wakes, not those it missed."""
    call = wire.place(next_hop=("192.0.2.99", 5060))
    agent = wire.agents[wire.CALLER]
    agent.messages_to_send()
    agent.handle_timeout(wire.now + 20)

    assert len(agent.messages_to_send()) == 1
    assert call.state is CallState.CALLING


TCP = Hop("192.0.2.9", 5060, Transport.TCP)


@pytest.mark.parametrize("kind", [Kind.INVITE_CLIENT, Kind.OTHER_CLIENT])
def test_over_a_stream_nothing_is_repeated_and_patience_is_the_same(kind):
    trial = Trial(kind, TCP)
    trial.transaction.start(0.0)
    trial.run(31.9)
    assert trial.user.heard == []
    trial.run(32.1)

    assert trial.sent == [0.0]
    assert trial.user.heard == [None]


def test_over_a_stream_a_provisional_does_not_prolong_the_wait():
    """Timer F goes on; only an INVITE may ring as long as it likes."""
    trial = Trial(Kind.OTHER_CLIENT, TCP)
    trial.transaction.start(0.0)
    trial.receive(100)
    trial.run(32.1)

    assert trial.user.heard == [100, None]


@pytest.mark.parametrize("kind", [Kind.INVITE_CLIENT, Kind.OTHER_CLIENT])
def test_over_a_stream_an_answered_request_is_forgotten_at_once(kind):
    trial = Trial(kind, TCP)
    trial.transaction.start(0.0)
    trial.receive(486)
    trial.run(0.1)

    assert trial.forgotten == 1


@pytest.mark.parametrize("kind", [Kind.INVITE_CLIENT, Kind.OTHER_CLIENT])
def test_a_broken_way_is_told_once_and_only_while_it_matters(kind):
    trial = Trial(kind)
    trial.transaction.start(0.0)
    trial.transaction.break_off(1.0)
    trial.transaction.break_off(2.0)
    answered = Trial(kind)
    answered.transaction.start(0.0)
    answered.receive(486)
    answered.transaction.break_off(1.0)

    assert trial.user.heard == ["no way"]
    assert trial.forgotten == 1
    assert answered.user.heard == [486]
