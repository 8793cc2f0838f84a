"""
The audio half of a call.
"""

import pytest

from ecofax_gateway.engine.audio import CngStream, audio_description, find_audio
from ecofax_gateway.engine.tone import PCMA, PCMU
from ecofax_gateway.sip.sdp import format_sdp, parse_sdp


def test_our_offer_is_read_back_as_a_law():
    offer = audio_description(("192.0.2.1", 4000), session_id=7, version=1)

    assert find_audio(parse_sdp(format_sdp(offer))) == (("192.0.2.1", 4000), PCMA)


@pytest.mark.parametrize(
    ("media", "found"),
    [
        pytest.param("m=audio 4000 RTP/AVP 0 8", PCMU, id="theirs-first"),
        pytest.param("m=audio 4000 RTP/AVP 18 101 8", PCMA, id="what-we-have"),
        pytest.param("m=audio 4000 RTP/AVP 18 101", None, id="nothing-we-have"),
        pytest.param("m=audio 0 RTP/AVP 8", None, id="refused"),
        pytest.param("m=image 4000 udptl t38", None, id="no-audio"),
    ],
)
def test_the_first_g711_of_theirs_is_taken(media, found):
    sdp = f"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{media}\r\n"

    answer = find_audio(parse_sdp(sdp.encode()))

    assert answer == (None if found is None else (("192.0.2.9", 4000), found))


def test_rtp_counts_packets_and_samples_and_wraps():
    """
    RFC 3550 §5.1
    """
    stream = CngStream(PCMA, ssrc=0x01020304, sequence=0xFFFF)

    first, second = stream.next_packet(), stream.next_packet()

    assert first[:12].hex() == "8088ffff0000000001020304"
    assert second[:12].hex() == "80080000000000a001020304"
    assert len(first) == len(second) == 12 + 160
