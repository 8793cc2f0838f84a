"""
REGISTER and OPTIONS of ours.
"""

from dataclasses import dataclass, field

import pytest

from ecofax_gateway.sip import Credentials, Hop, Timers, Transport, UserAgent
from ecofax_gateway.sip.digest import Challenge, answer
from ecofax_gateway.sip.inquiry import (
    MAX_TOO_BRIEF,
    InquiryAnswer,
    refresh_after,
)
from ecofax_gateway.sip.message import Response, format_message, parse_message

PEER = Hop("192.0.2.9", 5060)
TLS = Hop("192.0.2.9", 5061, Transport.TLS, "example.net")
SECRET = Credentials("gateway", "hunter2")


@dataclass
class Trial:
    """An agent, and what its far end sees and says."""

    answers: list = field(default_factory=list)
    now: float = 100.0

    def __post_init__(self):
        numbers = iter(range(10**6))
        self.agent = UserAgent(
            local=("192.0.2.1", 5070),
            token=lambda: f"{next(numbers):016x}",
            timers=Timers(),
        )

    def registration(self, expires=3600, credentials=SECRET):
        return self.agent.registration(
            registrar="sip:example.net",
            identity="sip:gateway@example.net",
            credentials=credentials,
            expires=expires,
        )

    def ask(self, inquiry, peer=PEER):
        inquiry.ask(peer, self.answers.append, self.now)
        return self.sent()

    def sent(self):
        """The one request that is out."""
        ((data, self.peer),) = self.agent.messages_to_send()
        self.request = parse_message(data)
        return self.request

    def say(self, status, *headers):
        copied = [
            (name, self.request.header(name))
            for name in ("Via", "From", "To", "Call-ID", "CSeq")
        ]
        response = Response(status=status, reason="So", headers=(*copied, *headers))
        self.agent.receive(format_message(response), self.peer, self.now)


def contact(trial, text=";expires=120"):
    uri = trial.request.header("Contact").partition(";expires")[0]
    return "Contact", f"<sip:other@192.0.2.200>;expires=77, {uri}{text}"


def test_a_registration_says_who_where_and_for_how_long():
    trial = Trial()
    request = trial.ask(trial.registration())

    assert (request.method, request.uri) == ("REGISTER", "sip:example.net")
    assert request.to.uri == request.from_.uri == "sip:gateway@example.net"
    assert request.header("Contact") == "<sip:gateway@192.0.2.1:5070>;expires=3600"
    assert request.header("Expires") == "3600"


@pytest.mark.parametrize(
    ("headers", "expires"),
    [
        pytest.param([";expires=120"], 120, id="our-contact"),
        pytest.param([";expires=120", ("Expires", "60")], 120, id="contact-first"),
        pytest.param([";q=1", ("Expires", "60")], 60, id="expires-header"),
        pytest.param([";q=1"], 3600, id="nothing-said"),
        pytest.param([";expires=0"], 2, id="absurd"),
        pytest.param([";expires=999999999"], 86400, id="for-ever"),
    ],
)
def test_the_registrar_says_for_how_long(headers, expires):
    trial = Trial()
    trial.ask(trial.registration())
    trial.say(200, contact(trial, headers[0]), *headers[1:])

    assert trial.answers == [InquiryAnswer(status=200, reason="So", expires=expires)]


def test_a_registration_answers_its_challenge_and_keeps_the_nonce():
    trial = Trial()
    registration = trial.registration()
    trial.ask(registration)
    challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
    trial.say(401, ("WWW-Authenticate", challenge))
    second = trial.sent()
    trial.say(200, contact(trial))
    third = trial.ask(registration)

    assert "nc=00000001" in second.header("Authorization")
    assert "nc=00000002" in third.header("Authorization")
    assert [second.cseq.number, third.cseq.number] == [2, 3]
    assert second.call_id == third.call_id
    cnonce = third.header("Authorization").partition('cnonce="')[2].partition('"')[0]
    expected = answer(
        Challenge(realm="r", nonce="n", qop=("auth",), algorithm="SHA-256"),
        username="gateway",
        password="hunter2",
        method="REGISTER",
        uri="sip:example.net",
        body=b"",
        nc=2,
        cnonce=cnonce,
    )
    assert third.header("Authorization") == expected


