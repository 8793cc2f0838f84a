"""
SIP messages at a glance: enough for a journal, and nothing secret.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.sip.glance import glance

T38 = b"v=0\r\nm=audio 0 RTP/AVP 8\r\nm=image 4000 udptl t38\r\n"


def message(start, *headers, body=b""):
    return "\r\n".join([start, "Call-ID: c1@x", *headers, "", ""]).encode() + body


@pytest.mark.parametrize(
    ("data", "name", "detail"),
    [
        (message("INVITE sip:0@x SIP/2.0", "To: <sip:0@x>"), "INVITE", ""),
        (
            message("INVITE sip:0@x SIP/2.0", "t: <sip:0@x>;tag=7", body=T38),
            "re-INVITE",
            "no audio + T.38",
        ),
        (
            message("SIP/2.0 183 Session Progress", "CSeq: 1 INVITE"),
            "183 Session Progress",
            "",
        ),
        (message("SIP/2.0 200 OK", "cseq : 3 BYE"), "200 OK", "to BYE"),
        (
            message("BYE sip:0@x SIP/2.0", 'Reason: Q.850;cause=16;text="ok"'),
            "BYE",
            'Q.850;cause=16;text="ok"',
        ),
        (
            message("INVITE sip:0@x SIP/2.0", 'Authorization: Digest response="s3"'),
            "INVITE",
            "with credentials",
        ),
    ],
)
def test_what_a_message_says(data, name, detail):
    seen = glance(data)

    assert seen is not None
    assert (seen.call_id, seen.name, seen.detail) == ("c1@x", name, detail)


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\n", b"INVITE sip:x SIP/2.0\r\n\r\n", b"\0\0\0 \r\ni: 1\r\n"]
)
def test_what_is_none_is_passed_over(data):
    assert glance(data) is None


@given(st.binary(max_size=300))
def test_any_octets_do_no_harm(data):
    glance(data)
    glance(b"SIP/2.0 200 " + data + b"\r\ni: 1\r\nReason: " + data + b"\r\n\r\n" + data)
