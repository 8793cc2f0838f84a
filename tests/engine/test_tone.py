"""
The calling tone, measured as the far end would.
"""

import math

import pytest

from ecofax_gateway.engine.tone import FRAME, PCMA, PCMU, cng_frame


def decode_mu_law(octet):
    # ITU-T G.711 table 2: all bits inverted, sign, segment, step; bias 33 of 14 bits.
    octet = ~octet & 0xFF
    value = (((octet & 0x0F) << 1) + 33 << (octet >> 4 & 7)) - 33
    return -value if octet & 0x80 else value


def decode_a_law(octet):
    # ITU-T G.711 table 1: even bits inverted; sign set for positive values.
    octet ^= 0x55
    segment, step = octet >> 4 & 7, octet & 0x0F
    value = (step << 1) + 1 if segment == 0 else (step << 1) + 33 << segment - 1
    return value if octet & 0x80 else -value


DECODERS = {PCMA: decode_a_law, PCMU: decode_mu_law}


def power_at(samples, frequency):
    """Goertzel: how much of *frequency* there is, 0 to 1 of the whole."""
    real = sum(
        s * math.cos(2 * math.pi * frequency * n / 8000) for n, s in enumerate(samples)
    )
    imaginary = sum(
        s * math.sin(2 * math.pi * frequency * n / 8000) for n, s in enumerate(samples)
    )
    whole = sum(s * s for s in samples) * len(samples) / 2
    return (real * real + imaginary * imaginary) / whole


@pytest.mark.parametrize("payload_type", [PCMA, PCMU], ids=["a-law", "mu-law"])
def test_half_a_second_of_1100_hz_then_three_of_silence(payload_type):
    """
    ITU-T T.30 (09/2005) §4.2
    """
    decode = DECODERS[payload_type]
    frames = [cng_frame(payload_type, index) for index in range(350)]
    samples = [decode(octet) for frame in frames for octet in frame]

    assert {len(frame) for frame in frames} == {FRAME}
    assert power_at(samples[:4000], 1100) > 0.99
    assert max(abs(s) for s in samples[4000:28000]) <= 1
    assert samples[28000:56000] == samples[:28000]


@pytest.mark.parametrize("payload_type", [PCMA, PCMU], ids=["a-law", "mu-law"])
def test_the_tone_has_no_bias(payload_type):
    decode = DECODERS[payload_type]
    samples = [decode(octet) for i in range(25) for octet in cng_frame(payload_type, i)]

    assert abs(sum(samples) / len(samples)) < 5
