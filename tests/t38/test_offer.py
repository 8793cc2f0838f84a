"""
T.38 in SDP: ours, and what equipment writes.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.sip.sdp import format_sdp, parse_sdp
from ecofax_gateway.t38.offer import (
    MAX_MAX_DATAGRAM,
    OUR_MAX_DATAGRAM,
    find_t38,
    t38_answer,
    t38_offer,
)
from ecofax_gateway.t38.offer import ErrorCorrection as EC
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
        pytest.param(["T38FaxMaxBitRate:9600"], "max_bit_rate", 9600, id="alias"),
        pytest.param(["T38MaxDatagram:200"], "max_datagram", 200, id="alias-datagram"),
        pytest.param([], "max_buffer", None, id="no-buffer"),
        pytest.param(["T38FaxMaxBuffer:200"], "max_buffer", 200, id="buffer"),
        pytest.param(["T38FaxMaxBuffer:0"], "max_buffer", None, id="buffer-zero"),
        pytest.param(["T38FaxMaxBuffer:99999"], "max_buffer", 10_000, id="buffer-huge"),
        pytest.param(["T38FaxMaxIFP:40"], "max_ifp", 40, id="ifp"),
        pytest.param(["T38FaxMaxIFP:1"], "max_ifp", None, id="ifp-nonsense"),
        pytest.param(
            ["T38FaxRateManagement:localTCF"], "local_tcf", True, id="local-tcf"
        ),
        pytest.param(
            ["T38FaxRateManagement:TransferredTCF"],
            "local_tcf",
            False,
            id="transferred",
        ),
        pytest.param([], "error_correction", EC.REDUNDANCY, id="ec-default"),
        pytest.param(["T38FaxUdpEC:t38UDPFEC"], "error_correction", EC.FEC, id="fec"),
        pytest.param(
            ["T38FaxUdpEC: T38UDPNOEC"], "error_correction", EC.NONE, id="no-ec"
        ),
        pytest.param(["T38FaxUdpEC"], "error_correction", EC.REDUNDANCY, id="ec-empty"),
        pytest.param(["T38FaxFillBitRemoval"], "fill_bit_removal", True, id="alone"),
        pytest.param(["T38FaxFillBitRemoval:1"], "fill_bit_removal", True, id="one"),
        pytest.param(["T38FaxFillBitRemoval:0"], "fill_bit_removal", False, id="zero"),
        pytest.param([], "fill_bit_removal", False, id="absent"),
        pytest.param(["T38FaxTranscodingMMR:0"], "transcoding_mmr", False, id="mmr-0"),
        pytest.param(["T38faxTranscodingMMR"], "transcoding_mmr", True, id="mmr"),
        pytest.param(["T38FaxTranscodingJBIG:1"], "transcoding_jbig", True, id="jbig"),
        pytest.param(
            ["T38FaxVersion:1", "T38FaxVersion:3"], "version", 1, id="first-counts"
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
        pytest.param(["m=image 4004 udptl t38", "a=inactive"], id="inactive"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_no_t38_is_none(lines):
    assert find_t38(description(*lines)) is None


@pytest.mark.parametrize("direction", ["sendonly", "recvonly", "sendrecv"])
def test_a_fax_goes_both_ways_whatever_is_said(direction):
    assert find_t38(description("m=image 4004 udptl t38", f"a={direction}"))


def test_attributes_may_stand_before_the_medium():
    media = find_t38(description("a=T38FaxMaxDatagram:200", "m=image 4004 udptl t38"))

    assert media is not None
    assert media.max_datagram == 200


def test_its_own_address_counts():
    media = find_t38(
        description("m=image 4004 udptl t38", "c=IN IP6 2001:db8::7", "a=T38FaxVersion")
    )

    assert media is not None
    assert media.address == ("2001:db8::7", 4004)


def test_a_refused_line_before_a_good_one_is_passed_over():
    offer = description("m=image 0 udptl t38", "m=image 4006 udptl t38")
    media = find_t38(offer)
    answer = t38_answer(offer, HERE, session_id=1, version=2)

    assert media is not None
    assert media.address[1] == 4006
    assert [medium.port for medium in answer.media] == [0, 4000]


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("t38UDPNoEC", "t38UDPNoEC"),
        ("t38UDPFEC", "t38UDPRedundancy"),
        ("t38UDPRedundancy", "t38UDPRedundancy"),
    ],
)
def test_an_answer_brings_in_no_error_correction(said, answered):
    offer = description("m=image 4004 udptl t38", f"a=T38FaxUdpEC:{said}")
    (medium,) = t38_answer(offer, HERE, session_id=1, version=2).media

    assert medium.attribute("T38FaxUdpEC") == answered
    for feature in ("FillBitRemoval", "TranscodingMMR", "TranscodingJBIG"):
        assert medium.attribute(f"T38Fax{feature}") is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "T38FaxVersion",
                    "T38MaxBitRate",
                    "T38FaxMaxBuffer",
                    "T38FaxMaxDatagram",
                    "T38FaxMaxIFP",
                    "T38FaxUdpEC",
                    "T38FaxFillBitRemoval",
                    "inactive",
                ]
            ),
            st.text(
                alphabet=st.characters(exclude_characters="\r\n", codec="utf-8"),
                max_size=20,
            ),
        ),
        max_size=12,
    )
)
def test_whatever_is_said_stays_within_bounds(attributes):
    media = find_t38(
        description(
            "m=image 4004 udptl t38",
            *(f"a={name}:{value}" for name, value in attributes),
        )
    )

    assert media is not None
    assert 0 <= media.version <= 3
    assert 2400 <= media.max_bit_rate <= 14400
    assert 60 <= media.max_datagram <= MAX_MAX_DATAGRAM
    assert media.max_buffer is None or 72 <= media.max_buffer <= 10_000
