"""
One call, several places it may go to, and the ways there.
"""

import pytest

from ecofax_gateway.sip import (
    Answered,
    CallFailed,
    Hop,
    IncomingCall,
    TargetFailed,
    Transport,
)
from ecofax_gateway.sip.locating import Place
from ecofax_gateway.sip.message import Request, Response, parse_message

SECOND = ("192.0.2.3", 5070)
DEAD = Hop("192.0.2.98", 5060)
FIRST_HOP, SECOND_HOP = Hop("192.0.2.2", 5070), Hop(*SECOND)
TCP = Hop("192.0.2.2", 5070, Transport.TCP)


def place(agent, *hops, now=1000.0, **options):
    """A call to the first of *hops* that takes it."""
    return agent.invite(
        **{
            "to": "sip:0972101010@example.net",
            "request_uri": "sip:0972101010@example.net",
            "from_uri": "sip:0366720307@192.0.2.1",
            "next_hop": hops,
            "sdp": b"v=0\r\n",
            "now": now,
            **options,
        }
    )


def refusing(status, **headers):
    """A first callee that refuses, and a second that picks up."""

    def answer(event, wire):
        if isinstance(event, IncomingCall):
            if event.call in [e.call for e in wire.told(wire.CALLEE)]:
                given = [(n.replace("_", "-"), v) for n, v in headers.items()]
                event.call.reject(status, wire.now, headers=given)
            else:
                event.call.accept(wire.ANSWER, wire.now)

    return answer


@pytest.fixture
def two(wire):
    """The wire with a second callee."""
    wire.add(SECOND)
    return wire


def test_a_503_sends_the_call_to_the_next_target(two):
    two.answer = refusing(503, Retry_After="30 (busy);duration=5")
    call = place(two.agents[two.CALLER], FIRST_HOP, SECOND_HOP)
    two.run(2)

    assert two.told(two.CALLER) == [
        TargetFailed(call, FIRST_HOP, 503, 30),
        Answered(call, two.ANSWER),
    ]
    assert two.sent_by(two.CALLER) == ["INVITE 1", "ACK 1", "INVITE 2", "ACK 2"]
    assert call.dialog.peer == SECOND_HOP


def test_the_last_503_is_the_calls(two):
    two.answer = refusing(503, Retry_After="9999999")
    call = place(two.agents[two.CALLER], FIRST_HOP)
    two.run(2)

    assert two.told(two.CALLER) == [
        TargetFailed(call, FIRST_HOP, 503, 3600),
        CallFailed(call, 503, "Service Unavailable"),
    ]


@pytest.mark.parametrize(
    ("status", "reason"), [(486, "Q.850;cause=17"), (503, "Q.850;cause=17"), (480, "")]
)
def test_what_the_called_line_says_goes_nowhere_else(two, status, reason):
    two.answer = refusing(status, **({"Reason": reason} if reason else {}))
    place(two.agents[two.CALLER], FIRST_HOP, SECOND_HOP)
    two.run(2)

    assert two.kinds(two.CALLER) == ["CallFailed"]
    assert two.sent_by(SECOND) == []


def test_a_dead_target_costs_eight_seconds(two):
    call = place(two.agents[two.CALLER], DEAD, SECOND_HOP)
    two.run(60, until=lambda: "Answered" in two.kinds(two.CALLER))

    assert two.told(two.CALLER)[0] == TargetFailed(call, DEAD, 408)
    assert two.now - 1000 == pytest.approx(8, abs=0.1)


def test_a_slow_target_that_wakes_up_is_cancelled(two):
    """
    Its 180 comes when the call has gone elsewhere: it must not ring on.
    """

    def ring_late(event, wire):
        if isinstance(event, IncomingCall):
            if event.call in [e.call for e in wire.told(wire.CALLEE)]:
                event.call.ring(wire.now)
            else:
                event.call.accept(wire.ANSWER, wire.now)

    two.answer = ring_late
    two.tap = lambda message, data: (
        None
        if isinstance(message, Response)
        and two.now < 1008.5
        and message.via.host == "192.0.2.1"
        and message.header("CSeq") == "1 INVITE"
        else data
    )
    place(two.agents[two.CALLER], FIRST_HOP, SECOND_HOP)
    two.run(60)

    sent = two.sent_by(two.CALLER)
    assert "CANCEL 1" in sent
    assert two.kinds(two.CALLER).count("Answered") == 1
    assert "487 INVITE" in two.sent_by(two.CALLEE)
    assert all(event.call.state == "ended" for event in two.told(two.CALLEE))


def test_a_slow_target_that_answers_is_hung_up(two):
    two.tap = lambda message, data: (
        None
        if isinstance(message, Response)
        and two.now < 1008.5
        and message.header("CSeq") == "1 INVITE"
        else data
    )
    place(two.agents[two.CALLER], FIRST_HOP, SECOND_HOP)
    two.run(60)

    byes = [m for _, _, m in two.log if getattr(m, "method", "") == "BYE"]
    assert len(byes) == 1
    assert two.kinds(two.CALLER).count("Answered") == 1
    assert "HungUp" in two.kinds(two.CALLEE)


def test_over_tcp_the_invite_waits_for_its_connection(wire):
    """
    Via and Contact name the near end of the connection: what the far end has to say
    comes by it.
    """
    agent = wire.agents[wire.CALLER]
    call = place(agent, TCP)

    assert agent.messages_to_send() == []
    assert agent.flows_to_open() == [TCP]
    assert agent.flows_to_open() == []

    agent.flow_opened(TCP, ("192.0.2.1", 40001), 1000.0)
    ((data, hop),) = agent.messages_to_send()
    invite = parse_message(data)

    assert hop == TCP
    assert str(invite.via).startswith("SIP/2.0/TCP 192.0.2.1:40001;branch=")
    assert invite.header("Contact") == "<sip:192.0.2.1:40001;transport=tcp>"
    agent.handle_timeout(1020.0)
    assert agent.messages_to_send() == []  # nothing is repeated
    agent.handle_timeout(1033.0)
    assert [type(e) for e in agent.events()] == [TargetFailed, CallFailed]
    assert call.state == "ended"


