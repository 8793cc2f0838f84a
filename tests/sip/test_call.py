"""
Calls between two user agents: placed, answered, refused, cancelled, ended.
"""

import pytest

from ecofax_gateway.sip import (
    Answered,
    CallFailed,
    CallState,
    Hop,
    HungUp,
    IncomingCall,
    Ringing,
    TargetFailed,
    Timers,
)
from ecofax_gateway.sip.message import Request, Response
from ecofax_gateway.sip.received import ANSWER_TIMEOUT


def only(events, kind):
    """The one event of that kind."""
    (event,) = [event for event in events if isinstance(event, kind)]
    return event


def silent(event, wire):
    """A callee that does nothing."""


def test_a_call_from_invite_to_bye(wire):
    call = wire.place()
    wire.run(1)

    assert call.state is CallState.ESTABLISHED
    assert wire.told(wire.CALLER) == [Ringing(call, 180), Answered(call, wire.ANSWER)]
    assert call.remote_sdp == wire.ANSWER
    received = wire.received()
    assert (received.caller, received.called) == ("0366720307", "0972101010")
    assert received.remote_sdp == wire.OFFER
    assert received.id == call.id

    call.hang_up(wire.now, cause='Q.850;cause=16;text="Normal"')
    call.hang_up(wire.now)
    wire.run(1)

    assert only(wire.told(wire.CALLEE), HungUp) == HungUp(received, None, "Normal", 16)
    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "ACK 1", "BYE 2"]
    assert wire.sent_by(wire.CALLEE) == [
        "100 INVITE",
        "180 INVITE",
        "200 INVITE",
        "200 BYE",
    ]
    assert call.state is CallState.ENDED


def test_nothing_is_left_over_after_a_call(wire):
    call = wire.place()
    wire.run(1)

    assert not wire.agents[wire.CALLER].is_idle

    call.hang_up(wire.now)
    wire.run(100)

    for agent in wire.agents.values():
        assert agent.is_idle
        assert agent.next_timeout() is None


def test_the_callee_may_hang_up(wire):
    call = wire.place()
    wire.run(1)
    wire.received().hang_up(wire.now, cause="Q.850;cause=31")
    wire.run(1)

    assert only(wire.told(wire.CALLER), HungUp) == HungUp(call, None, "", 31)
    assert wire.told(wire.CALLEE)[-1] == IncomingCall(wire.received())


def test_both_may_hang_up_at_once(wire):
    call = wire.place()
    wire.run(1)
    call.hang_up(wire.now)
    wire.received().hang_up(wire.now)
    wire.run(1)

    assert "HungUp" not in wire.kinds(wire.CALLER) + wire.kinds(wire.CALLEE)
    assert all(agent.is_idle for agent in wire.agents.values())


def test_headers_of_the_owner_and_of_the_standard_are_in_the_invite(wire):
    wire.place(headers=[("P-Asserted-Identity", "<sip:0366720307@x>")])
    wire.run(1)
    invite = wire.log[0][2]

    assert invite.header("P-Asserted-Identity") == "<sip:0366720307@x>"
    assert invite.header("Max-Forwards") == "70"
    assert invite.header("Contact") == "<sip:192.0.2.1:5060>"
    assert "BYE" in invite.header("Allow")
    assert invite.via.parameter("rport") == ""


def test_ids_never_repeat(wire):
    first, second = wire.place(), wire.place()
    wire.run(1)

    invites = [m for _, _, m in wire.log if getattr(m, "method", "") == "INVITE"]
    assert first.id != second.id
    assert len({m.via.branch for m in invites}) == 2
    assert len({m.from_.tag for m in invites}) == 2


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [(486, "", "Busy Here"), (600, "Non", "Non"), (302, "", "Unknown")],
)
def test_a_refusal_is_told_and_acknowledged(wire, status, reason, said):
    def refuse(event, wire):
        if isinstance(event, IncomingCall):
            event.call.reject(
                status, wire.now, reason=reason, headers=[("Reason", "Q.850;cause=17")]
            )

    wire.answer = refuse
    call = wire.place()
    wire.run(100)

    assert wire.told(wire.CALLER) == [CallFailed(call, status, said, 17)]
    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "ACK 1"]
    assert wire.sent_by(wire.CALLEE) == ["100 INVITE", f"{status} INVITE"]
    assert all(agent.is_idle for agent in wire.agents.values())


