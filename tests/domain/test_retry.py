"""
What follows an attempt.
"""

from datetime import UTC, datetime, timedelta

import pytest

from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import (
    PERMANENT,
    Ask,
    CallAgain,
    Done,
    GiveUp,
    History,
    RetryPolicy,
    Stop,
    decide,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = RetryPolicy(jitter=0)


def after(ending, *, draw=0.5, policy=POLICY, has_other_trunk=False, **history):
    history = {"first_at": NOON, "dials": 1, **history}
    return decide(
        Outcome(ending=ending),
        History(**history),
        policy=policy,
        now=NOON,
        draw=draw,
        has_other_trunk=has_other_trunk,
    )


@pytest.mark.parametrize(
    ("ending", "history", "decision"),
    [
        pytest.param("delivered", {}, Done(), id="delivered"),
        pytest.param("busy", {}, CallAgain(NOON + timedelta(minutes=3)), id="busy"),
        pytest.param("busy", {"dials": 12}, GiveUp(Ending.BUSY), id="dials-spent"),
        pytest.param(
            "cut-off",
            {"with_carrier": 2},
            CallAgain(NOON + timedelta(minutes=1)),
            id="carrier-twice",
        ),
        pytest.param(
            "cut-off", {"with_carrier": 3}, GiveUp(Ending.CUT_OFF), id="carrier-spent"
        ),
        pytest.param(
            "not-a-fax",
            {"not_a_fax": 2},
            GiveUp(Ending.NOT_A_FAX),
            id="somebody-is-rung-up",
        ),
        pytest.param(
            "number-unknown", {}, GiveUp(Ending.NUMBER_UNKNOWN), id="no-such-number"
        ),
        pytest.param("rejected", {}, GiveUp(Ending.REJECTED), id="refused"),
        pytest.param(
            "trunk-fault",
            {"dials": 40},
            CallAgain(NOON + timedelta(minutes=1)),
            id="our-fault-is-not-counted",
        ),
        pytest.param(
            "trunk-fault",
            {"dials": 40, "first_at": NOON - timedelta(hours=24)},
            GiveUp(Ending.TRUNK_FAULT),
            id="but-it-ends",
        ),
        pytest.param("broken-off", {}, Ask(), id="nobody-knows"),
        pytest.param("cancelled", {}, Stop(), id="cancelled"),
    ],
)
def test_decide(ending, history, decision):
    assert after(Ending(ending), **history) == decision


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_has_an_answer(ending):
    decision = after(ending)

    assert isinstance(decision, GiveUp) == (ending in PERMANENT)


@pytest.mark.parametrize(("draw", "minutes"), [(0.0, 1.5), (0.5, 3.0), (1.0, 4.5)])
def test_delays_are_spread(draw, minutes):
    decision = after(Ending.BUSY, draw=draw, policy=RetryPolicy(jitter=0.5))

    assert decision == CallAgain(NOON + timedelta(minutes=minutes))


def test_another_trunk_is_tried_at_once():
    assert after(Ending.TRUNK_FAULT, has_other_trunk=True, dials=99) == CallAgain(NOON)


def test_another_trunk_is_no_reason_to_call_a_busy_line_at_once():
    assert after(Ending.BUSY, has_other_trunk=True) == after(Ending.BUSY)


def test_another_trunk_does_not_go_on_for_ever():
    over = NOON - timedelta(hours=24, seconds=1)

    decision = after(Ending.TRUNK_FAULT, has_other_trunk=True, first_at=over)

    assert decision == GiveUp(Ending.TRUNK_FAULT)
