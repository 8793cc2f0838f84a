"""
Dialogs: routes, targets, and the Reason header.
"""

import pytest

from ecofax_gateway.sip.dialog import MAX_ROUTES, Dialog, hop_in
from ecofax_gateway.sip.hop import Hop, Transport
from ecofax_gateway.sip.message import Request, Response
from ecofax_gateway.sip.reason import Reason, reason_of

PUBLIC = Hop("8.8.8.8", 5060)
PRIVATE = Hop("10.0.0.1", 5060)
TCP, TLS = Transport.TCP, Transport.TLS
SECURE = Hop("9.9.9.9", 5061, TLS, "example.net", "ca")


def dialog(**options) -> Dialog:
    return Dialog(
        **{
            "call_id": "x",
            "local": "<sip:a@b>;tag=1",
            "local_tag": "1",
            "remote": "<sip:c@d>;tag=2",
            "target": "sip:c@192.0.2.7",
            "peer": Hop("192.0.2.9", 5062),
            **options,
        }
    )


def test_requests_count_up_and_an_ack_repeats_its_number():
    it = dialog()

    assert it.request("INVITE").cseq == (1, "INVITE")
    assert it.request("ACK", number=1).cseq == (1, "ACK")
    assert it.request("BYE").cseq == (2, "BYE")


def test_a_loose_route_keeps_the_target():
    """RFC 3261 §12.2.1.1."""
    it = dialog(routes=("sip:192.0.2.3;lr", "sip:p2;lr"))
    request = it.request("BYE")

    assert request.uri == "sip:c@192.0.2.7"
    assert request.listed("Route") == ["<sip:192.0.2.3;lr>", "<sip:p2;lr>"]
    assert hop_in(it.next_uri, it.peer) == Hop("192.0.2.3", 5060)


def test_a_strict_route_becomes_the_request_uri():
    """RFC 3261 §12.2.1.1: "place the remainder [...] and the remote target last"."""
    it = dialog(routes=("sip:192.0.2.3", "sip:p2;lr"))
    request = it.request("BYE")

    assert request.uri == "sip:192.0.2.3"
    assert request.listed("Route") == ["<sip:p2;lr>", "<sip:c@192.0.2.7>"]
    assert hop_in(it.next_uri, it.peer) == Hop("192.0.2.3", 5060)


def test_the_client_reverses_the_recorded_route_and_the_server_does_not():
    headers = (("Record-Route", "<sip:a;lr>, <sip:b;lr>"), ("Record-Route", "<sip:c>"))
    client, server = dialog(), dialog()
    client.establish(Response(status=200, headers=headers), PUBLIC)
    server.establish(Request(method="INVITE", uri="sip:x", headers=headers), PUBLIC)

    assert client.routes == ("sip:c", "sip:b;lr", "sip:a;lr")
    assert server.routes == ("sip:a;lr", "sip:b;lr", "sip:c")


def test_routes_are_bounded_and_unreadable_ones_left_out():
    headers = (("Record-Route", ", ".join(["<sip:a;lr>", "<http:b>"] * 100)),)
    it = dialog()
    it.establish(Response(status=200, headers=headers), PUBLIC)

    assert it.routes == ("sip:a;lr",) * MAX_ROUTES


def test_an_unreadable_contact_changes_nothing():
    it = dialog()
    it.refresh_target(Response(status=200, headers=(("Contact", "<>"),)), PUBLIC)

    assert it.target == "sip:c@192.0.2.7"
    assert it.peer == PUBLIC


@pytest.mark.parametrize(
    ("uri", "peer", "hop"),
    [
        pytest.param("sip:9.9.9.9:5080", PUBLIC, Hop("9.9.9.9", 5080), id="public"),
        pytest.param("sip:10.0.0.5", PRIVATE, Hop("10.0.0.5", 5060), id="both-private"),
        pytest.param("sip:10.0.0.5", PUBLIC, None, id="behind-nat"),
        pytest.param("sip:127.0.0.1", PRIVATE, None, id="its-own-machine"),
        pytest.param(
            "sip:127.0.0.1", Hop("127.0.0.1", 1), Hop("127.0.0.1", 5060), id="lo"
        ),
        pytest.param("sip:169.254.1.1", PRIVATE, None, id="link-local"),
        pytest.param("sip:[2001:db8::1]", PRIVATE, None, id="another-family"),
        pytest.param("sip:gw.example.net", PUBLIC, None, id="name"),
        pytest.param("sip:9.9.9.9:0", PUBLIC, None, id="port-0"),
        pytest.param("tel:+33123", PUBLIC, None, id="tel"),
        pytest.param("sip:255.255.255.255", PUBLIC, None, id="broadcast"),
        pytest.param(
            "sip:9.9.9.9;transport=TCP", PUBLIC, Hop("9.9.9.9", 5060, TCP), id="tcp"
        ),
        pytest.param(
            "sips:9.9.9.9", PUBLIC, Hop("9.9.9.9", 5061, TLS, "9.9.9.9"), id="sips"
        ),
        pytest.param("sip:9.9.9.9;transport=ws", PUBLIC, Hop("9.9.9.9", 5060), id="ws"),
        pytest.param("sip:9.9.9.9", SECURE, SECURE, id="the-connection-it-came-by"),
        pytest.param("sip:9.9.9.9;transport=tls", SECURE, SECURE, id="the-same-said"),
        pytest.param(
            "sip:8.8.8.8",
            SECURE,
            Hop("8.8.8.8", 5061, TLS, "8.8.8.8", "ca"),
            id="no-fall-to-the-open",
        ),
        pytest.param(
            "sip:9.9.9.9:5061;transport=udp", SECURE, Hop("9.9.9.9", 5061), id="udp"
        ),
    ],
)
def test_which_ways_are_followed(uri, peer, hop):
    assert hop_in(uri, peer) == hop


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["Q.850;cause=17"], Reason(17)),
        (['q.850 ; cause=16 ; text="Normal"'], Reason(16, "Normal")),
        (['SIP;cause=200;text="Elsewhere", Q.850;cause=26'], Reason(26, "Elsewhere")),
        (["SIP;cause=486"], Reason()),
        (["Q.850;cause=0"], Reason()),
        (["Q.850;cause=128"], Reason()),
        (["Q.850;cause=x"], Reason()),
        (["Q.850"], Reason()),
        (["Q.850;cause=x", "Q.850;cause=3"], Reason(3)),
        ([";;,;"], Reason()),
        (['Q.850;cause=1;text="a\x1b[2Jb"'], Reason(1, "a[2Jb")),
    ],
)
def test_reasons(lines, reason):
    headers = tuple(("Reason", line) for line in lines)

    assert reason_of(Response(status=486, headers=headers)) == reason