def test_an_invite_that_nobody_answers_fails_at_timer_b(wire):
    began = wire.now
    call = wire.place(next_hop=("192.0.2.99", 5060))
    wire.run(100, until=lambda: bool(wire.events))

    assert wire.told(wire.CALLER) == [
        TargetFailed(call, Hop("192.0.2.99", 5060), 408),
        CallFailed(call, 408, "no response", 102),
    ]
    assert wire.now - began == pytest.approx(32)
    sent = [at - began for at, _, _ in wire.log]
    assert sent == pytest.approx([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5])


def test_timers_scale_with_t1(wire):
    quick = wire.add(("192.0.2.3", 5060), timers=Timers(t1=0.05))
    wire.agents[wire.CALLER] = quick
    began = wire.now
    wire.place(next_hop=("192.0.2.99", 5060))
    wire.run(100, until=lambda: bool(wire.events))

    assert wire.now - began == pytest.approx(3.2)


def test_a_call_that_nobody_picks_up_is_cancelled(wire):
    wire.answer = lambda event, wire: (
        event.call.ring(wire.now) if isinstance(event, IncomingCall) else None
    )
    began = wire.now
    call = wire.place(ring_timeout=20)
    wire.run(100, until=lambda: "CallFailed" in wire.kinds(wire.CALLER))

    assert wire.told(wire.CALLER)[-1] == CallFailed(call, 487, "ring timeout", 19)
    assert wire.now - began == pytest.approx(20, abs=0.1)
    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "CANCEL 1", "ACK 1"]
    assert wire.kinds(wire.CALLEE) == ["IncomingCall", "HungUp"]


def test_a_call_that_never_rings_is_cancelled_too(wire):
    wire.answer = silent
    call = wire.place(ring_timeout=20)
    wire.run(30)

    assert wire.told(wire.CALLER) == [CallFailed(call, 487, "ring timeout", 18)]


def test_hanging_up_while_it_rings_cancels(wire):
    wire.answer = silent
    call = wire.place()
    wire.run(1)
    call.hang_up(wire.now, cause="SIP;cause=487")
    call.hang_up(wire.now)
    wire.run(1)

    cancel = next(m for _, _, m in wire.log if getattr(m, "method", "") == "CANCEL")
    assert cancel.header("Reason") == "SIP;cause=487"
    assert cancel.via == wire.log[0][2].via
    assert wire.told(wire.CALLER) == [CallFailed(call, 487, "cancelled")]
    assert wire.sent_by(wire.CALLEE) == ["100 INVITE", "200 CANCEL", "487 INVITE"]
    assert isinstance(wire.told(wire.CALLEE)[-1], HungUp)


def test_a_cancel_waits_for_the_first_provisional(wire):
    wire.answer = silent
    wire.tap = lambda message, data: (
        None if isinstance(message, Request) and wire.now < 1000.4 else data
    )
    call = wire.place()
    call.hang_up(wire.now)
    wire.run(0.4)

    assert wire.sent_by(wire.CALLER) == ["INVITE 1"]

    wire.run(5)

    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "INVITE 1", "CANCEL 1", "ACK 1"]
    assert wire.told(wire.CALLER) == [CallFailed(call, 487, "cancelled")]


def test_hanging_up_a_call_that_reaches_nobody_ends_it(wire):
    call = wire.place(next_hop=("192.0.2.99", 5060))
    call.hang_up(wire.now)
    wire.run(40)

    assert wire.told(wire.CALLER) == [CallFailed(call, 487, "cancelled")]
    assert set(wire.sent_by(wire.CALLER)) == {"INVITE 1"}


