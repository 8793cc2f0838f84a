"""
Session timers: who refreshes, by what, and what happens if nobody does.
"""

import pytest

from ecofax_gateway.sip import (
    Answered,
    CallFailed,
    CallState,
    HungUp,
    ReinviteAccepted,
    ReinviteReceived,
)
from ecofax_gateway.sip.message import Request, Response
from ecofax_gateway.sip.session import MAX_TOO_SMALL, Interval, interval_in

LONG = 3 * 1800 + 10


def hide_update(message, data):
    """A far end that has no UPDATE."""
    return data.replace(b", UPDATE", b"")


def requests(wire, method, source=None):
    return [
        message
        for _, sender, message in wire.log
        if isinstance(message, Request)
        and message.method == method
        and source in (None, sender)
    ]


@pytest.mark.parametrize(
    ("value", "interval"),
    [
        ("1800", Interval(1800, "")),
        ("90;refresher=UAS", Interval(90, "uas")),
        (" 90 ; refresher=uac;x", Interval(90, "uac")),
        ("90;refresher=me", Interval(90, "")),
        ("999999999", Interval(86400, "")),
        ("1", None),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("9999999999", None),
        ("", None),
    ],
)
def test_what_a_header_says(value, interval):
    headers = (("Session-Expires", value),)

    assert interval_in(Response(status=200, headers=headers)) == interval


def test_without_anybody_asking_there_is_no_timer(wire):
    call = wire.place()
    wire.run(LONG)

    assert call.session.interval is None
    assert call.state is CallState.ESTABLISHED
    assert requests(wire, "UPDATE") == []


def test_the_caller_refreshes_by_update(wire):
    call = wire.place(session_expires=1800)
    wire.run(1)
    received = wire.received()

    assert (call.session.interval, call.session.we_refresh) == (1800, True)
    assert (received.session.interval, received.session.we_refresh) == (1800, False)

    wire.run(LONG)
    updates = requests(wire, "UPDATE")

    assert len(updates) == 6
    assert {source for _, source, m in wire.log if m in updates} == {wire.CALLER}
    assert updates[0].header("Session-Expires") == "1800;refresher=uac"
    assert call.state is received.state is CallState.ESTABLISHED
    assert "ReinviteReceived" not in wire.kinds(wire.CALLEE)


def test_the_caller_refreshes_by_reinvite_where_there_is_no_update(wire):
    """
    The same description goes again, and the owners hear nothing on our side.
    """
    wire.tap = hide_update

    def answer(event, wire):
        if isinstance(event, ReinviteReceived):
            assert event.sdp == wire.OFFER
            event.call.accept_reinvite(wire.ANSWER, wire.now)
        elif type(event).__name__ == "IncomingCall":
            event.call.accept(wire.ANSWER, wire.now)

    wire.answer = answer
    call = wire.place(session_expires=1800)
    wire.run(LONG)

    assert len(requests(wire, "INVITE")) == 1 + 6
    assert call.state is CallState.ESTABLISHED
    assert wire.kinds(wire.CALLER) == ["Answered"]


@pytest.mark.parametrize("tap", [None, hide_update], ids=["update", "reinvite"])
def test_the_callee_refreshes_where_it_was_agreed(wire, tap):
    def answer(event, wire):
        match type(event).__name__:
            case "IncomingCall":
                event.call.accept(wire.ANSWER, wire.now)
            case "ReinviteReceived":
                event.call.accept_reinvite(wire.OFFER, wire.now)

    wire.answer = answer
    wire.tap = lambda message, data: (tap(message, data) if tap else data).replace(
        b"Session-Expires: 1800\r\n", b"Session-Expires: 1800;refresher=uas\r\n"
    )
    call = wire.place(session_expires=1800)
    wire.run(LONG)

    refreshes = requests(wire, "UPDATE" if tap is None else "INVITE", wire.CALLEE)
    assert len(refreshes) == 6
    assert refreshes[-1].header("Session-Expires") == "1800;refresher=uac"
    assert not call.session.we_refresh
    assert wire.received().session.we_refresh
    assert call.state is CallState.ESTABLISHED


def test_a_far_end_that_stops_refreshing_is_hung_up(wire):
    wire.tap = lambda message, data: (
        None
        if isinstance(message, Request) and message.via.host == "192.0.2.2"
        else data.replace(
            b"Session-Expires: 90\r\n", b"Session-Expires: 90;refresher=uas\r\n"
        )
    )
    call = wire.place(session_expires=90)
    wire.run(59)
    assert call.state is CallState.ESTABLISHED
    wire.run(2)

    assert wire.told(wire.CALLER)[-1] == HungUp(call, 408, "session expired")
    assert requests(wire, "BYE", wire.CALLER)


def test_a_refresh_that_nobody_answers_ends_the_call(wire):
    wire.tap = lambda message, data: (
        None if isinstance(message, Request) and message.method == "UPDATE" else data
    )
    call = wire.place(session_expires=1800)
    wire.run(900 + 33)

    assert wire.told(wire.CALLER)[-1] == HungUp(call, 408, "no response to an UPDATE")


