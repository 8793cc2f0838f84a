"""
What a station has to say that is no fax: a voice made of tones, and silence.

Pure: no I/O, no clock, no randomness.
"""

import math
from functools import cache

from ..engine.tone import FRAME, encoded
from ..spandsp.audio import SILENCE, Law

_RATE = 8000
_SYLLABLE = 1600
"""Samples: five in a second."""

_PITCHES = (110, 131, 98, 147, 123, 117, 104, 139)
"""Hz, of one syllable after the other."""

_VOWELS = ((700, 1220), (390, 1990), (450, 800), (310, 870))
"""Hz, the first two formants."""

_PEAK = 9000

_FAINT = 0.03
"""Of the loudest; what is less is not computed."""


def silence(law: Law, index: int) -> bytes:
    """Frame *index* of silence."""
    return SILENCE[law] * FRAME


def voice(law: Law, index: int) -> bytes:
    """Frame *index* of somebody who speaks without end."""
    start = index * FRAME % (len(_PITCHES) * _SYLLABLE)
    return _speech(law)[start : start + FRAME]


@cache
def _speech(law: Law) -> bytes:
    samples: list[int] = []
    for number, pitch in enumerate(_PITCHES):
        tones = _harmonics(pitch, *_VOWELS[number % len(_VOWELS)])
        for n in range(_SYLLABLE):
            # A pause after each syllable.
            swell = max(0.0, math.sin(math.pi * n / (0.8 * _SYLLABLE)))
            value = sum(
                loudness * math.sin(2 * math.pi * frequency * n / _RATE)
                for frequency, loudness in tones
            )
            samples.append(round(_PEAK * swell * value / 3))
    return encoded(law, samples)


def _harmonics(pitch: int, first: int, second: int) -> list[tuple[int, float]]:
    """Frequencies with their loudness: strongest near the formants."""
    tones = []
    for frequency in range(pitch, 20 * pitch, pitch):
        loudness = math.exp(-(((frequency - first) / 200) ** 2))
        loudness += 0.5 * math.exp(-(((frequency - second) / 300) ** 2))
        if loudness > _FAINT:
            tones.append((frequency, loudness))
    return tones
