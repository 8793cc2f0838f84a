"""
The ladder of call modes.
"""

import pytest

from ecofax_gateway.domain.mode import LADDER, STEPS_DOWN, T38, T38_SLOW, mode_after
from ecofax_gateway.domain.outcome import Ending


@pytest.mark.parametrize(
    ("attempts", "known", "mode"),
    [
        pytest.param([], None, T38, id="first"),
        pytest.param([("busy", False)], None, T38, id="busy-says-nothing"),
        pytest.param([("page-refused", True)], None, T38_SLOW, id="refused"),
        pytest.param([("cut-off", False)], None, T38, id="nobody-was-met"),
        pytest.param([("stalled", True)] * 5, None, T38_SLOW, id="the-last-goes-on"),
        pytest.param([], "t38-slow", T38_SLOW, id="known"),
        pytest.param([], "smoke-signals", T38, id="known-to-a-later-version"),
    ],
)
def test_mode_after(attempts, known, mode):
    told = [(Ending(ending), met) for ending, met in attempts]

    assert mode_after(told, known=known) is mode


def test_each_rung_is_surer_than_the_last():
    speeds = [mode.max_bit_rate for mode in LADDER]

    assert speeds == sorted(speeds, reverse=True)
    assert len({mode.name for mode in LADDER}) == len(LADDER)
    assert Ending.BUSY not in STEPS_DOWN
