"""
What a station says that is no fax.
"""

import pytest

from ecofax_gateway.engine.tone import FRAME
from ecofax_gateway.fax_machine.voice import silence, voice
from ecofax_gateway.spandsp.audio import SILENCE, Law


@pytest.mark.parametrize("law", list(Law), ids=["mu-law", "a-law"])
def test_a_voice_goes_on_and_has_pauses(law):
    frames = [voice(law, index) for index in range(500)]

    assert {len(frame) for frame in frames} == {FRAME}
    assert len(set(frames)) > 50
    assert SILENCE[law] * FRAME in frames
    assert frames[:100] != frames[100:200]


@pytest.mark.parametrize("law", list(Law), ids=["mu-law", "a-law"])
def test_silence_is_silent(law):
    assert silence(law, 7) == SILENCE[law] * FRAME
