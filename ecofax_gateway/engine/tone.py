"""
What a calling fax machine sounds like in G.711: the CNG tone.

Pure: no I/O, no clock, no randomness.

Gateways that wait for a sign of fax before they change to T.38 listen for it.

Standards:
    ITU-T T.30 (09/2005) §4.2 -- CNG: 1100 Hz, 0.5 s on, 3 s off
    ITU-T G.711 (11/1988) §3, tables 1 and 2 -- A-law and mu-law
    RFC 3551 §6 -- payload types 0 and 8
"""

import math
from collections.abc import Iterable
from functools import cache

PCMU, PCMA = 0, 8

FRAME = 160
"""Samples in one packet: 20 ms at 8000 Hz."""

_RATE = 8000
_FREQUENCY = 1100
_ON, _CYCLE = 4000, 28000
_PEAK = 8000
"""Of 32768: about -12 dBm0, within the range that a modem sends at."""


def cng_frame(payload_type: int, index: int) -> bytes:
    """
    The packet number *index* of an endless CNG.

    Args:
        payload_type: `PCMA` or `PCMU`.

        index: From 0, 20 ms each.
    """
    start = index * FRAME % _CYCLE
    return _cycle(payload_type)[start : start + FRAME]


def encoded(payload_type: int, samples: Iterable[int]) -> bytes:
    """Samples of 16 bits as G.711 octets."""
    code = {PCMU: _mu_law, PCMA: _a_law}[payload_type]
    return bytes(code(max(-32768, min(32767, sample))) for sample in samples)


@cache
def _cycle(payload_type: int) -> bytes:
    # 3.5 s are 175 frames exactly, so a frame never wraps round the end.
    tone = encoded(
        payload_type,
        (
            round(_PEAK * math.sin(2 * math.pi * _FREQUENCY * n / _RATE))
            for n in range(_ON)
        ),
    )
    return tone + encoded(payload_type, [0]) * (_CYCLE - _ON)


def _mu_law(sample: int) -> int:
    sign, magnitude = (0x80, sample) if sample >= 0 else (0x00, -sample)
    magnitude = min(magnitude, 32635) + 132
    segment = magnitude.bit_length() - 8
    return ~((sign ^ 0x80) | segment << 4 | (magnitude >> (segment + 3) & 0x0F)) & 0xFF


def _a_law(sample: int) -> int:
    sign, magnitude = (0x80, sample) if sample >= 0 else (0x00, -sample - 1)
    magnitude = min(magnitude, 32767) >> 3
    segment = max(0, magnitude.bit_length() - 5)
    low = magnitude >> 1 if segment == 0 else magnitude >> segment
    return (sign | segment << 4 | (low & 0x0F)) ^ 0x55
