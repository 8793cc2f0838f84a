"""
Changing the media: both directions, refusals, and offers that collide.
"""

import pytest

from ecofax_gateway.sip import (
    CallState,
    Hop,
    HungUp,
    IncomingCall,
    OfferAnswered,
    ReinviteAccepted,
    ReinviteReceived,
    ReinviteRejected,
)
from ecofax_gateway.sip.message import Request, Response
from ecofax_gateway.sip.reinvite import MAX_GLARES


@pytest.fixture
def call(wire):
    """An established call; both sides accept any re-INVITE."""

    def agree(event, wire):
        if isinstance(event, IncomingCall):
            event.call.accept(wire.ANSWER, wire.now)
        elif isinstance(event, ReinviteReceived):
            event.call.accept_reinvite(wire.IMAGE, wire.now)

    wire.answer = agree
    call = wire.place()
    wire.run(1)
    assert call.state is CallState.ESTABLISHED
    return call


def ignore(event, wire):
    """An owner that decides later."""


def test_the_caller_changes_the_media(wire, call):
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(100)

    assert wire.told(wire.CALLEE)[-1] == ReinviteReceived(wire.received(), wire.IMAGE)
    assert wire.told(wire.CALLER)[-1] == ReinviteAccepted(call, wire.IMAGE)
    assert call.remote_sdp == wire.received().remote_sdp == wire.IMAGE
    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "ACK 1", "INVITE 2", "ACK 2"]


def test_the_callee_changes_the_media(wire, call):
    received = wire.received()
    received.reinvite(wire.IMAGE, wire.now)
    wire.run(100)

    assert wire.told(wire.CALLER)[-1] == ReinviteReceived(call, wire.IMAGE)
    assert wire.told(wire.CALLEE)[-1] == ReinviteAccepted(received, wire.IMAGE)

    received.hang_up(wire.now)
    wire.run(1)

    assert wire.told(wire.CALLER)[-1] == HungUp(call, None, "")


def test_a_refused_offer_leaves_the_call_as_it_was(wire, call):
    wire.answer = lambda event, wire: (
        event.call.reject_reinvite(488, wire.now)
        if isinstance(event, ReinviteReceived)
        else None
    )
    before = call.remote_sdp
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(100)

    assert wire.told(wire.CALLER)[-1] == ReinviteRejected(
        call, 488, "Not Acceptable Here"
    )
    assert call.remote_sdp == before
    assert call.state is CallState.ESTABLISHED


@pytest.mark.parametrize("seed", range(10))
def test_offers_that_collide_are_both_settled(wire, call, seed):
    """
    RFC 3261 §14.1: 491 to both; the callee tries again within 2 s, the caller later.
    """
    wire.random.seed(seed)
    received = wire.received()
    call.reinvite(wire.IMAGE, wire.now)
    received.reinvite(wire.IMAGE, wire.now)
    began = wire.now
    wire.run(5)

    assert wire.sent_by(wire.CALLER).count("491 INVITE") == 1
    assert wire.sent_by(wire.CALLEE).count("491 INVITE") == 1
    assert wire.kinds(wire.CALLER).count("ReinviteAccepted") == 1
    assert wire.kinds(wire.CALLEE).count("ReinviteAccepted") == 1
    again = {
        source: at - began
        for at, source, message in wire.log
        if isinstance(message, Request) and message.method == "INVITE" and at > began
    }
    assert 2.1 <= again[wire.CALLER] <= 4.1
    assert 0 <= again[wire.CALLEE] <= 2.1


def test_a_far_end_that_always_says_491_is_believed_in_the_end(wire, call):
    wire.tap = lambda message, data: (
        data.replace(b"SIP/2.0 200 OK", b"SIP/2.0 491 Request Pending")
        if isinstance(message, Response) and message.cseq == (message.cseq[0], "INVITE")
        else data
    )
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(40)

    assert wire.told(wire.CALLER)[-1] == ReinviteRejected(call, 491, "Request Pending")
    offers = [m for m in wire.sent_by(wire.CALLER) if m.startswith("INVITE")]
    assert len(set(offers)) == 1 + 1 + MAX_GLARES


