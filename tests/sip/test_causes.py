"""
Every status and every cause has its ending.
"""

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.domain.retry import DELAYS, PERMANENT
from ecofax_gateway.sip.causes import ending_of


@pytest.mark.parametrize(
    ("status", "q850", "ending"),
    [
        (486, None, "busy"),
        (600, None, "busy"),
        (486, 17, "busy"),
        (480, 17, "busy"),
        (404, None, "number-unknown"),
        (410, None, "number-unknown"),
        (604, None, "number-unknown"),
        (480, 1, "number-unknown"),
        (403, None, "rejected"),
        (603, None, "rejected"),
        (500, 21, "rejected"),
        (480, None, "unreachable"),
        (480, 27, "unreachable"),
        (503, 41, "unreachable"),
        (480, 19, "no-answer"),
        (408, None, "no-answer"),
        (487, 19, "no-answer"),
        (487, 18, "no-answer"),
        (487, None, "no-answer"),
        (408, 102, "trunk-fault"),
        (401, None, "trunk-fault"),
        (407, None, "trunk-fault"),
        (500, None, "trunk-fault"),
        (503, None, "trunk-fault"),
        (503, 34, "trunk-fault"),
        (488, None, "t38-refused"),
        (415, None, "t38-refused"),
        (606, None, "t38-refused"),
        (302, None, "unreachable"),
        pytest.param(486, 16, "busy", id="normal-clearing-says-nothing"),
        pytest.param(404, 31, "number-unknown", id="normal-unspecified-too"),
        pytest.param(404, 127, "number-unknown", id="interworking-too"),
        pytest.param(486, 999, "busy", id="no-cause-at-all"),
    ],
)
def test_endings(status, q850, ending):
    assert ending_of(status, q850) == Ending(ending)


@pytest.mark.parametrize("q850", [None, *range(-1, 130)])
def test_every_pair_ends_a_call_that_was_not_answered(q850):
    unanswered = set(DELAYS) | PERMANENT

    for status in range(300, 700):
        ending = ending_of(status, q850)
        assert ending in unanswered
        assert ending not in (Ending.DELIVERED, Ending.LOCAL_FAULT, Ending.CUT_OFF)


def test_a_status_of_no_class_is_our_fault():
    assert ending_of(0, None) is Ending.TRUNK_FAULT
    assert ending_of(999, None) is Ending.TRUNK_FAULT
