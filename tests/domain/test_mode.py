"""
The ladder of call modes.
"""

import pytest

from ecofax_gateway.domain.mode import (
    AUDIO,
    LADDER,
    STEPS_DOWN,
    T38,
    T38_SLOW,
    mode_after,
    mode_that_worked,
)
from ecofax_gateway.domain.outcome import Ending


@pytest.mark.parametrize(
    ("attempts", "known", "mode"),
    [
        pytest.param([], None, T38, id="first"),
        pytest.param([("busy", False)], None, T38, id="busy-says-nothing"),
        pytest.param([("page-refused", True)], None, T38_SLOW, id="refused"),
        pytest.param([("cut-off", False)], None, T38, id="nobody-was-met"),
        pytest.param([("stalled", True)] * 2, None, AUDIO, id="twice"),
        pytest.param([("stalled", True)] * 5, None, AUDIO, id="the-last-goes-on"),
        pytest.param([("t38-refused", False)], None, AUDIO, id="no-t38"),
        pytest.param([], "audio", AUDIO, id="known-as-sound"),
        pytest.param([("cut-off", True)], "t38-slow", AUDIO, id="known-but-fails"),
        pytest.param([], "t38-slow", T38_SLOW, id="known"),
        pytest.param([], "smoke-signals", T38, id="known-to-a-later-version"),
    ],
)
def test_mode_after(attempts, known, mode):
    told = [(Ending(ending), met) for ending, met in attempts]

    assert mode_after(told, known=known) is mode


def test_each_rung_is_surer_than_the_last():
    in_t38 = [mode.max_bit_rate for mode in LADDER if mode.media != "audio"]

    assert in_t38 == sorted(in_t38, reverse=True)
    assert LADDER[-1].media == "audio"
    assert len({mode.name for mode in LADDER}) == len(LADDER)
    assert Ending.BUSY not in STEPS_DOWN


def test_a_call_that_fell_back_to_sound_is_remembered_so():
    assert mode_that_worked(T38, as_sound=True) is AUDIO
    assert mode_that_worked(T38_SLOW, as_sound=False) is T38_SLOW
