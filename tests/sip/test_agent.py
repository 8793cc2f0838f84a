"""
What a user agent answers to requests out of the blue, and to hostile datagrams.
"""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecofax_gateway.sip import (
    CallFailed,
    HungUp,
    IncomingCall,
    ReinviteReceived,
    UserAgent,
)
from ecofax_gateway.sip.agent import MAX_CALLS
from ecofax_gateway.sip.exchange import MAX_SERVER_TRANSACTIONS, STRANGERS_AT_ONCE
from ecofax_gateway.sip.message import Response, parse_message
from ecofax_gateway.sip.throttle import MAX_HOSTS, Throttle

PEER = ("198.51.100.7", 5099)


def request(method="OPTIONS", **changes):
    """A request as bytes; a header given as None is left out."""
    headers = {
        "Via": "SIP/2.0/UDP 198.51.100.7:5099;branch=z9hG4bKq1",
        "From": "<sip:0366720307@198.51.100.7>;tag=far",
        "To": "<sip:0972101010@192.0.2.2>",
        "Call-ID": "call-1",
        "CSeq": f"1 {method}",
        "Contact": "<sip:198.51.100.7:5099>",
    }
    uri = changes.pop("uri", "sip:0972101010@192.0.2.2")
    body = changes.pop("body", b"")
    headers.update({name.replace("_", "-"): v for name, v in changes.items()})
    lines = [f"{method} {uri} SIP/2.0"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
def agent(wire):
    """The callee of the wire, alone."""
    return wire.agents[wire.CALLEE]


def answers(agent, data, source=PEER, now=1000.0):
    """What it answers to one datagram."""
    agent.receive_datagram(data, source, now)
    sent = agent.messages_to_send()
    return [(parse_message(reply), to.address) for reply, to in sent]


def statuses(agent, data, source=PEER):
    return [reply.status for reply, _ in answers(agent, data, source)]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(request("OPTIONS"), 200, id="options"),
        pytest.param(request("REGISTER"), 405, id="register"),
        pytest.param(request("INFO"), 405, id="info"),
        pytest.param(request("UPDATE", To="<sip:x@y>;tag=1"), 481, id="update"),
        pytest.param(request("DANCE"), 501, id="unknown-method"),
        pytest.param(request("BYE"), 481, id="bye-without-tag"),
        pytest.param(request("BYE", To="<sip:x@y>;tag=1"), 481, id="bye"),
        pytest.param(request("INVITE", To="<sip:x@y>;tag=1"), 481, id="reinvite"),
        pytest.param(request("CANCEL"), 481, id="cancel"),
        pytest.param(request("INVITE", Require="100rel, path"), 420, id="require"),
        pytest.param(request("OPTIONS", Require="x, y"), 420, id="require-two"),
        pytest.param(request("PRACK", To="<sip:x@y>;tag=1"), 481, id="prack"),
        pytest.param(request("INVITE", uri="http://x"), 416, id="http"),
        pytest.param(
            request("INVITE", Content_Type="text/plain", body=b"hi"), 415, id="text"
        ),
    ],
)
def test_answers_out_of_the_blue(agent, data, status):
    ((reply, to),) = answers(agent, data)

    assert reply.status == status
    assert reply.to.tag
    assert reply.header("Via").startswith(
        "SIP/2.0/UDP 198.51.100.7:5099;branch=z9hG4bKq1"
    )
    assert to == PEER
    assert agent.is_idle


def test_answers_say_what_is_served(agent):
    ((options, _),) = answers(agent, request("OPTIONS"))
    ((unknown, _),) = answers(
        agent, request("FOO", Via="SIP/2.0/UDP h;branch=z9hG4bK2")
    )
    ((refused, _),) = answers(
        agent, request("INVITE", Require="a,b", Via="SIP/2.0/UDP h;branch=z9hG4bK3")
    )

    assert "INVITE" in options.header("Allow")
    assert options.header("Accept") == "application/sdp"
    assert "INVITE" in unknown.header("Allow")
    assert refused.header("Unsupported") == "a, b"


