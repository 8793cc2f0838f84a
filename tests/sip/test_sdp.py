"""
Session descriptions: what is read from real ones, and what is refused.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.sip.message import Request
from ecofax_gateway.sip.sdp import (
    MAX_LINES,
    MAX_SDP_BYTES,
    MediaDescription,
    RtpMap,
    SessionDescription,
    format_sdp,
    parse_sdp,
    sdp_in,
)

GATEWAY = b"""v=0
o=GW 1234 5678 IN IP4 192.0.2.9
s=call
c=IN IP4 192.0.2.10
t=0 0
a=sendrecv
m=audio 0 RTP/AVP 8 0 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000/1
a=rtpmap:nonsense
a=fmtp:101 0-15
m=image 30000 udptl t38
c=IN IP4 192.0.2.11/127
a=T38FaxVersion:0
a=T38FaxRateManagement:transferredTCF
a=T38FaxFillBitRemoval
a=inactive
""".replace(b"\n", b"\r\n")


def test_a_gateways_description():
    description = parse_sdp(GATEWAY)
    audio, image = description.media

    assert (description.session_id, description.version) == (1234, 5678)
    assert (audio.kind, audio.port, audio.formats) == ("audio", 0, ("8", "0", "101"))
    assert audio.rtpmap == {
        8: RtpMap(encoding="PCMA"),
        101: RtpMap(encoding="telephone-event"),
    }
    assert description.destination(audio) is None
    assert description.direction(audio) == "sendrecv"
    assert (image.protocol, image.formats) == ("udptl", ("t38",))
    assert description.destination(image) == ("192.0.2.11", 30000)
    assert description.direction(image) == "inactive"
    assert image.attribute("t38faxratemanagement") == "transferredTCF"
    assert image.attribute("T38FaxFillBitRemoval") == ""
    assert image.attribute("T38FaxTranscodingMMR") is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GATEWAY.replace(b"\r\n", b"\n"), id="lf"),
        pytest.param(GATEWAY.replace(b"\r\n", b"\r"), id="cr"),
        pytest.param(b"\r\n" + GATEWAY + b"\r\n\0", id="padding"),
        pytest.param(GATEWAY.replace(b"=", b" = "), id="spaces"),
        pytest.param(GATEWAY.replace(b"s=call", b"s=t\xe9l\xe9"), id="latin-1"),
        pytest.param(GATEWAY.replace(b"1234 5678", b"abc 5678"), id="odd-session-id"),
        pytest.param(GATEWAY.replace(b"s=call\r\n", b""), id="no-name"),
    ],
)
def test_odd_descriptions_are_read(data):
    description = parse_sdp(data)

    assert description.version == 5678
    assert [medium.port for medium in description.media] == [0, 30000]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"m=audio 1 RTP/AVP 0\r\n",
        GATEWAY.replace(b"30000", b"65536"),
        GATEWAY.replace(b"30000", b"-1"),
        GATEWAY.replace(b"30000", b"99999999999999999999"),
        GATEWAY.replace(b"image 30000 udptl t38", b""),
        GATEWAY + b"a=x\r\n" * MAX_LINES,
        GATEWAY.ljust(MAX_SDP_BYTES + 1, b"x"),
    ],
)
def test_what_is_refused(data):
    with pytest.raises(MalformedMessage):
        parse_sdp(data)


@pytest.mark.parametrize("address", ["host.example", "0.0.0.0", "224.1.1.1"])
def test_media_go_to_addresses_only(address):
    description = parse_sdp(GATEWAY.replace(b"192.0.2.11/127", address.encode()))

    assert description.destination(description.media[1]) is None


def test_ipv6_is_written_as_such():
    text = format_sdp(
        SessionDescription(
            address="2001:db8::1",
            media=(MediaDescription(kind="audio", port=4000, protocol="RTP/AVP"),),
        )
    )

    assert b"c=IN IP6 2001:db8::1\r\n" in text
    assert text.endswith(b"m=audio 4000 RTP/AVP\r\n")


def test_writing_refuses_to_break_a_line():
    with pytest.raises(ValueError, match="line break"):
        format_sdp(SessionDescription(attributes=(("x", "a\r\nm=audio"),)))


_WORDS = st.text("abcXYZ019.-", min_size=1, max_size=8)
_ATTRIBUTES = st.lists(st.tuples(_WORDS, st.none() | _WORDS), max_size=3).map(tuple)


@given(
    st.builds(
        SessionDescription,
        address=st.just("192.0.2.1"),
        origin=st.just("192.0.2.2"),
        session_id=st.integers(0, 2**63),
        version=st.integers(0, 2**63),
        name=_WORDS,
        attributes=_ATTRIBUTES,
        media=st.lists(
            st.builds(
                MediaDescription,
                kind=st.sampled_from(["audio", "image"]),
                port=st.integers(0, 65535),
                protocol=_WORDS,
                formats=st.lists(_WORDS, max_size=3).map(tuple),
                address=st.none() | st.just("192.0.2.3"),
                attributes=_ATTRIBUTES,
            ),
            max_size=3,
        ).map(tuple),
    )
)
def test_what_is_written_is_read_again(description):
    assert parse_sdp(format_sdp(description)) == description


@given(st.binary(max_size=200))
def test_any_bytes_are_a_description_or_malformed(data):
    for start in (b"", b"v=0\n", GATEWAY):
        with contextlib.suppress(MalformedMessage):
            format_sdp(parse_sdp(start + data))


def test_the_description_in_a_message():
    def message(kind, body):
        headers = (("Content-Type", kind),) if kind else ()
        return Request(method="INVITE", uri="sip:a", headers=headers, body=body)

    multipart = (
        b"--x\r\nContent-Type: application/ISUP\r\n\r\n\x01\x02\r\n"
        b"--x\r\nContent-type: application/SDP\r\n\r\n" + GATEWAY + b"\r\n--x--\r\n"
    )

    assert sdp_in(message("Application/SDP; charset=utf-8", GATEWAY)) == GATEWAY
    assert sdp_in(message("", GATEWAY)) == GATEWAY
    assert sdp_in(message("application/sdp", b"")) is None
    assert sdp_in(message("text/plain", GATEWAY)) is None
    assert sdp_in(message('multipart/mixed; boundary="x"', multipart)) == GATEWAY
    assert sdp_in(message("multipart/mixed", multipart)) is None
    assert sdp_in(message("multipart/mixed;boundary=y", multipart)) is None