def test_a_second_offer_of_the_far_end_waits_its_turn(wire, call):
    wire.answer = ignore
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(1)
    call.reinvite(wire.OFFER, wire.now)
    wire.run(1)

    assert [m for m in wire.sent_by(wire.CALLER) if "INVITE" in m] == [
        "INVITE 1",
        "INVITE 2",
    ]

    wire.received().accept_reinvite(wire.IMAGE, wire.now)
    wire.run(1)

    assert wire.kinds(wire.CALLEE).count("ReinviteReceived") == 2
    assert wire.told(wire.CALLEE)[-1].sdp == wire.OFFER


def test_our_offer_waits_until_theirs_is_settled(wire, call):
    wire.answer = ignore
    wire.received().reinvite(wire.IMAGE, wire.now)
    wire.run(1)
    call.reinvite(wire.OFFER, wire.now)
    wire.run(1)

    assert wire.sent_by(wire.CALLER)[-1] == "100 INVITE"

    call.reject_reinvite(488, wire.now)
    wire.run(1)

    assert wire.sent_by(wire.CALLER)[-2:] == ["488 INVITE", "INVITE 2"]
    log = [(where, getattr(message, "method", "")) for _, where, message in wire.log]
    acked = max(i for i, entry in enumerate(log) if entry == (wire.CALLEE, "ACK"))
    assert log[acked + 1] == (wire.CALLER, "INVITE")


def test_the_callee_offers_only_once_its_200_is_acknowledged(wire):
    def pick_up_and_offer(event, wire):
        if isinstance(event, IncomingCall):
            event.call.accept(wire.ANSWER, wire.now)
            event.call.reinvite(wire.IMAGE, wire.now)

    wire.answer = pick_up_and_offer
    wire.place()
    wire.run(1)

    log = [(where, getattr(m, "method", "")) for _, where, m in wire.log]
    assert log.index((wire.CALLER, "ACK")) < log.index((wire.CALLEE, "INVITE"))


def test_a_reinvite_is_taken_even_if_our_200_was_not_acknowledged(wire):
    """The far end's ACK was lost, its next INVITE proves that it has our 200."""
    wire.tap = lambda message, data: (
        None if isinstance(message, Request) and message.method == "ACK" else data
    )
    call = wire.place()
    wire.run(0.3)
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(0.3)

    assert wire.kinds(wire.CALLEE) == ["IncomingCall", "ReinviteReceived"]


def test_a_repeated_200_to_a_reinvite_gets_its_ack_again(wire, call):
    wire.tap = lambda message, data: (
        None
        if isinstance(message, Request)
        and message.cseq == (2, "ACK")
        and wire.sent_by(wire.CALLER).count("ACK 2") <= 2
        else data
    )
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(30)

    assert wire.sent_by(wire.CALLER).count("ACK 2") == 3
    assert wire.kinds(wire.CALLER).count("ReinviteAccepted") == 1


def test_an_offer_that_nobody_answers_leaves_the_call_to_its_owner(wire, call):
    wire.tap = lambda message, data: None
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(100)

    assert wire.told(wire.CALLER)[-1] == ReinviteRejected(
        call, 408, "no response to a re-INVITE"
    )
    assert call.state is CallState.ESTABLISHED

    call.hang_up(wire.now)
    wire.run(100)

    assert "BYE 3" in wire.sent_by(wire.CALLER)
    assert wire.agents[wire.CALLER].is_idle


def test_an_offer_that_only_gets_100_is_given_up(wire, call):
    wire.answer = ignore
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(40)

    assert wire.told(wire.CALLER)[-1].status == 408
    assert call.state is CallState.ESTABLISHED


def _answered(wire, call, status):
    wire.tap = lambda message, data: (
        data.replace(b"SIP/2.0 200 OK", b"SIP/2.0 " + status)
        if isinstance(message, Response) and message.cseq.method == "INVITE"
        else data
    )
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(1)
    return wire.told(wire.CALLER)[-1]