def test_a_200_that_crosses_the_cancel_is_acknowledged_and_ended(wire):
    wire.answer = silent
    call = wire.place()
    wire.run(1)
    call.hang_up(wire.now)
    wire.received().accept(wire.ANSWER, wire.now)
    wire.run(5)

    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "CANCEL 1", "ACK 1", "BYE 2"]
    assert wire.told(wire.CALLER) == [CallFailed(call, 487, "cancelled")]
    assert wire.kinds(wire.CALLEE) == ["IncomingCall", "HungUp"]
    assert all(agent.is_idle for agent in wire.agents.values())


def test_a_cancel_that_nobody_heeds_ends_the_call_all_the_same(wire):
    wire.answer = silent
    call = wire.place()
    wire.run(1)
    wire.tap = lambda message, data: None
    call.hang_up(wire.now)
    wire.run(33)

    assert wire.told(wire.CALLER) == [CallFailed(call, 487, "cancelled")]

    wire.run(100)

    assert wire.agents[wire.CALLER].next_timeout() is None


def test_the_200_is_repeated_until_the_ack_and_each_gets_one(wire):
    def lose_two_acks(message, data):
        acks = wire.sent_by(wire.CALLER).count("ACK 1")
        is_ack = isinstance(message, Request) and message.method == "ACK"
        return None if is_ack and acks <= 2 else data

    wire.tap = lose_two_acks
    wire.place()
    wire.run(20)

    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "ACK 1", "ACK 1", "ACK 1"]
    assert wire.sent_by(wire.CALLEE).count("200 INVITE") == 3
    assert wire.kinds(wire.CALLER) == ["Ringing", "Answered"]
    acks = [m for _, _, m in wire.log if getattr(m, "method", "") == "ACK"]
    assert acks[0] == acks[1] == acks[2]


def test_a_200_that_is_never_acknowledged_ends_the_call(wire):
    wire.tap = lambda message, data: (
        None if isinstance(message, Request) and message.method == "ACK" else data
    )
    wire.place()
    wire.run(40)

    assert only(wire.told(wire.CALLEE), HungUp).status == 408
    assert "BYE 1" in wire.sent_by(wire.CALLEE)
    assert isinstance(wire.told(wire.CALLER)[-1], HungUp)


def test_the_callee_hangs_up_only_once_it_is_acknowledged(wire):
    def pick_up_and_drop(event, wire):
        if isinstance(event, IncomingCall):
            event.call.accept(wire.ANSWER, wire.now)
            event.call.hang_up(wire.now)

    wire.answer = pick_up_and_drop
    wire.place()
    wire.run(1)

    log = [(source, getattr(message, "method", "")) for _, source, message in wire.log]
    assert log.index((wire.CALLER, "ACK")) < log.index((wire.CALLEE, "BYE"))
    assert wire.kinds(wire.CALLER) == ["Answered", "HungUp"]


def test_a_call_that_the_owner_forgets_is_refused_in_the_end(wire):
    wire.answer = silent
    wire.place(ring_timeout=ANSWER_TIMEOUT + 10)
    wire.run(ANSWER_TIMEOUT + 1)

    assert only(wire.told(wire.CALLER), CallFailed).status == 480
    assert only(wire.told(wire.CALLEE), HungUp).status == 480


def test_early_media_count_where_the_200_has_none(wire):
    def progress(event, wire):
        if isinstance(event, IncomingCall):
            event.call.ring(wire.now, sdp=wire.IMAGE)
            event.call.accept(b"", wire.now)

    wire.answer = progress
    call = wire.place()
    wire.run(1)

    assert wire.told(wire.CALLER) == [
        Ringing(call, 183, wire.IMAGE),
        Answered(call, wire.IMAGE),
    ]


