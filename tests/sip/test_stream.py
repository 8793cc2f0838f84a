"""
Where messages end on a connection.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.sip.message import Request, format_message, parse_message
from ecofax_gateway.sip.stream import MAX_BODY_BYTES, MAX_HEAD_BYTES, KeepAlive
from ecofax_gateway.sip.stream import StreamParser as Parser

OPTIONS = format_message(Request(method="OPTIONS", uri="sip:a@b"))
INVITE = format_message(
    Request(method="INVITE", uri="sip:a@b", body=b"v=0\r\n\r\nSIP/2.0\r\n")
)
PING, PONG = KeepAlive.PING, KeepAlive.PONG


@given(st.lists(st.sampled_from([OPTIONS, INVITE]), max_size=6), st.data())
def test_messages_come_out_as_they_went_in_however_they_are_cut(messages, data):
    stream = b"".join(messages)
    parser, found = Parser(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += parser.feed(stream[:size])
        stream = stream[size:]

    assert found == messages


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(b"\r\n\r\n", [PING], id="ping"),
        pytest.param(b"\r\n", [PONG], id="pong"),
        pytest.param(b"\r\n\r\n" + OPTIONS, [PING, OPTIONS], id="before"),
        pytest.param(OPTIONS + b"\r\n\r\n", [OPTIONS, PING], id="after"),
        pytest.param(OPTIONS + b"\r\n", [OPTIONS, PONG], id="pong-after"),
        pytest.param(b"\r\n" * 6, [PING] * 3, id="three"),
        pytest.param(
            OPTIONS.replace(b"Content-Length", b"l"), None, id="compact-length"
        ),
        pytest.param(
            OPTIONS.replace(b"Content-Length:", b"CONTENT-LENGTH \t:"), None, id="case"
        ),
        pytest.param(OPTIONS.replace(b"\r\n", b"\n"), None, id="lf-alone"),
    ],
)
def test_keep_alives_and_spellings(data, found):
    assert Parser().feed(data) == (found if found is not None else [data])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="http"),
        pytest.param(
            OPTIONS.replace(b"Content-Length: 0\r\n", b"X: y\r\n"), id="no-length"
        ),
        pytest.param(OPTIONS.replace(b": 0", b": 0\r\nl: 1"), id="two-lengths"),
        pytest.param(OPTIONS.replace(b": 0", b": -1"), id="negative"),
        pytest.param(
            OPTIONS.replace(b": 0", b": %d" % (MAX_BODY_BYTES + 1)), id="large-body"
        ),
        pytest.param(b"OPTIONS sip:a SIP/2.0\r\nX: " + b"x" * 70_000, id="endless"),
        pytest.param(b"\x16\x03\x01\x02\x00" * 9 + b"\r\n\r\n", id="tls-on-tcp"),
    ],
)
def test_what_cannot_be_cut_closes_the_connection(data):
    with pytest.raises(MalformedMessage):
        Parser().feed(data)


def test_the_largest_head_and_body_are_taken():
    head = b"OPTIONS sip:a SIP/2.0\r\nl: %d\r\nX: " % MAX_BODY_BYTES
    head += b"x" * (MAX_HEAD_BYTES - len(head))
    data = head + b"\r\n\r\n" + b"b" * MAX_BODY_BYTES

    assert Parser().feed(data) == [data]


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_any_bytes_are_messages_or_malformed(pieces):
    parser = Parser()
    with contextlib.suppress(MalformedMessage):
        for piece in pieces:
            for item in parser.feed(piece):
                if isinstance(item, bytes):
                    with contextlib.suppress(MalformedMessage):
                        parse_message(item)