def test_a_wrong_password_is_told_after_one_try():
    trial = Trial()
    trial.ask(trial.registration())
    header = ("WWW-Authenticate", 'Digest realm="r", nonce="n"')
    trial.say(401, header)
    trial.sent()
    trial.say(401, header)

    assert [a.status for a in trial.answers] == [401]
    assert trial.agent.messages_to_send() == []


def test_an_interval_too_brief_is_asked_again_longer():
    trial = Trial()
    trial.ask(trial.registration(expires=60))
    trial.say(423, ("Min-Expires", "1800"))
    request = trial.sent()
    trial.say(200, contact(trial, ""))

    assert request.header("Expires") == "1800"
    assert trial.answers[0].expires == 1800


def test_a_registrar_that_is_never_content_is_no_endless_loop():
    trial = Trial()
    trial.ask(trial.registration(expires=60))
    for number in range(MAX_TOO_BRIEF):
        trial.say(423, ("Min-Expires", str(1800 + number)))
        trial.sent()
    trial.say(423, ("Min-Expires", "9999"))

    assert [a.status for a in trial.answers] == [423]


def test_taking_it_back():
    trial = Trial()
    registration = trial.registration()
    trial.ask(registration)
    trial.say(200, contact(trial))
    registration.remove(PEER, trial.answers.append, trial.now)
    request = trial.sent()
    trial.say(200)

    assert request.header("Contact").endswith(";expires=0")
    assert [a.expires for a in trial.answers] == [120, 0]


def test_over_tls_its_contact_is_the_near_end_of_the_connection():
    trial = Trial()
    registration = trial.registration()
    registration.ask(TLS, trial.answers.append, trial.now)
    trial.agent.flow_opened(TLS, ("192.0.2.1", 40001), trial.now)
    request = trial.sent()

    assert "<sip:gateway@192.0.2.1:40001;transport=tls>" in request.header("Contact")
    assert request.via.transport == "TLS"

    trial.agent.flow_closed(TLS, trial.now)
    assert [a.status for a in trial.answers] == [503]


def test_no_connection_is_told():
    trial = Trial()
    trial.registration().ask(TLS, trial.answers.append, trial.now)
    trial.agent.flow_closed(TLS, trial.now)

    assert trial.answers == [InquiryAnswer(status=503, reason="no connection")]


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, [], InquiryAnswer(status=200, reason="So")),
        (405, [], InquiryAnswer(status=405, reason="So")),
        (
            503,
            [("Retry-After", "40 (later);duration=3600")],
            InquiryAnswer(status=503, reason="So", retry_after=40),
        ),
        (503, [("Retry-After", "soon")], InquiryAnswer(status=503, reason="So")),
    ],
)
def test_options(status, headers, expected):
    trial = Trial()
    ping = trial.agent.ping(uri="sip:example.net", identity="sip:example.net")
    request = trial.ask(ping)
    trial.say(100)
    trial.say(status, *headers)

    assert request.method == "OPTIONS"
    assert trial.answers == [expected]


def test_silence_is_told_at_timer_f():
    trial = Trial()
    trial.ask(trial.agent.ping(uri="sip:example.net", identity="sip:example.net"))
    for _ in range(20):
        trial.agent.handle_timeout(trial.agent.next_timeout() or 200.0)

    assert trial.answers == [InquiryAnswer(status=408, reason="no response")]
    assert trial.agent.is_idle


def test_a_late_answer_to_an_old_question_is_not_told():
    trial = Trial()
    ping = trial.agent.ping(uri="sip:example.net", identity="sip:example.net")
    trial.ask(ping)
    old = trial.request
    trial.ask(ping)
    trial.request = old
    trial.say(200)

    assert trial.answers == []


@pytest.mark.parametrize(
    ("expires", "after"), [(60, 30), (600, 300), (3600, 3000), (2, 1)]
)
def test_a_registration_is_refreshed_in_time(expires, after):
    assert refresh_after(expires) == after
