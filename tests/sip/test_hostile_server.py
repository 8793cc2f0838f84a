"""
Our calls and registrations against a far end that says whatever it likes.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from ecofax_gateway.sip import (
    CallState,
    Credentials,
    Hop,
    ReinviteReceived,
    Transport,
    UserAgent,
)
from ecofax_gateway.sip.locating import Place
from ecofax_gateway.sip.message import Request, parse_message

UDP = Hop("192.0.2.9", 5060)
TCP = Hop("192.0.2.9", 5060, Transport.TCP)
TLS = Hop("192.0.2.9", 5061, Transport.TLS, "example.net")
HOPS = st.sampled_from([UDP, TCP, TLS, Hop("192.0.2.8", 5060)])

STATUSES = st.one_of(
    st.sampled_from([100, 180, 183, 199, 200, 202]),
    st.sampled_from([301, 401, 405, 407, 408, 422, 423, 481, 486, 487, 488, 491]),
    st.sampled_from([500, 503, 504, 600, 699]),
)
HEADERS = st.lists(
    st.sampled_from(
        [
            "Contact: <sip:gw.example.net>",
            "Contact: <sip:192.0.2.9:5060;transport=tcp>",
            "Contact: <sip:192.0.2.9:99999>",
            "Contact: <sips:h>;expires=0",
            "Contact: *",
            "Record-Route: <sip:p.example.net;lr>, <sip:192.0.2.7;transport=tls>",
            "Record-Route: <sip:192.0.2.7>",
            "Record-Route: <",
            "Require: 100rel",
            "Require: timer, 100rel",
            "RSeq: 1",
            "RSeq: 2",
            "RSeq: 99999999999999",
            "Session-Expires: 2;refresher=uac",
            "Session-Expires: 90;refresher=uas",
            "Session-Expires: 4294967296",
            "Min-SE: 100",
            "Min-SE: x",
            "Min-Expires: 9999999",
            "Expires: 0",
            "Expires: -1",
            "Allow: INVITE, UPDATE",
            "Allow: ACK",
            "Retry-After: 999999999",
            "Retry-After: (later)",
            "Reason: Q.850;cause=17",
            'WWW-Authenticate: Digest realm="r", nonce="n", stale=true',
            'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth-int"',
            'Proxy-Authenticate: Digest realm="p", nonce="m", algorithm=SHA-256',
            "Content-Type: application/sdp\r\n\r\nv=0\r\n",
        ]
    ),
    max_size=5,
)


def response(data, message):
    """Some response to a request of ours."""
    tag = data.draw(st.sampled_from(["one", "two", ""]))
    to = message.header("To") or ""
    if tag and ";tag=" not in to:
        to += f";tag={tag}"
    lines = [
        f"SIP/2.0 {data.draw(STATUSES)} So",
        *(
            f"{name}: {message.header(name)}"
            for name in ("Via", "From", "Call-ID", "CSeq")
        ),
        f"To: {to}",
        *data.draw(HEADERS),
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def request(data, message, number):
    """Some request in the dialog of one of ours."""
    method = data.draw(
        st.sampled_from(["INVITE", "UPDATE", "BYE", "PRACK", "ACK", "OPTIONS"])
    )
    lines = [
        f"{method} sip:a@192.0.2.1 SIP/2.0",
        f"Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK{number}",
        f"From: {message.header('To')}",
        f"To: {message.header('From')}",
        f"Call-ID: {message.header('Call-ID')}",
        f"CSeq: {number} {method}",
        *data.draw(HEADERS),
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def act(data, call, now):
    """The owner does something."""
    match data.draw(st.integers(0, 5)):
        case 0:
            call.reinvite(b"v=0\r\n", now)
        case 1:
            call.accept_reinvite(b"v=0\r\n", now)
        case 2:
            call.reject_reinvite(488, now)
        case 3 if data.draw(st.integers(0, 3)) == 0:
            call.hang_up(now)
        case _:
            pass


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_a_server_says_the_call_ends_when_it_is_hung_up(data):
    numbers = iter(range(10**9))
    agent = UserAgent(local=("192.0.2.1", 5060), token=lambda: f"{next(numbers):016x}")
    secret = Credentials("u", "p")
    now, out, answers = 0.0, [], []
    call = agent.invite(
        to="sip:1@example.net",
        request_uri="sip:1@example.net",
        from_uri="sip:2@example.net",
        next_hop=data.draw(st.lists(HOPS, min_size=1, max_size=3)),
        sdp=b"v=0\r\n",
        now=now,
        credentials=secret,
        session_expires=data.draw(st.sampled_from([0, 90, 1800])),
    )
    registration = agent.registration(
        registrar="sip:example.net",
        identity="sip:u@example.net",
        credentials=secret,
        expires=60,
    )
    registration.ask(data.draw(HOPS), answers.append, now)

    def collect():
        for hop in agent.flows_to_open():
            if data.draw(st.booleans()):
                agent.flow_opened(hop, ("192.0.2.1", 40000), now)
            else:
                agent.flow_closed(hop, now)
        for place in agent.places_to_find():
            assert isinstance(place, Place)
            agent.place_found(place, data.draw(st.lists(HOPS, max_size=2)))
        for message, hop in agent.messages_to_send():
            assert hop.is_sendable
            parsed = parse_message(message)
            if isinstance(parsed, Request) and parsed.method != "ACK":
                out.append((parsed, hop))
        agent.events()

    collect()
    for number in range(data.draw(st.integers(1, 25))):
        now += data.draw(st.sampled_from([0, 0.1, 5, 40, 900]))
        agent.handle_timeout(now)
        collect()
        if out:
            message, hop = data.draw(st.sampled_from(out[-4:]))
            make = data.draw(st.integers(0, 3))
            if make:
                agent.receive(response(data, message), hop, now)
            else:
                agent.receive(request(data, message, number + 1), hop, now)
        for event in agent.events():
            if isinstance(event, ReinviteReceived):
                event.call.accept_reinvite(b"v=0\r\n", now)
        act(data, call, now)
        if data.draw(st.integers(0, 9)) == 0:
            agent.flow_closed(data.draw(HOPS), now)
        collect()

    call.hang_up(now)
    collect()
    end = now + 600
    while (due := agent.next_timeout()) is not None and due <= end:
        now = max(now, due)
        agent.handle_timeout(now)
        collect()

    assert call.state is CallState.ENDED
    assert agent.is_idle
    assert agent.next_timeout() is None
    assert len(answers) == 1
