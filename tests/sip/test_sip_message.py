"""
Messages: odd ones are read, hostile ones refused, nothing else ever happens.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.sip.message import (
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_MESSAGE_BYTES,
    CSeq,
    Request,
    Response,
    format_message,
    parse_message,
    printable,
)

INVITE = (
    b"INVITE sip:0972101010@192.0.2.2 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc;rport\r\n"
    b"From: <sip:a@192.0.2.1>;tag=1\r\n"
    b"To: <sip:b@192.0.2.2>\r\n"
    b"Call-ID: x\r\n"
    b"CSeq: 1 INVITE\r\n"
)


def test_a_request_is_read():
    request = parse_message(INVITE + b"Content-Length: 3\r\n\r\nabcdef")

    assert isinstance(request, Request)
    assert request.method == "INVITE"
    assert request.uri == "sip:0972101010@192.0.2.2"
    assert request.via.branch == "z9hG4bKabc"
    assert request.from_.tag == "1"
    assert request.to.tag is None
    assert request.call_id == "x"
    assert request.cseq == CSeq(1, "INVITE")
    assert request.body == b"abc"


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        pytest.param(b"SIP/2.0 200 OK", 200, "OK", id="plain"),
        pytest.param(b"SIP/2.0 200", 200, "", id="no-reason-nor-space"),
        pytest.param(b"SIP/2.0 200 ", 200, "", id="no-reason"),
        pytest.param(b"sip/2.0  486  Busy Here", 486, "Busy Here", id="case-and-space"),
        pytest.param(b"SIP/2.0 486 Occup\xe9", 486, "Occup\udce9", id="latin-1"),
    ],
)
def test_status_lines(line, status, reason):
    response = parse_message(line + b"\r\n\r\n")

    assert isinstance(response, Response)
    assert (response.status, response.reason) == (status, reason)


@pytest.mark.parametrize(
    ("head", "name", "value"),
    [
        pytest.param(b"i: abc", "Call-ID", "abc", id="compact"),
        pytest.param(b"I : abc", "call-id", "abc", id="compact-upper-case-and-space"),
        pytest.param(b"cAlL-iD:abc", "Call-ID", "abc", id="odd-case"),
        pytest.param(b"Subject: one\r\n two\r\n\tthree", "s", None, id="not-by-letter"),
        pytest.param(
            b"Subject: one\r\n two\r\n\tthree", "Subject", "one two three", id="folded"
        ),
        pytest.param(b"no colon here\r\nX-A: 1", "X-A", "1", id="rubbish-line"),
        pytest.param(b"X-A:", "X-A", "", id="empty"),
        pytest.param(b"X-A: \xe9t\xe9", "X-A", "\udce9t\udce9", id="latin-1"),
        pytest.param("X-A: été".encode(), "X-A", "été", id="utf-8"),
    ],
)
def test_headers(head, name, value):
    assert parse_message(b"SIP/2.0 200 OK\r\n" + head + b"\r\n\r\n").header(name) == (
        value
    )


def test_lines_may_end_in_lf_alone_and_follow_empty_ones():
    message = parse_message(b"\r\n\n" + INVITE.replace(b"\r\n", b"\n") + b"\nbody")

    assert message.call_id == "x"
    assert message.body == b"body"


def test_a_message_may_lack_its_blank_line():
    assert parse_message(INVITE).cseq.number == 1


def test_repeated_headers_are_kept_in_order():
    message = parse_message(
        b"SIP/2.0 200 OK\r\nRecord-Route: <sip:a;lr>, <sip:b,c>\r\n"
        b'Record-Route: "x, y" <sip:d>\r\n\r\n'
    )

    assert message.listed("record-route") == [
        "<sip:a;lr>",
        "<sip:b,c>",
        '"x, y" <sip:d>',
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\r\n\r\n", id="keep-alive"),
        pytest.param(b"\0" * 4, id="nul-keep-alive"),
        pytest.param(b"INVITE sip:a@b\r\n\r\n", id="no-version"),
        pytest.param(b"INVITE sip:a b@c SIP/2.0\r\n\r\n", id="space-in-uri"),
        pytest.param(b"INV,ITE sip:a@b SIP/2.0\r\n\r\n", id="method-no-token"),
        pytest.param(b"INVITE sip:a@b SIP/7.0\r\n\r\n", id="version-7"),
        pytest.param(b"SIP/2.0 99 Low\r\n\r\n", id="status-too-low"),
        pytest.param(b"SIP/2.0 700 High\r\n\r\n", id="status-too-high"),
        pytest.param(b"SIP/2.0 4294967301 better\r\n\r\n", id="status-overflow"),
        pytest.param(INVITE + b"X: a\0b\r\n\r\n", id="nul"),
        pytest.param(INVITE + b"X: a\rY: b\r\n\r\n", id="lone-cr"),
        pytest.param(INVITE + b"Content-Length: -1\r\n\r\n", id="negative-length"),
        pytest.param(INVITE + b"Content-Length: 9\r\n\r\nshort", id="body-too-short"),
        pytest.param(INVITE + b"Content-Length: 1\r\nl: 2\r\n\r\nab", id="two-lengths"),
        pytest.param(INVITE + b"Content-Length: " + b"9" * 5000, id="huge-length"),
    ],
)
def test_what_is_refused(data):
    with pytest.raises(MalformedMessage):
        parse_message(data)


@pytest.mark.parametrize(
    ("fits", "too_much"),
    [
        pytest.param(
            b"X: 1\r\n" * (MAX_HEADERS - 7), b"X: 1\r\n" * MAX_HEADERS, id="headers"
        ),
        pytest.param(
            b"X: " + b"a" * (MAX_HEADER_BYTES - 3),
            b"X: " + b"a" * (MAX_HEADER_BYTES - 2),
            id="header-bytes",
        ),
        pytest.param(
            b"X:" + b"\r\n a" * 1000,
            b"X:" + b"\r\n a" * (MAX_HEADER_BYTES // 2),
            id="folded-header-bytes",
        ),
    ],
)
def test_limits(fits, too_much):
    parse_message(INVITE + fits)

    with pytest.raises(MalformedMessage):
        parse_message(INVITE + too_much)


def test_a_message_is_no_longer_than_a_datagram():
    head = INVITE + b"\r\n"
    parse_message(head.ljust(MAX_MESSAGE_BYTES, b"x"))

    with pytest.raises(MalformedMessage):
        parse_message(head.ljust(MAX_MESSAGE_BYTES + 1, b"x"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("CSeq", "", id="empty"),
        pytest.param("CSeq", "1", id="no-method"),
        pytest.param("CSeq", "-1 INVITE", id="negative"),
        pytest.param("CSeq", "36893488147419103232 INVITE", id="overflow"),
        pytest.param("CSeq", "1 IN;VITE", id="bad-method"),
        pytest.param("CSeq", "١ INVITE", id="digits-of-another-script"),
        pytest.param("From", "", id="no-from"),
        pytest.param("From", "<sip:a@b", id="open-bracket"),
        pytest.param("To", '"a', id="open-quote"),
        pytest.param("Via", "SIP/2.0/UDP 192.0.2.1:99999", id="port-out-of-range"),
        pytest.param("Via", "SIP/2.0/UDP 192.0.2.1:0", id="port-0"),
        pytest.param("Via", "HTTP/1.1 x", id="not-sip"),
        pytest.param("Via", ",", id="empty-list"),
    ],
)
def test_headers_that_cannot_be_used_are_malformed_when_asked_for(name, value):
    message = Request(method="OPTIONS", uri="sip:a@b", headers=((name, value),))

    with pytest.raises(MalformedMessage):
        _ = {
            "CSeq": lambda: message.cseq,
            "From": lambda: message.from_,
            "To": lambda: message.to,
            "Via": lambda: message.via,
        }[name]()


def test_a_cseq_may_have_more_than_one_space():
    assert Request(method="BYE", uri="sip:a", headers=(("CSeq", "7   BYE"),)).cseq == (
        7,
        "BYE",
    )


def test_formatting_refuses_to_break_a_line():
    message = Request(
        method="OPTIONS", uri="sip:a@b", headers=(("Subject", "a\r\nX: evil"),)
    )

    with pytest.raises(ValueError, match="line break"):
        format_message(message)


def test_bytes_that_are_no_utf_8_come_out_as_they_went_in():
    data = INVITE + b"Subject: \xe9\xff\r\n\r\n"

    assert b"Subject: \xe9\xff\r\n" in format_message(parse_message(data))


def test_printable_is_fit_for_a_log():
    assert printable("Occup\udce9\x1b[31m\x00 " + "x" * 200) == (
        "Occupé[31m " + "x" * 67
    )


_TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20
).map(str.strip)
_NAMES = st.text("abcdefghijklmnopqrstuvwxyzABC-", min_size=2, max_size=12).filter(
    lambda name: name.lower() != "content-length"
)


@given(
    st.builds(
        Response,
        status=st.integers(100, 699),
        reason=_TEXT,
        headers=st.lists(st.tuples(_NAMES, _TEXT), max_size=8).map(tuple),
        body=st.binary(max_size=50),
    )
)
def test_what_is_written_is_read_again(response):
    read = parse_message(format_message(response))

    assert (read.status, read.reason, read.body) == (
        response.status,
        response.reason,
        response.body,
    )
    assert [(n, v) for n, v in read.headers if n != "Content-Length"] == list(
        response.headers
    )


@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=60).map(lambda noise: INVITE + noise),
        st.tuples(st.integers(0, len(INVITE)), st.binary(max_size=8)).map(
            lambda cut: INVITE[: cut[0]] + cut[1] + INVITE[cut[0] :]
        ),
    )
)
def test_any_bytes_are_a_message_or_malformed(data):
    with contextlib.suppress(MalformedMessage):
        message = parse_message(data)
        format_message(
            Response(
                status=400,
                headers=tuple(
                    (n, v) for n, v in message.headers if n != "Content-Length"
                ),
            )
        )
        _ = message.via, message.from_, message.to, message.cseq, message.call_id