@pytest.mark.parametrize(
    ("status", "ends"), [(481, True), (408, True), (500, False), (491, False)]
)
def test_what_a_refused_refresh_leads_to(wire, status, ends):
    def tap(message, data):
        if isinstance(message, Response) and message.cseq.method == "UPDATE":
            return data.replace(b"SIP/2.0 200 OK", b"SIP/2.0 %d So" % status)
        return data

    wire.tap = tap
    call = wire.place(session_expires=1800)
    wire.run(900 + 60)

    # What may pass is tried again until there is no time left.
    assert (call.state is CallState.ENDED) is ends
    assert (len(requests(wire, "UPDATE")) > 5) is not ends
    wire.run(1800)
    assert call.state is CallState.ENDED


def test_a_far_end_that_took_update_back_is_refreshed_by_reinvite(wire):
    def tap(message, data):
        if isinstance(message, Response) and message.cseq.method == "UPDATE":
            return data.replace(b"SIP/2.0 200 OK", b"SIP/2.0 405 So")
        return data

    wire.tap = tap
    wire.place(session_expires=1800)
    wire.run(920)

    assert len(requests(wire, "UPDATE")) == 1
    assert len(requests(wire, "INVITE")) == 2


def test_an_interval_too_small_is_asked_again_longer(wire):
    wire.add(wire.CALLEE, min_se=600)
    call = wire.place(session_expires=100)
    wire.run(2)

    first, second = requests(wire, "INVITE")
    assert first.header("Session-Expires") == "100"
    assert second.header("Session-Expires") == "600"
    assert second.header("Min-SE") == "600"
    assert "422 INVITE" in wire.sent_by(wire.CALLEE)
    assert call.session.interval == 600
    assert Answered(call, wire.ANSWER) in wire.told(wire.CALLER)


def test_a_far_end_that_is_never_content_is_no_endless_loop(wire):
    def tap(message, data):
        if isinstance(message, Response) and message.status == 422:
            return data.replace(b"Min-SE: 600", b"Min-SE: 90")
        return data

    wire.tap = tap
    wire.add(wire.CALLEE, min_se=600)
    call = wire.place(session_expires=100)
    wire.run(2)

    assert len(requests(wire, "INVITE")) == 1 + MAX_TOO_SMALL
    assert wire.told(wire.CALLER) == [
        CallFailed(call, 422, "Session Interval Too Small")
    ]


def test_a_caller_without_timers_is_not_refused(wire):
    wire.add(wire.CALLEE, min_se=600)
    wire.tap = lambda message, data: (
        data.replace(b"Supported: 100rel, timer\r\n", b"")
        if isinstance(message, Request)
        else data
    )
    call = wire.place(session_expires=100)
    wire.run(2)

    assert call.state is CallState.ESTABLISHED
    # It was a proxy that asked: only the callee can refresh.
    assert wire.received().session.we_refresh


def test_our_own_offer_is_a_refresh_too(wire):
    def answer(event, wire):
        match type(event).__name__:
            case "IncomingCall":
                event.call.accept(wire.ANSWER, wire.now)
            case "ReinviteReceived":
                event.call.accept_reinvite(wire.IMAGE, wire.now)

    wire.answer = answer
    call = wire.place(session_expires=1800)
    wire.run(800)
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(200)

    assert requests(wire, "UPDATE") == []
    assert requests(wire, "INVITE")[-1].header("Session-Expires") == (
        "1800;refresher=uac"
    )
    assert wire.told(wire.CALLER)[-1] == ReinviteAccepted(call, wire.IMAGE)
    wire.run(750)
    assert len(requests(wire, "UPDATE")) == 1


def test_an_offer_may_come_by_update(wire):
    """RFC 3311: answered at once, without an ACK."""
    call = wire.place()
    wire.run(1)
    received = wire.received()
    update = received.new_request(
        "UPDATE", headers=[("Content-Type", "application/sdp")], body=wire.IMAGE
    )
    received.endpoint.exchange.request(update, received.destination, received, wire.now)
    wire.run(0.1)
    assert wire.told(wire.CALLER)[-1] == ReinviteReceived(call, wire.IMAGE)
    call.accept_reinvite(wire.IMAGE, wire.now)
    wire.run(0.1)

    assert wire.sent_by(wire.CALLER)[-1] == "200 UPDATE"
    assert wire.log[-1][2].body == wire.IMAGE
    call.reinvite(wire.OFFER, wire.now)
    wire.run(0.1)
    assert wire.sent_by(wire.CALLER)[-1].startswith("INVITE")


def test_an_update_before_the_answer_is_asked_to_wait(wire):
    def ring(event, wire):
        if type(event).__name__ == "IncomingCall":
            event.call.ring(wire.now)

    wire.answer = ring
    wire.place()
    wire.run(0.1)
    received = wire.received()
    for body, status in ((wire.IMAGE, "491 UPDATE"), (b"", "200 UPDATE")):
        headers = [("Content-Type", "application/sdp")] if body else []
        update = received.new_request("UPDATE", headers=headers, body=body)
        received.endpoint.exchange.request(
            update, received.destination, received, wire.now
        )
        wire.run(0.1)
        assert wire.sent_by(wire.CALLER)[-1] == status