def test_no_connection_sends_the_call_to_the_next_target(two):
    agent = two.agents[two.CALLER]
    call = place(agent, TCP, SECOND_HOP)
    agent.flow_closed(TCP, two.now)
    two.run(1)

    assert two.told(two.CALLER)[0] == TargetFailed(call, TCP, 503)
    assert two.told(two.CALLER)[-1] == Answered(call, two.ANSWER)


def test_a_connection_that_breaks_under_a_ringing_call_ends_it(wire):
    agent = wire.agents[wire.CALLER]
    call = place(agent, TCP, SECOND_HOP)
    agent.flow_opened(TCP, ("192.0.2.1", 40001), 1000.0)
    ((data, _),) = agent.messages_to_send()
    invite = parse_message(data)
    ringing = f"SIP/2.0 180 Ringing\r\nVia: {invite.header('Via')}\r\n" + "".join(
        f"{name}: {invite.header(name)}\r\n"
        for name in ("From", "To", "Call-ID", "CSeq")
    )
    agent.receive(f"{ringing}Content-Length: 0\r\n\r\n".encode(), TCP, 1001.0)
    agent.flow_closed(TCP, 1002.0)

    assert agent.events()[-1] == CallFailed(call, 503, "no connection", 38)


def test_a_call_hung_up_before_its_connection_stands_leaves_nothing(wire):
    agent = wire.agents[wire.CALLER]
    call = place(agent, TCP)
    call.hang_up(1000.0)
    agent.flow_opened(TCP, ("192.0.2.1", 40001), 1000.1)

    assert agent.events() == [CallFailed(call, 487, "cancelled")]
    assert agent.messages_to_send() == []
    assert agent.is_idle


LARGE = b"v=0\r\n" + b"a=x:" + b"y" * 1200 + b"\r\n"


def test_a_large_request_goes_by_tcp(wire):
    """RFC 3261 §18.1.1."""
    agent = wire.agents[wire.CALLER]
    place(agent, FIRST_HOP, sdp=LARGE)
    ((data, hop),) = agent.messages_to_send()

    assert hop == TCP
    assert parse_message(data).via.transport == "TCP"


def test_a_large_request_goes_by_udp_where_tcp_is_refused(wire):
    agent = wire.agents[wire.CALLER]
    place(agent, FIRST_HOP, sdp=LARGE)
    ((by_tcp, _),) = agent.messages_to_send()
    agent.flow_closed(TCP, 1000.1)
    ((by_udp, hop),) = agent.messages_to_send()
    first, second = parse_message(by_tcp), parse_message(by_udp)

    assert hop == FIRST_HOP
    assert second.via.transport == "UDP"
    assert (first.via.branch, first.cseq) == (second.via.branch, second.cseq)

    agent.handle_timeout(1000.7)
    assert len(agent.messages_to_send()) == 1  # repeated, as UDP has to

    place(agent, FIRST_HOP, sdp=LARGE, now=1001.0)
    assert agent.messages_to_send()[-1][1] == FIRST_HOP

    place(agent, FIRST_HOP, sdp=LARGE, now=9999.0)
    assert agent.messages_to_send()[-1][1] == TCP


def test_a_request_just_within_the_limit_goes_by_udp(wire):
    agent = wire.agents[wire.CALLER]
    place(agent, FIRST_HOP, sdp=b"v=0\r\n" + b"x" * 600)
    ((data, hop),) = agent.messages_to_send()

    assert hop == FIRST_HOP
    assert len(data) < 1300
    assert isinstance(parse_message(data), Request)


def test_a_name_in_a_contact_is_followed_once_it_is_known(two):
    """
    Until then the neighbour that wrote it will know the way.
    """
    two.tap = lambda message, data: data.replace(
        b"Contact: <sip:192.0.2.2:5070>", b"Contact: <sip:gw.example.net;transport=udp>"
    )
    agent = two.agents[two.CALLER]
    call = place(agent, FIRST_HOP)
    two.run(1)
    places = agent.places_to_find()

    assert places == [Place("gw.example.net", 0, Transport.UDP)]
    assert call.destination == FIRST_HOP

    agent.place_found(places[0], [SECOND_HOP])
    assert call.destination == SECOND_HOP
    call.hang_up(two.now)
    two.run(1)
    assert two.sent_by(SECOND)[-1] == "481 BYE"


@pytest.mark.parametrize(
    ("hops", "followed"),
    [
        pytest.param([Hop("127.0.0.1", 5060)], False, id="its-own-machine"),
        pytest.param([Hop("2001:db8::1", 5060)], False, id="another-family"),
        pytest.param([Hop("127.0.0.1", 5060), SECOND_HOP], True, id="the-next"),
        pytest.param([], False, id="nothing"),
    ],
)
def test_a_name_that_leads_nowhere_is_not_followed(two, hops, followed):
    two.tap = lambda message, data: data.replace(
        b"Contact: <sip:192.0.2.2:5070>", b"Contact: <sip:gw.example.net>"
    )
    agent = two.agents[two.CALLER]
    call = place(agent, FIRST_HOP)
    two.run(1)
    agent.place_found(Place("gw.example.net", 0, None), hops)

    assert call.destination == (SECOND_HOP if followed else FIRST_HOP)
