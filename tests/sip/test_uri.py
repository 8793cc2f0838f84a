"""
URIs, names with addresses, Via: as equipment writes them.
"""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.sip.uri import (
    ip_literal,
    parse_host_port,
    parse_name_addr,
    parse_uri,
    split_outside,
)
from ecofax_gateway.sip.via import parse_via


@pytest.mark.parametrize(
    ("text", "user", "host", "port"),
    [
        pytest.param("sip:a@b.example", "a", "b.example", None, id="plain"),
        pytest.param("SIP:a@b:5061", "a", "b", 5061, id="upper-case"),
        pytest.param("sip:pbx1", "", "pbx1", None, id="host-ends-in-a-digit"),
        pytest.param("sip:a@my_pbx.lan", "a", "my_pbx.lan", None, id="underscore"),
        pytest.param("sip:#31#1@h", "#31#1", "h", None, id="hash-in-user"),
        pytest.param("sip:%2331%231@h", "#31#1", "h", None, id="escaped-user"),
        pytest.param("sip:+33;phone-context=x@h", "+33", "h", None, id="tel-like"),
        pytest.param("sip:a:secret@h", "a", "h", None, id="password"),
        pytest.param("sip:a@[2001:db8::1]:9", "a", "2001:db8::1", 9, id="ipv6"),
        pytest.param("sips:a@h;transport=tls", "a", "h", None, id="sips"),
        pytest.param("tel:+33972101010;x=1", "+33972101010", "", None, id="tel"),
        pytest.param("sip:a?b;c@h", "a?b", "h", None, id="odd-user"),
    ],
)
def test_uris(text, user, host, port):
    uri = parse_uri(text)

    assert (uri.user_name, uri.host, uri.port) == (user, host, port)


def test_parameters_and_headers_of_a_uri():
    uri = parse_uri("sip:a@h;lr;Transport=UDP?Subject=x&b=c")

    assert uri.parameter("lr") == ""
    assert uri.parameter("transport") == "UDP"
    assert uri.parameter("ttl") is None
    assert uri.headers == "Subject=x&b=c"
    assert str(uri) == "sip:a@h;lr;transport=UDP?Subject=x&b=c"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "sip:a@",
        "sip:a@h:0",
        "sip:a@h:65536",
        "sip:a@h:5060x",
        "sip:a@[::1",
        "sip:a@h h",
        "sip:a@h>",
        "http://example.org",
        "a@b",
        "tel:",
        "sip:a@h\n",
    ],
)
def test_what_is_no_uri(text):
    # One space inside or a line break would break out of the header.
    with pytest.raises(MalformedMessage):
        parse_uri(text if text != "sip:a@h\n" else "sip:a@h\n;x")


@pytest.mark.parametrize(
    ("text", "display", "uri", "tag"),
    [
        pytest.param("<sip:a@h>;tag=1", "", "sip:a@h", "1", id="brackets"),
        pytest.param("sip:a@h;tag=1", "", "sip:a@h", "1", id="no-brackets"),
        pytest.param("<sip:a@h;tag=no>", "", "sip:a@h;tag=no", None, id="of-the-uri"),
        pytest.param('"A <b> \\"c\\"" <sip:a@h>', 'A <b> "c"', "sip:a@h", None, id="q"),
        pytest.param(
            "Anonymous <sip:a@h> ; TAG=x", "Anonymous", "sip:a@h", "x", id="t"
        ),
        pytest.param('"A" <sip:a@h>;x="1;tag=2";tag=3', "A", "sip:a@h", "3", id="qp"),
        pytest.param("<tel:+33123>", "", "tel:+33123", None, id="tel"),
    ],
)
def test_names_with_addresses(text, display, uri, tag):
    name = parse_name_addr(text)

    assert (name.display, name.uri, name.tag) == (display, uri, tag)


