"""
The audio half of a call.
"""

import pytest

from ecofax_gateway.engine.audio import (
    AudioPeer,
    audio_answer,
    audio_offer,
    find_audio,
)
from ecofax_gateway.sip.sdp import format_sdp, parse_sdp
from ecofax_gateway.spandsp.audio import Law


def test_our_offer_is_read_back_as_a_law():
    offer = audio_offer(("192.0.2.1", 4000), session_id=7, version=1)

    assert find_audio(parse_sdp(format_sdp(offer))) == AudioPeer(
        ("192.0.2.1", 4000), Law.A
    )


@pytest.mark.parametrize(
    ("media", "found"),
    [
        pytest.param("m=audio 4000 RTP/AVP 0 8", Law.MU, id="theirs-first"),
        pytest.param("m=audio 4000 RTP/AVP 18 101 8", Law.A, id="what-we-have"),
        pytest.param("m=audio 4000 RTP/AVP 18 101", None, id="nothing-we-have"),
        pytest.param("m=audio 0 RTP/AVP 8", None, id="refused"),
        pytest.param("m=image 4000 udptl t38", None, id="no-audio"),
    ],
)
def test_the_first_g711_of_theirs_is_taken(media, found):
    sdp = f"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{media}\r\n"

    answer = find_audio(parse_sdp(sdp.encode()))

    assert answer == (None if found is None else AudioPeer(("192.0.2.9", 4000), found))


def test_the_law_that_runs_already_is_kept():
    offer = audio_offer(("192.0.2.1", 4000), session_id=7, version=1)

    assert find_audio(offer, prefer=Law.MU) == AudioPeer(("192.0.2.1", 4000), Law.MU)


def test_every_medium_of_an_offer_is_answered_in_its_place():
    """
    RFC 3264 §6
    """
    offer = parse_sdp(
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
        b"m=image 4002 udptl t38\r\nm=audio 4000 RTP/AVP 18 0 8\r\n"
    )

    answer = audio_answer(offer, ("192.0.2.1", 5000), Law.MU, session_id=7, version=2)

    assert [(m.kind, m.port, m.formats) for m in answer.media] == [
        ("image", 0, ("t38",)),
        ("audio", 5000, ("0",)),
    ]
    assert answer.media[1].attribute("silenceSupp") == "off - - - -"