def test_a_second_fork_that_answers_is_acknowledged_and_ended(wire):
    third = ("192.0.2.3", 5080)
    wire.add(third)

    def fork(message, data):
        is_invite = isinstance(message, Request) and message.method == "INVITE"
        if is_invite and len(wire.agents) == 3:
            wire.agents[third].receive_datagram(data, wire.CALLER, wire.now)
        return data

    wire.tap = fork
    call = wire.place()
    wire.run(100)

    assert wire.kinds(wire.CALLER).count("Answered") == 1
    assert call.state is CallState.ESTABLISHED
    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "ACK 1", "ACK 1", "BYE 2"]
    ended = [where for where, event in wire.events if isinstance(event, HungUp)]
    assert len(ended) == 1

    call.hang_up(wire.now)
    wire.run(5)

    assert all(agent.is_idle for agent in wire.agents.values())


def test_requests_follow_the_recorded_route_and_the_contact(wire):
    """RFC 3261 §12.1.2, §12.2.1.1: the way back is recorded in reverse."""

    def record(message, data):
        if isinstance(message, Response) and message.cseq.method == "INVITE":
            routes = (
                b"Record-Route: <sip:192.0.2.2:5070;lr>\r\n"
                b"Record-Route: <sip:192.0.2.2:5070;lr;second>\r\nContact: <sip:x@10.9.9.9>\r\nCSeq"
            )
            data = data.replace(b"Contact: <sip:192.0.2.2:5070>\r\n", b"")
            return data.replace(b"CSeq", routes, 1)
        return data

    wire.tap = record
    call = wire.place()
    wire.run(1)
    call.hang_up(wire.now)
    wire.run(1)

    bye = next(m for _, _, m in wire.log if getattr(m, "method", "") == "BYE")
    assert bye.uri == "sip:x@10.9.9.9"
    assert bye.listed("Route") == [
        "<sip:192.0.2.2:5070;lr;second>",
        "<sip:192.0.2.2:5070;lr>",
    ]
    assert wire.sent_by(wire.CALLEE)[-1] == "200 BYE"


@pytest.mark.parametrize(
    "contact",
    [
        b"<sip:gw.example.net>",
        b"<sip:0.0.0.0:5070>",
        b"<sip:127.0.0.1:5070>",
        b"<sip:x@[::1]:5070>",
        b"<sip:192.0.2.2:99999>",
        b"rubbish",
        b"<sip:192.0.2.2:5070;transport=UDP>",
    ],
)
def test_a_contact_that_leads_nowhere_falls_back_to_the_source(wire, contact):
    wire.tap = lambda message, data: data.replace(
        b"Contact: <sip:192.0.2.2:5070>", b"Contact: " + contact
    )
    call = wire.place()
    wire.run(1)
    call.hang_up(wire.now)
    wire.run(1)

    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "ACK 1", "BYE 2"]
    assert wire.kinds(wire.CALLEE) == ["IncomingCall", "HungUp"]


def test_a_bye_that_nobody_answers_ends_the_call(wire):
    call = wire.place()
    wire.run(1)
    wire.tap = lambda message, data: None
    call.hang_up(wire.now)
    wire.run(40)

    assert call.state is CallState.ENDED
    assert wire.agents[wire.CALLER].is_idle


def test_a_bye_for_a_forgotten_call_is_answered_481(wire):
    call = wire.place()
    wire.run(1)
    wire.add(wire.CALLEE)
    call.hang_up(wire.now)
    wire.run(1)

    assert wire.log[-1][2].status == 481
    assert wire.agents[wire.CALLER].is_idle


def test_methods_for_owners_do_nothing_when_they_come_too_late(wire):
    call = wire.place()
    wire.run(1)
    received = wire.received()
    call.hang_up(wire.now)
    wire.run(1)
    before = len(wire.log)

    for late in (call, received):
        late.ring(wire.now)
        late.accept(wire.ANSWER, wire.now)
        late.reject(486, wire.now)
        late.reinvite(wire.IMAGE, wire.now)
        late.accept_reinvite(wire.IMAGE, wire.now)
        late.reject_reinvite(488, wire.now)
        late.hang_up(wire.now)
    wire.run(1)

    assert len(wire.log) == before


