"""
T.38 in SDP: ours, and what equipment writes.
"""

import pytest

from ecofax_gateway.sip.sdp import format_sdp, parse_sdp
from ecofax_gateway.t38.offer import (
    MAX_MAX_DATAGRAM,
    OUR_MAX_DATAGRAM,
    find_t38,
    t38_answer,
    t38_offer,
)
from ecofax_gateway.t38.udptl import DEFAULT_MAX_DATAGRAM

HERE = ("192.0.2.1", 4000)


def description(*lines):
    head = ("v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0")
    return parse_sdp("\r\n".join([*head, *lines, ""]).encode())


def test_our_offer_is_read_back():
    media = find_t38(parse_sdp(format_sdp(t38_offer(HERE, session_id=1, version=2))))

    assert media is not None
    assert media.address == HERE
    assert (media.version, media.max_bit_rate) == (0, 14400)
    assert media.max_datagram == OUR_MAX_DATAGRAM


def test_an_answer_keeps_every_line_in_its_place():
    """
    RFC 3264 §6
    """
    offer = description(
        "m=audio 4002 RTP/AVP 8",
        "a=rtpmap:8 PCMA/8000",
        "m=image 4004 udptl t38",
        "a=T38FaxVersion:3",
        "m=image 4006 udptl t38",
    )

    answer = parse_sdp(format_sdp(t38_answer(offer, HERE, session_id=1, version=2)))

    assert [(m.kind, m.port) for m in answer.media] == [
        ("audio", 0),
        ("image", 4000),
        ("image", 0),
    ]
    # An answer may lower the version, never raise it. T.38 §D.2.3.2
    assert answer.media[1].attribute("T38FaxVersion") == "0"


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        pytest.param([], "version", 0, id="version-default"),
        pytest.param(["T38FaxVersion:3"], "version", 3, id="version"),
        pytest.param(["t38faxversion: 2 "], "version", 2, id="odd-case-and-space"),
        pytest.param(["T38FaxVersion:9"], "version", 3, id="version-beyond"),
        pytest.param(["T38FaxVersion:x"], "version", 0, id="version-no-number"),
        pytest.param(["T38MaxBitRate:9600"], "max_bit_rate", 9600, id="slow"),
        pytest.param(["T38MaxBitRate:33600"], "max_bit_rate", 14400, id="v34"),
        pytest.param(["T38MaxBitRate:0"], "max_bit_rate", 14400, id="rate-zero"),
        pytest.param(["T38MaxBitRate:-1"], "max_bit_rate", 14400, id="rate-negative"),
        pytest.param(["T38FaxMaxDatagram:72"], "max_datagram", 72, id="small"),
        pytest.param(
            ["T38FaxMaxDatagram:0"], "max_datagram", DEFAULT_MAX_DATAGRAM, id="nonsense"
        ),
        pytest.param(
            ["T38FaxMaxDatagram:99999999999999999999"],
            "max_datagram",
            DEFAULT_MAX_DATAGRAM,
            id="absurd",
        ),
        pytest.param(
            ["T38FaxMaxDatagram:60000"], "max_datagram", MAX_MAX_DATAGRAM, id="huge"
        ),
    ],
)
def test_the_peers_attributes_are_kept_within_bounds(attributes, field, value):
    media = find_t38(
        description("m=image 4004 UDPTL T38", *(f"a={name}" for name in attributes))
    )

    assert getattr(media, field) == value


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["m=audio 4002 RTP/AVP 8"], id="audio-only"),
        pytest.param(["m=image 0 udptl t38"], id="refused"),
        pytest.param(["m=image 4004 tcp t38"], id="tcp"),
        pytest.param(["m=image 4004 udptl jpeg"], id="no-fax"),
        pytest.param(["m=image 4004 udptl t38", "c=IN IP4 fax.example"], id="a-name"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_no_t38_is_none(lines):
    assert find_t38(description(*lines)) is None