def test_an_ack_is_never_answered(agent):
    assert answers(agent, request("ACK")) == []
    assert answers(agent, request("ACK", To="<sip:x@y>;tag=1")) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\0\0\0\0",
        b"\x00\x01\x00\x00\x21\x12\xa4\x42" + b"x" * 12,
        request(Via=None),
        request(From=None),
        request(To=None),
        request(Call_ID=None),
        request(CSeq=None),
        request(CSeq="1 INVITE"),
        request(Via="SIP/2.0/UDP 198.51.100.7:99999;branch=z9hG4bKq1"),
        b"SIP/2.0 200 OK\r\n\r\n",
        request().replace(b"OPTIONS sip", b"SIP/2.0 200 sip"),
    ],
)
def test_what_is_dropped(agent, data):
    assert answers(agent, data) == []
    assert agent.next_timeout() is None


@pytest.mark.parametrize(
    ("via", "target"),
    [
        pytest.param("198.51.100.7:5099", PEER, id="as-it-says"),
        pytest.param("198.51.100.7:6000", ("198.51.100.7", 6000), id="another-port"),
        pytest.param("198.51.100.7", ("198.51.100.7", 5060), id="no-port"),
        pytest.param("10.0.0.9:6000;rport", PEER, id="rport"),
        pytest.param("10.0.0.9:6000", ("198.51.100.7", 6000), id="behind-nat"),
        pytest.param("pc_1.lan", ("198.51.100.7", 5060), id="host-name"),
        pytest.param("h;maddr=203.0.113.1", ("198.51.100.7", 5060), id="maddr"),
        pytest.param("h;received=203.0.113.1;rport=1", PEER, id="false-received"),
        pytest.param("h;received=::1;rport", PEER, id="bare-ipv6-received"),
    ],
)
def test_responses_go_where_requests_come_from(agent, via, target):
    data = request(Via=f"SIP/2.0/UDP {via};branch=z9hG4bKq1")
    ((reply, to),) = answers(agent, data)

    assert to == target
    assert "198.51.100.7" in reply.header("Via")


def test_a_source_with_ipv6_flow_and_scope_is_taken(agent):
    source = ("2001:db8::7", 5099, 0, 0)
    ((_, to),) = answers(
        agent, request(Via="SIP/2.0/UDP h;rport;branch=z9hG4bKq1"), source
    )

    assert to == ("2001:db8::7", 5099)


def test_every_via_goes_back_in_order(agent):
    data = request(
        Via="SIP/2.0/UDP 198.51.100.7:5099;branch=z9hG4bK1, SIP/2.0/TCP a;branch=x",
        X="1\r\nv: SIP/2.0/UDP b;branch=y",
    )
    ((reply, _),) = answers(agent, data)

    assert [via.partition(";branch=")[2][:1] for via in reply.listed("Via")] == [
        "z",
        "x",
        "y",
    ]


def test_what_belongs_to_nothing_leaves_nothing_behind(agent):
    """RFC 3261 §8.2.7: each repeat is answered anew."""
    for data in (request("OPTIONS"), request("BYE", To="<sip:x@y>;tag=1")):
        assert len(answers(agent, data)) == 1
        assert len(answers(agent, data, now=1001.0)) == 1
    assert agent.next_timeout() is None


def test_an_agent_that_takes_no_calls_says_so_without_a_trace():
    agent = UserAgent(
        local=("192.0.2.1", 5060), token=lambda: "0123456789abcdef", takes_calls=False
    )

    assert statuses(agent, request("INVITE")) == [403]
    assert statuses(agent, request("OPTIONS")) == [200]
    assert answers(agent, request("ACK", To="<sip:x@y>;tag=0123456789abcdef")) == []
    assert agent.events() == []
    assert agent.next_timeout() is None
    assert agent.is_idle


def test_a_repeated_invite_makes_no_second_call(agent):
    assert statuses(agent, request("INVITE")) == [100]
    assert statuses(agent, request("INVITE")) == [100]
    assert len(agent.events()) == 1


def test_the_same_invite_by_another_way_is_a_loop(agent):
    answers(agent, request("INVITE"))
    data = request("INVITE", Via="SIP/2.0/UDP 198.51.100.7:5099;branch=z9hG4bKq2")

    assert statuses(agent, data) == [482]


def test_requests_from_before_the_magic_cookie_are_matched(agent):
    """RFC 3261 §17.2.3."""
    data = request("INVITE", Via="SIP/2.0/UDP 198.51.100.7:5099")
    answers(agent, data)
    (event,) = agent.events()
    event.call.reject(486, 1000.0)
    refusal = agent.messages_to_send()
    ack = data.replace(b"INVITE", b"ACK")

    assert answers(agent, data)[0][0] == parse_message(refusal[0][0])
    assert answers(agent, ack) == []
    agent.handle_timeout(1002.0)
    assert agent.messages_to_send() == []


