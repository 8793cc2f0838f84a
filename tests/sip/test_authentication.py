"""
Calls through a trunk that wants credentials.
"""

from dataclasses import dataclass, field

import pytest

from ecofax_gateway.sip import (
    Answered,
    CallFailed,
    CallState,
    Credentials,
    ReinviteAccepted,
)
from ecofax_gateway.sip.digest import Challenge, answer
from ecofax_gateway.sip.message import Request, Response, format_message, parse_message

SECRET = Credentials("ecofax", "hunter2")


@dataclass
class Trunk:
    """A far end that challenges; *judge* says what it makes of a request."""

    judge: object
    seen: list = field(default_factory=list)
    out: list = field(default_factory=list)

    def receive_datagram(self, data, source, now):
        message = parse_message(data)
        self.seen.append(message)
        if isinstance(message, Request) and message.method != "ACK":
            status, headers, body = self.judge(message)
            response = Response(
                status=status,
                reason="So",
                headers=(
                    *(
                        (n, message.header(n))
                        for n in ("Via", "From", "Call-ID", "CSeq")
                    ),
                    ("To", message.header("To").partition(";")[0] + ";tag=far"),
                    *headers,
                ),
                body=body,
            )
            self.out.append((format_message(response), source))

    def messages_to_send(self):
        out, self.out = self.out, []
        return out

    def next_timeout(self):
        return None

    def handle_timeout(self, now):
        pass

    def events(self):
        return []

    def methods(self):
        return [f"{m.method} {m.cseq.number}" for m in self.seen]


def challenge(nonce, *, realm="r", extra="", name="WWW-Authenticate"):
    return (
        name,
        f'Digest realm="{realm}", nonce="{nonce}", qop="auth,auth-int"{extra}',
    )


def is_right(request, nonce, *, header="Authorization", realm="r", algorithm="MD5"):
    """Whether a request answers that nonce with our password."""
    value = next(
        (v for v in request.all_headers(header) if f'nonce="{nonce}"' in v), None
    )
    if value is None:
        return False
    part = dict(
        item.split("=", 1) for item in value.removeprefix("Digest ").split(", ")
    )
    expected = answer(
        Challenge(realm=realm, nonce=nonce, qop=("auth",), algorithm=algorithm),
        username=SECRET.username,
        password=SECRET.password,
        method=request.method,
        uri=request.uri,
        body=request.body,
        nc=int(part["nc"], 16),
        cnonce=part["cnonce"].strip('"'),
    )
    return f"response={part['response']}," in expected


def accept(wire):
    return 200, [("Contact", "<sip:192.0.2.2:5070>")], wire.ANSWER


@pytest.mark.parametrize(
    ("status", "name", "header"),
    [
        (401, "WWW-Authenticate", "Authorization"),
        (407, "Proxy-Authenticate", "Proxy-Authorization"),
    ],
)
def test_a_challenge_is_answered(wire, status, name, header):
    def judge(request):
        if is_right(request, "n1", header=header):
            return accept(wire)
        return status, [challenge("n1", name=name)], b""

    trunk = wire.agents[wire.CALLEE] = Trunk(judge)
    call = wire.place(credentials=SECRET)
    wire.run(5)

    assert wire.told(wire.CALLER) == [Answered(call, wire.ANSWER)]
    # The ACK of the 401 is out before the new INVITE, RFC 3261 §17.1.1.3.
    assert trunk.methods() == ["INVITE 1", "ACK 1", "INVITE 2", "ACK 2"]
    first, ack_1, second, ack_2 = trunk.seen
    assert second.call_id == first.call_id
    assert second.from_.tag == first.from_.tag
    assert second.to.tag is None
    assert second.via.branch != first.via.branch
    assert ack_1.via.branch == first.via.branch
    assert ack_2.header(header) == second.header(header)
    assert "hunter2" not in repr(wire.log)


@pytest.mark.parametrize("algorithm", ["SHA-256", "SHA-512-256", "MD5-sess"])
def test_other_algorithms(wire, algorithm):
    def judge(request):
        if is_right(request, "n1", algorithm=algorithm):
            return accept(wire)
        return 401, [challenge("n1", extra=f", algorithm={algorithm}")], b""

    wire.agents[wire.CALLEE] = Trunk(judge)
    wire.place(credentials=SECRET)
    wire.run(5)

    assert wire.kinds(wire.CALLER) == ["Answered"]


def test_the_topmost_supported_challenge_is_answered(wire):
    """RFC 8760 §2.4."""

    def judge(request):
        if is_right(request, "n2", algorithm="SHA-256"):
            return accept(wire)
        challenges = [
            challenge("n1", extra=", algorithm=SHA3-999"),
            challenge("n2", extra=", algorithm=SHA-256"),
            challenge("n3"),
        ]
        return 401, challenges, b""

    trunk = wire.agents[wire.CALLEE] = Trunk(judge)
    wire.place(credentials=SECRET)
    wire.run(5)

    assert wire.kinds(wire.CALLER) == ["Answered"]
    assert len(trunk.seen[2].all_headers("Authorization")) == 1