@pytest.mark.parametrize("seed", range(25))
def test_calls_survive_a_bad_network(wire, seed):
    """A fifth lost, a fifth doubled, order not kept: still one call, one answer."""
    wire.random.seed(seed)
    wire.loss, wire.double, wire.jitter = 0.2, 0.2, 0.3
    call = wire.place()
    wire.run(31, until=lambda: call.state is CallState.ESTABLISHED)
    wire.run(10)

    assert wire.kinds(wire.CALLER).count("Answered") == 1
    assert wire.kinds(wire.CALLEE) == ["IncomingCall"]

    call.hang_up(wire.now)
    wire.run(200)

    assert wire.kinds(wire.CALLEE) == ["IncomingCall", "HungUp"]
    for agent in wire.agents.values():
        assert agent.is_idle
        assert agent.next_timeout() is None


def test_a_bye_that_overtakes_the_200_ends_the_call(wire):
    def hold_the_200(message, data):
        is_answer = isinstance(message, Response) and message.cseq.method == "INVITE"
        return None if is_answer and message.status == 200 else data

    wire.tap = hold_the_200
    call = wire.place()
    wire.run(0.1)
    received = wire.received()
    received.dialog.peer = wire.CALLER
    bye = received.new_request("BYE")
    received.endpoint.exchange.request(bye, Hop(*wire.CALLER), received, wire.now)
    wire.run(0.1)
    wire.tap = None
    wire.run(40)

    assert wire.told(wire.CALLER)[-1] == CallFailed(call, 487, "hung up")
    assert wire.agents[wire.CALLER].is_idle


def test_a_refusal_at_the_ring_timeout_is_told_as_it_is(wire):
    wire.answer = silent
    wire.tap = lambda message, data: data.replace(b"SIP/2.0 487", b"SIP/2.0 486")
    call = wire.place(ring_timeout=5)
    wire.run(10)

    assert wire.told(wire.CALLER) == [CallFailed(call, 486, "Request Terminated")]


def test_the_bye_of_a_fork_may_be_answered_when_the_call_ends_too(wire):
    """Only the answer to the call's own BYE ends it."""
    third = ("192.0.2.3", 5080)
    wire.add(third)

    def fork(message, data):
        if isinstance(message, Request) and message.cseq == (1, "INVITE"):
            wire.agents[third].receive_datagram(data, wire.CALLER, wire.now)
        is_bye = isinstance(message, Request) and message.method == "BYE"
        to_first = is_bye and message.uri == "sip:192.0.2.2:5070"
        return None if to_first and wire.now < 1003 else data

    wire.tap = fork
    call = wire.place()
    wire.run(0.03)
    call.hang_up(wire.now)
    wire.run(1)

    assert call.state is CallState.ENDING

    wire.run(5)

    assert call.state is CallState.ENDED


@pytest.mark.parametrize("status", [180, 200, 486])
def test_a_response_that_nobody_can_read_is_as_if_lost(wire, status):
    """
    One without To: the call waits for a better one, and not for ever.
    """

    def spoil(message, data):
        if isinstance(message, Response) and message.status == status:
            return data.replace(b"\nTo:", b"\nTwo:")
        return data

    wire.tap = spoil
    if status == 486:
        wire.answer = lambda event, wire: (
            event.call.reject(486, wire.now)
            if isinstance(event, IncomingCall)
            else None
        )
    wire.place(ring_timeout=5)
    wire.run(120)

    failed = status != 180
    assert ("CallFailed" in wire.kinds(wire.CALLER)) is failed
    assert ("Answered" in wire.kinds(wire.CALLER)) is not failed