def test_a_refusal_is_repeated_until_its_ack(agent):
    answers(agent, request("INVITE"))
    (event,) = agent.events()
    event.call.reject(486, 1000.0)
    agent.messages_to_send()
    agent.handle_timeout(1000.5)

    assert len(agent.messages_to_send()) == 1

    answers(agent, request("ACK"))
    agent.handle_timeout(1002.0)

    assert agent.messages_to_send() == []


def test_an_invite_without_contact_or_readable_from_is_taken(agent):
    data = request("INVITE", Contact=None, From="<sip:>;tag=1")
    answers(agent, data)
    (event,) = agent.events()

    assert isinstance(event, IncomingCall)
    assert event.call.caller == ""
    assert event.call.remote_sdp is None


@pytest.mark.parametrize("method", ["CANCEL", "BYE"])
def test_a_caller_that_gives_up_is_heard(agent, method):
    answers(agent, request("INVITE"))
    (event,) = agent.events()
    event.call.ring(1000.0)
    ringing = parse_message(agent.messages_to_send()[0][0])
    changes = (
        {
            "To": ringing.header("To"),
            "CSeq": "2 BYE",
            "Via": "SIP/2.0/UDP h;branch=z9hG4bKb",
        }
        if method == "BYE"
        else {}
    )
    reason = 'SIP;cause=200;text="Elsewhere", Q.850;cause=16'

    assert sorted(statuses(agent, request(method, Reason=reason, **changes))) == [
        200,
        487,
    ]
    assert agent.events() == [HungUp(event.call, None, "Elsewhere", 16)]
    assert agent.is_idle


def established(agent):
    """An established incoming call and the To header of its dialog."""
    answers(agent, request("INVITE"))
    (event,) = agent.events()
    event.call.accept(b"v=0\r\n", 1000.0)
    ok = parse_message(agent.messages_to_send()[0][0])
    to = ok.header("To")
    answers(agent, request("ACK", To=to, Via="SIP/2.0/UDP h;branch=z9hG4bKack"))
    return event.call, to


def test_requests_within_a_call(agent):
    call, to = established(agent)
    within = {"To": to, "Via": "SIP/2.0/UDP h;branch=z9hG4bKin"}

    assert statuses(agent, request("OPTIONS", **within, CSeq="5 OPTIONS")) == [200]
    within["Via"] += "2"
    assert statuses(agent, request("INVITE", **within, CSeq="4 INVITE")) == [500]
    within["Via"] += "2"
    assert statuses(agent, request("INVITE", **within, CSeq="6 INVITE")) == [100]
    assert agent.events() == [ReinviteReceived(call, None)]
    within["Via"] += "2"
    ((busy, _),) = answers(agent, request("INVITE", **within, CSeq="7 INVITE"))
    assert (busy.status, busy.header("Retry-After")) == (500, "1")


def test_a_stranger_cannot_end_a_call(agent):
    call, to = established(agent)
    via = "SIP/2.0/UDP h;branch=z9hG4bKx"

    assert statuses(agent, request("BYE", To=to + "x", Via=via)) == [481]
    other = "<sip:0366720307@198.51.100.7>;tag=other"
    assert statuses(agent, request("BYE", To=to, From=other, Via=via + "2")) == [481]
    assert statuses(agent, request("CANCEL", Via=via + "3")) == [481]
    assert call.state == "established"


def test_a_cancel_after_the_answer_has_no_effect(agent):
    call, _ = established(agent)

    assert statuses(agent, request("CANCEL")) == [200]
    assert call.state == "established"
    assert agent.events() == []


def test_responses_that_are_none_of_ours_are_dropped(wire):
    agent = wire.agents[wire.CALLER]
    wire.place()
    ((data, _),) = agent.messages_to_send()
    invite = parse_message(data)
    via = invite.header("Via")

    def busy(*, cseq="1 INVITE", via=via):
        return (
            f"SIP/2.0 486 Busy\r\nVia: {via}\r\nFrom: {invite.header('From')}\r\n"
            f"To: {invite.header('To')};tag=x\r\nCall-ID: {invite.call_id}\r\n"
            f"CSeq: {cseq}\r\n\r\n"
        ).encode()

    for wrong in (
        busy(cseq="2 INVITE"),
        busy(cseq="1 BYE"),
        busy(via=via.replace(";rport", "x;rport")),
        busy(via=via.replace(":5060", ":5061")),
        busy(via=via + "\r\nVia: SIP/2.0/UDP other;branch=z9hG4bK1"),
    ):
        assert answers(agent, wrong) == []
        assert agent.events() == []

    assert len(answers(agent, busy())) == 1
    assert isinstance(agent.events()[0], CallFailed)