def test_a_wrong_password_is_not_tried_again(wire):
    nonces = iter(range(100))

    trunk = wire.agents[wire.CALLEE] = Trunk(
        lambda request: (401, [challenge(f"n{next(nonces)}")], b"")
    )
    call = wire.place(credentials=SECRET)
    wire.run(50)

    assert wire.told(wire.CALLER) == [CallFailed(call, 401, "So")]
    assert trunk.methods() == ["INVITE 1", "ACK 1", "INVITE 2", "ACK 2"]


def test_a_stale_nonce_is_replaced_but_not_for_ever(wire):
    nonces = iter(range(100))

    def judge(request):
        stale = ', stale="true"' if request.header("Authorization") else ""
        if is_right(request, "n1"):
            return accept(wire)
        return 401, [challenge(f"n{next(nonces)}", extra=stale)], b""

    wire.agents[wire.CALLEE] = Trunk(judge)
    wire.place(credentials=SECRET)
    wire.run(5)

    assert wire.kinds(wire.CALLER) == ["Answered"]

    endless = wire.agents[wire.CALLEE] = Trunk(
        lambda request: (401, [challenge("x", extra=", stale=true")], b"")
    )
    wire.place(credentials=SECRET)
    wire.run(50)

    assert wire.kinds(wire.CALLER) == ["Answered", "CallFailed"]
    assert len(endless.seen) == 2 * 4


def test_a_proxy_and_a_server_may_both_ask(wire):
    def judge(request):
        if not is_right(request, "p", header="Proxy-Authorization", realm="proxy"):
            proxy = challenge("p", realm="proxy", name="Proxy-Authenticate")
            return 407, [proxy], b""
        if not is_right(request, "s"):
            return 401, [challenge("s")], b""
        return accept(wire)

    wire.agents[wire.CALLEE] = Trunk(judge)
    wire.place(credentials=SECRET)
    wire.run(5)

    assert wire.kinds(wire.CALLER) == ["Answered"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("WWW-Authenticate", "Basic realm=x")],
        [challenge("n", extra=", algorithm=AKAv1-MD5")],
        [("WWW-Authenticate", "Digest")],
    ],
)
def test_a_challenge_that_cannot_be_answered_ends_the_call(wire, headers):
    wire.agents[wire.CALLEE] = Trunk(lambda request: (401, headers, b""))
    call = wire.place(credentials=SECRET)
    wire.run(5)

    assert wire.told(wire.CALLER) == [CallFailed(call, 401, "So")]


def test_without_credentials_a_challenge_ends_the_call(wire):
    wire.agents[wire.CALLEE] = Trunk(lambda request: (407, [challenge("n")], b""))
    call = wire.place()
    wire.run(5)

    assert wire.told(wire.CALLER) == [CallFailed(call, 407, "So")]


def test_later_requests_of_the_call_carry_the_answer_at_once(wire):
    def judge(request):
        if not is_right(request, "n1"):
            return 401, [challenge("n1")], b""
        return accept(wire)

    trunk = wire.agents[wire.CALLEE] = Trunk(judge)
    call = wire.place(credentials=SECRET)
    wire.run(1)
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(1)
    call.hang_up(wire.now)
    wire.run(1)

    assert wire.told(wire.CALLER)[-1] == ReinviteAccepted(call, wire.ANSWER)
    assert trunk.methods()[-3:] == ["INVITE 3", "ACK 3", "BYE 4"]
    counts = [
        value.partition("nc=")[2][:8]
        for request in trunk.seen
        if request.method != "ACK"
        for value in request.all_headers("Authorization")
    ]
    assert counts == ["00000001", "00000002", "00000003"]
    assert call.state is CallState.ENDED


def test_a_nonce_that_died_during_the_call_is_replaced(wire):
    def judge(request):
        nonce = f"for-{request.method}-{'2' if request.to.tag else '1'}"
        if not is_right(request, nonce):
            return 401, [challenge(nonce)], b""
        return accept(wire)

    trunk = wire.agents[wire.CALLEE] = Trunk(judge)
    call = wire.place(credentials=SECRET)
    wire.run(1)
    call.reinvite(wire.IMAGE, wire.now)
    wire.run(1)
    call.hang_up(wire.now)
    wire.run(1)

    assert wire.kinds(wire.CALLER) == ["Answered", "ReinviteAccepted"]
    assert trunk.methods()[-2:] == ["BYE 5", "BYE 6"]
    assert is_right(trunk.seen[-1], "for-BYE-2")
    assert wire.agents[wire.CALLER].is_idle


def test_the_nonce_of_a_bye_that_nobody_likes_ends_the_call(wire):
    def judge(request):
        if request.method == "BYE" or not is_right(request, "n1"):
            return 401, [challenge("n1")], b""
        return accept(wire)

    trunk = wire.agents[wire.CALLEE] = Trunk(judge)
    call = wire.place(credentials=SECRET)
    wire.run(1)
    call.hang_up(wire.now)
    wire.run(50)

    assert trunk.methods()[-2:] == ["BYE 3", "BYE 4"]
    assert call.state is CallState.ENDED


def test_hanging_up_during_the_challenge_sends_no_second_invite(wire):
    trunk = wire.agents[wire.CALLEE] = Trunk(
        lambda request: (401, [challenge("n")], b"")
    )
    call = wire.place(credentials=SECRET)
    call.hang_up(wire.now)
    wire.run(5)

    assert trunk.methods() == ["INVITE 1", "ACK 1"]
    assert wire.told(wire.CALLER) == [CallFailed(call, 487, "cancelled")]