def test_a_far_end_that_forgot_the_call_ends_it(wire, call):
    assert _answered(wire, call, b"481 Gone").status == 481
    assert call.state is CallState.ENDED


def test_a_time_out_somewhere_on_the_way_is_a_refusal(wire, call):
    assert _answered(wire, call, b"408 Timeout") == ReinviteRejected(
        call, 408, "Timeout"
    )
    assert call.state is CallState.ESTABLISHED


def test_hanging_up_settles_what_the_far_end_asked(wire, call):
    wire.answer = ignore
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(1)
    wire.received().hang_up(wire.now)
    wire.run(100)

    assert "487 INVITE" in wire.sent_by(wire.CALLEE)
    assert wire.told(wire.CALLER)[-1] == HungUp(call, None, "")
    assert all(agent.is_idle for agent in wire.agents.values())


def test_an_invite_without_an_offer_is_answered_in_the_ack(wire, call):
    """RFC 3261 §13.2.1: offer in the 200, answer in the ACK."""

    def no_offer(message, data):
        head, _, _ = data.partition(b"\r\n\r\n")
        if isinstance(message, Request) and message.cseq == (2, "INVITE"):
            head = head.replace(b"Content-Length: %d" % len(message.body), b"l: 0")
            return head + b"\r\n\r\n"
        if isinstance(message, Request) and message.cseq == (2, "ACK"):
            head = head.replace(b"Content-Length: 0", b"c: application/sdp")
            return head + b"\r\n\r\n" + wire.IMAGE
        return data

    wire.tap = no_offer
    call.reinvite(wire.OFFER, wire.now)
    wire.run(1)

    received = wire.received()
    assert wire.told(wire.CALLEE)[-2:] == [
        ReinviteReceived(received, None),
        OfferAnswered(received, wire.IMAGE),
    ]


@pytest.mark.parametrize("seed", range(15))
def test_offers_survive_a_bad_network(wire, call, seed):
    wire.random.seed(seed)
    wire.loss, wire.double, wire.jitter = 0.2, 0.2, 0.3
    received = wire.received()
    call.reinvite(wire.IMAGE, wire.now)
    received.reinvite(wire.IMAGE, wire.now)
    wire.run(60)

    assert wire.kinds(wire.CALLER).count("ReinviteAccepted") == 1
    assert wire.kinds(wire.CALLEE).count("ReinviteAccepted") == 1
    assert call.state is received.state is CallState.ESTABLISHED


def test_a_reinvite_that_overtakes_the_200_is_asked_to_wait(wire):
    wire.tap = lambda message, data: (
        None
        if isinstance(message, Response)
        and (message.status, message.cseq.method) == (200, "INVITE")
        else data
    )
    wire.place()
    wire.run(0.1)
    received = wire.received()
    received.dialog.peer = Hop(*wire.CALLER)
    early = received.new_request("INVITE")
    received.endpoint.exchange.request(
        early, Hop(*wire.CALLER), received._reinvites, wire.now
    )
    wire.run(0.1)

    assert wire.sent_by(wire.CALLER)[-1] == "491 INVITE"


def test_a_reinvite_after_our_bye_finds_no_call(wire, call):
    wire.tap = lambda message, data: (
        None if isinstance(message, Request) and message.method == "BYE" else data
    )
    call.hang_up(wire.now)
    wire.received().reinvite(wire.IMAGE, wire.now)
    wire.run(0.1)

    assert wire.sent_by(wire.CALLER)[-1] == "481 INVITE"
    assert wire.told(wire.CALLEE)[-1].status == 481


def test_an_ack_of_another_invite_acknowledges_nothing(wire, call):
    received = wire.received()
    wire.tap = lambda message, data: (
        data.replace(b"CSeq: 2 ACK", b"CSeq: 1 ACK")
        if isinstance(message, Request)
        else data
    )
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(1)

    assert received.awaits_ack