def test_calls_beyond_the_limit_are_told_to_come_back(agent):
    for number in range(MAX_CALLS):
        via = f"SIP/2.0/UDP h;branch=z9hG4bK{number}"
        answers(agent, request("INVITE", Call_ID=f"c{number}", Via=via))
    ((reply, _),) = answers(agent, request("INVITE"))

    assert (reply.status, reply.header("Retry-After")) == (503, "30")


def test_a_flood_of_calls_is_bounded(agent):
    """
    Refused ones keep their transaction until the ACK, or for 32 s.
    """
    for number in range(MAX_SERVER_TRANSACTIONS + 10):
        via = f"SIP/2.0/UDP h;branch=z9hG4bK{number}"
        agent.receive_datagram(request("INVITE", Via=via), PEER, 1000.0)
        for event in agent.events():
            event.call.reject(486, 1000.0)
    agent.messages_to_send()
    new = request("INVITE", Via="SIP/2.0/UDP h;branch=z9hG4bKx")

    assert answers(agent, new) == []

    agent.handle_timeout(1033.0)
    agent.handle_timeout(1034.0)
    agent.messages_to_send()

    assert statuses(agent, new) == [100]


def test_a_stranger_who_asks_too_often_is_not_answered(agent):
    sent = [
        len(answers(agent, request("OPTIONS"), now=1000.0))
        for _ in range(int(STRANGERS_AT_ONCE) + 10)
    ]
    elsewhere = ("198.51.100.8", 5060)

    assert sum(sent) == STRANGERS_AT_ONCE
    assert len(answers(agent, request("OPTIONS"), elsewhere, now=1000.0)) == 1
    assert len(answers(agent, request("OPTIONS"), now=1001.0)) == 1


def test_hosts_beyond_the_limit_are_forgotten():
    throttle = Throttle(per_second=1, burst=1)
    for number in range(MAX_HOSTS + 5):
        assert throttle.allows(str(number), 0.0)

    assert not throttle.allows(str(MAX_HOSTS + 4), 0.0)
    assert throttle.allows("0", 0.0)


# Torture in the manner of RFC 4475: each is legal, if odd.


def test_a_tortuous_invite_is_taken(agent):
    data = (
        b"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
        b"TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag1    = 1918181833n\r\n"
        b'from   : "J Rosenberg \\\\\\"" <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n'
        b"MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\n"
        b"CSeq: 0009\r\n  INVITE\r\n"
        b"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"
        b"s :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
        b"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nRoute:\r\n <sip:services.example.com;lr>\r\n"
        b'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n  newvalue ;\r\n secondparam ; q = 0.33\r\n'
        b"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
        b" SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n\r\n"
    )
    ((reply, to),) = answers(agent, data)
    (event,) = agent.events()

    assert reply.status == 100
    assert to == ("198.51.100.7", 5060)
    assert len(reply.listed("Via")) == 3
    assert event.call.caller == "jdrosen"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"uri": "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@h"}, id="uri"
        ),
        pytest.param({"From": "<sip:user%40x@h>;tag=far;x=%Z%45"}, id="escapes"),
        pytest.param({"From": "tel:+33366720307;tag=far"}, id="tel-from"),
        pytest.param({"From": '"\\"" <sip:a@h>;tag=far'}, id="quote-in-name"),
        pytest.param({"Via": "SIP/2.0/XTRA h;branch=z9hG4bKx"}, id="transport"),
        pytest.param({"Call_ID": "!#$%&'*+-.^_`|~()<>:\\\"/[]?{}"}, id="call-id"),
        pytest.param({"Contact": "*"}, id="contact-star"),
        pytest.param({"Record_Route": "<sip:a", "Route": "<<>>"}, id="routes"),
        pytest.param({"CSeq": "4294967295 INVITE"}, id="cseq"),
        pytest.param(
            {"Max_Forwards": "-1", "Date": "now", "Expires": "x" * 99}, id="x"
        ),
    ],
)
def test_odd_calls_are_taken_answered_and_ended(agent, changes):
    ((trying, _),) = answers(agent, request("INVITE", **changes))
    (event,) = agent.events()
    event.call.accept(b"v=0\r\n", 1000.0)
    event.call.hang_up(1000.0)
    agent.handle_timeout(1032.0)
    sent = [parse_message(data) for data, _ in agent.messages_to_send()]

    assert trying.status == 100
    assert isinstance(sent[0], Response)
    assert sent[-1].method == "BYE"