@pytest.mark.parametrize("text", ["", "<>", "<sip:a@h", '"x"', "a b <c d>", "*;q=1 x"])
def test_what_is_no_address(text):
    with pytest.raises(MalformedMessage):
        parse_uri(parse_name_addr(text).uri)


@pytest.mark.parametrize(
    ("text", "host", "port", "branch"),
    [
        pytest.param("SIP/2.0/UDP h:5060;branch=z", "h", 5060, "z", id="plain"),
        pytest.param(
            "SIP / 2.0 / UDP h : 4000 ;ttl=16 ;branch= z", "h", 4000, "z", id="spaces"
        ),
        pytest.param("sip/2.0/udp [::1]:9;branch=z", "::1", 9, "z", id="ipv6"),
        pytest.param(
            "SIP/2.0/UDP h;received=::1;branch=z", "h", None, "z", id="bare-ipv6"
        ),
        pytest.param("SIP/2.0/TLS pbx_1", "pbx_1", None, "", id="no-branch"),
    ],
)
def test_vias(text, host, port, branch):
    via = parse_via(text)

    assert (via.host, via.port, via.branch) == (host, port, branch)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param(
            "SIP/2.0/UDP 192.0.2.1:5060;branch=z",
            "SIP/2.0/UDP 192.0.2.1:5060;branch=z",
            id="as-it-says",
        ),
        pytest.param(
            "SIP/2.0/UDP pc.lan;branch=z",
            "SIP/2.0/UDP pc.lan;branch=z;received=192.0.2.1",
            id="another-host",
        ),
        pytest.param(
            "SIP/2.0/UDP 192.0.2.1;rport;branch=z",
            "SIP/2.0/UDP 192.0.2.1;branch=z;received=192.0.2.1;rport=4321",
            id="rport",
        ),
        pytest.param(
            "SIP/2.0/UDP h;received=6.6.6.6;rport=1;branch=z",
            "SIP/2.0/UDP h;branch=z;received=192.0.2.1;rport=4321",
            id="lies",
        ),
    ],
)
def test_a_server_adds_where_a_request_came_from(text, seen):
    assert str(parse_via(text).seen_from("192.0.2.1", 4321)) == seen


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("h", ("h", None)),
        ("h:1", ("h", 1)),
        ("[::1]:65535", ("::1", 65535)),
        ("::1", ("::1", None)),
        ("1.2.3.4:5060", ("1.2.3.4", 5060)),
    ],
)
def test_hosts_and_ports(text, where):
    assert parse_host_port(text) == where


@pytest.mark.parametrize(
    ("host", "literal"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", None),
        ("0.0.0.0", None),
        ("224.0.0.1", None),
        ("255.255.255.255", None),
        ("240.0.0.1", None),
        ("fe80::1%eth9", None),
        ("1.2.3", None),
        ("999.1.1.1", None),
        ("", None),
    ],
)
def test_only_addresses_are_sendable(host, literal):
    assert ip_literal(host) == literal


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_malformed(text):
    for parse in (parse_uri, parse_name_addr, parse_via, parse_host_port):
        with contextlib.suppress(MalformedMessage):
            str(parse(text))


@given(st.text('ab"<>\\,; ', max_size=40))
def test_splitting_loses_nothing_but_separators_and_space(text):
    pieces = split_outside(text, ",")

    assert ",".join(pieces).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        ":" * 8000,
        " " * 8000 + "x",
        "SIP/2.0/UDP " + "a" * 4000 + " " * 4000 + "x",
        "SIP/2.0/UDP " + "1:" * 4000,
        '"' * 8000,
        ";" * 8000,
        "<" * 8000,
    ],
    ids=lambda text: text[:14],
)
def test_no_header_takes_long_to_read(text):
    began = time.process_time()

    for parse in (parse_uri, parse_name_addr, parse_via, parse_host_port):
        with contextlib.suppress(MalformedMessage):
            parse(text)

    assert time.process_time() - began < 0.5
