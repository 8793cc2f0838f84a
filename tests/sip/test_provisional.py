"""
Provisional responses that must arrive.
"""

import pytest

from ecofax_gateway.sip import Answered, CallFailed, CallState, HungUp, Ringing
from ecofax_gateway.sip.message import Request, Response


def reliably(event, wire):
    """A callee that rings reliably, with early media, and picks up."""
    if type(event).__name__ == "IncomingCall":
        event.call.ring(wire.now, sdp=wire.ANSWER, reliable=True)
        event.call.accept(wire.ANSWER, wire.now)


def is_a(message, method):
    return isinstance(message, Request) and message.method == method


def test_a_reliable_ringing_is_acknowledged_before_the_answer(wire):
    wire.answer = reliably
    call = wire.place()
    wire.run(1)

    assert wire.told(wire.CALLER) == [
        Ringing(call, 183, wire.ANSWER),
        Answered(call, wire.ANSWER),
    ]
    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "PRACK 2", "ACK 1"]
    assert wire.sent_by(wire.CALLEE)[1:] == ["183 INVITE", "200 PRACK", "200 INVITE"]
    (prack,) = [m for _, _, m in wire.log if is_a(m, "PRACK")]
    assert prack.header("RAck") == "1 1 INVITE"
    assert prack.to.tag == call.dialog.remote_tag

    call.hang_up(wire.now)
    wire.run(1)
    assert wire.sent_by(wire.CALLER)[-1] == "BYE 3"
    assert all(agent.is_idle for agent in wire.agents.values())


def test_an_answer_may_stand_in_the_reliable_response_alone(wire):
    wire.answer = reliably
    wire.tap = lambda message, data: (
        data.partition(b"Content-Length")[0] + b"\r\n"
        if isinstance(message, Response)
        and message.status == 200
        and message.cseq.method == "INVITE"
        else data
    )
    call = wire.place()
    wire.run(1)

    assert wire.told(wire.CALLER)[-1] == Answered(call, wire.ANSWER)


def test_a_lost_prack_or_ringing_is_sent_again(wire):
    lost = []

    def lose_first(message, data):
        kind = (type(message), message.cseq.method)
        if kind in ((Request, "PRACK"), (Response, "PRACK")) and kind not in lost:
            lost.append(kind)
            return None
        return data

    wire.tap = lose_first
    wire.answer = reliably
    call = wire.place()
    wire.run(5)

    assert len(lost) == 2
    assert call.state is CallState.ESTABLISHED
    assert wire.kinds(wire.CALLER) == ["Ringing", "Answered"]


def test_without_prack_the_call_is_refused_in_the_end(wire):
    wire.answer = reliably
    wire.tap = lambda message, data: None if is_a(message, "PRACK") else data
    call = wire.place()
    wire.run(40)

    assert wire.told(wire.CALLEE)[-1] == HungUp(wire.received(), 408, "no PRACK")
    assert wire.told(wire.CALLER)[-1] == CallFailed(call, 504, "Server Time-out")
    assert all(agent.is_idle for agent in wire.agents.values())


def test_a_caller_without_it_gets_plain_ringing(wire):
    wire.answer = reliably
    wire.tap = lambda message, data: data.replace(b"Supported: 100rel, timer\r\n", b"")
    wire.place()
    wire.run(1)

    assert wire.sent_by(wire.CALLER) == ["INVITE 1", "ACK 1"]


@pytest.mark.parametrize(
    ("rseqs", "heard"),
    [
        pytest.param([5, 6, 7], [5, 6, 7], id="in-order"),
        pytest.param([5, 5, 6], [5, 6], id="repeat"),
        pytest.param([5, 7, 6], [5, 6], id="overtaken"),
        pytest.param([4294967295], [4294967295], id="largest"),
    ],
)
def test_only_the_next_one_is_acknowledged(wire, rseqs, heard):
    agent = wire.agents[wire.CALLER]
    wire.place(next_hop=("192.0.2.99", 5060))
    ((data, hop),) = agent.messages_to_send()
    head = [
        line
        for line in data.decode().split("\r\n")
        if line.startswith(("Via", "From", "Call-ID", "CSeq", "To"))
    ]
    head = [f"{line};tag=far" if line.startswith("To") else line for line in head]
    for rseq in rseqs:
        lines = [
            "SIP/2.0 183 Progress",
            *head,
            f"RSeq: {rseq}",
            "Require: 100rel",
            "Contact: <sip:192.0.2.99:5070>",
            "Record-Route: <sip:192.0.2.98;lr>",
        ]
        agent.receive("\r\n".join([*lines, "", ""]).encode(), hop, wire.now)
    pracks = [m.decode() for m, _ in agent.messages_to_send()]

    assert len(pracks) == len(heard)
    for prack, rseq in zip(pracks, heard, strict=True):
        assert f"RAck: {rseq} 1 INVITE" in prack
        assert prack.startswith("PRACK sip:192.0.2.99:5070 SIP/2.0")
        assert "Route: <sip:192.0.2.98;lr>" in prack


def test_each_fork_counts_for_itself(wire):
    agent = wire.agents[wire.CALLER]
    wire.place(next_hop=("192.0.2.99", 5060))
    ((data, hop),) = agent.messages_to_send()
    head = [
        line
        for line in data.decode().split("\r\n")
        if line.startswith(("Via", "From", "Call-ID", "CSeq", "To"))
    ]
    for tag in ("one", "two"):
        lines = [f"{it};tag={tag}" if it.startswith("To") else it for it in head]
        lines = ["SIP/2.0 180 Ringing", *lines, "RSeq: 9", "Require: 100rel", "", ""]
        agent.receive("\r\n".join(lines).encode(), hop, wire.now)
    pracks = [m.decode() for m, _ in agent.messages_to_send()]

    assert ["tag=one" in pracks[0], "tag=two" in pracks[1]] == [True, True]
    assert "CSeq: 2 PRACK" in pracks[0]
    assert "CSeq: 3 PRACK" in pracks[1]


def test_a_prack_of_nothing_is_refused(wire):
    call = wire.place()
    wire.run(1)
    prack = call.new_request("PRACK", headers=[("RAck", "1 1 INVITE")])
    call.endpoint.exchange.request(prack, call.destination, call, wire.now)
    wire.run(1)

    assert wire.sent_by(wire.CALLEE)[-1] == "481 PRACK"