# The hostile peer.

ADDRESSES = st.tuples(
    st.sampled_from(["198.51.100.7", "192.0.2.1", "::1", "10.0.0.1"]),
    st.integers(1, 65535),
)
METHODS = st.sampled_from(["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "X"])
NOISE = st.text('az09;:,<>@"\\[]=% \t*?#.é\x00\r\n', max_size=12)
HOSTS = st.sampled_from(
    [
        "h",
        "h:99999",
        "1.2.3.4:0",
        "[::1]:5",
        "0.0.0.0",
        "255.255.255.255",
        "[",
        "1.2.3.4",
    ]
)


@st.composite
def datagrams(draw, known_tags):
    """Requests and responses, half of them damaged, some of a call that exists."""
    tag = draw(st.sampled_from(["", *known_tags]))
    method = draw(METHODS)
    host = draw(HOSTS)
    data = request(
        method,
        Via=f"SIP/2.0/UDP {draw(HOSTS)};branch=z9hG4bK{draw(st.integers(0, 5))}",
        To="<sip:a@b>" + (f";tag={tag}" if tag else ""),
        CSeq=f"{draw(st.integers(0, 6))} {method}",
        Contact=f"<sip:{host}>" if draw(st.booleans()) else draw(NOISE),
        Record_Route=f"<sip:{host};lr>" if draw(st.booleans()) else None,
        Call_ID=draw(st.sampled_from(["call-1", "call-2"])),
    )
    if draw(st.booleans()):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.integers(0, 5))
        data = data[:at] + draw(NOISE).encode() + data[at + cut :]
    if draw(st.integers(0, 9)) == 0:
        data = draw(st.binary(max_size=40))
    return data


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_sequence_of_datagrams_raises_or_reaches_a_bad_address(data):
    numbers = iter(range(10**6))
    agent = UserAgent(local=("192.0.2.2", 5070), token=lambda: f"{next(numbers):016x}")
    now, calls, sent = 0.0, [], []
    for _ in range(data.draw(st.integers(1, 25))):
        now += data.draw(st.sampled_from([0, 0.1, 5, 40]))
        tags = [call.dialog.local_tag for call in calls]
        if sent and data.draw(st.booleans()):
            incoming = damaged_answer(data, sent[-1])
        else:
            incoming = data.draw(datagrams(tags))
        agent.receive_datagram(incoming, data.draw(ADDRESSES), now)
        for event in agent.events():
            if isinstance(event, IncomingCall):
                calls.append(event.call)
        if calls:
            act(data, calls[-1], now)
        agent.handle_timeout(now)
        for message, to in agent.messages_to_send():
            ipaddress.ip_address(to.host)
            assert 1 <= to.port <= 65535
            parse_message(message)
            sent.append(message)
    agent.handle_timeout(now + 1000)


def damaged_answer(data, request_bytes):
    """A response to what the agent sent last, perhaps damaged."""
    _, _, rest = request_bytes.partition(b"\r\n")
    status = data.draw(st.sampled_from([100, 180, 200, 401, 407, 481, 487, 491, 503]))
    answer = b"SIP/2.0 %d X\r\nWWW-Authenticate: Digest\r\n" % status + rest
    at = data.draw(st.integers(0, len(answer)))
    return answer[:at] + data.draw(NOISE).encode() + answer[at:]


def act(data, call, now):
    """The owner does something with its call."""
    match data.draw(st.integers(0, 8)):
        case 0:
            call.ring(now)
        case 1:
            call.accept(b"v=0\r\n", now)
        case 2:
            call.reject(486, now)
        case 3:
            call.reinvite(b"v=0\r\n", now)
        case 4:
            call.accept_reinvite(b"v=0\r\n", now)
        case 5:
            call.reject_reinvite(488, now)
        case 6:
            call.hang_up(now)
