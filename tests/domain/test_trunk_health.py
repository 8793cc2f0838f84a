"""
When a trunk is down, and when it is given another chance.
"""

from datetime import UTC, datetime, timedelta

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.domain.trunk_health import (
    FAULTS_IN_A_ROW,
    LONGEST_PAUSE,
    NEUTRAL,
    TrunkHealth,
    TrunkState,
    after_call,
    after_pause,
    after_report,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAUSE = timedelta(minutes=1)
FAULT = Ending.TRUNK_FAULT


def told(health, state, *, now=NOON):
    return after_report(health, TrunkState(state), f"{state} it is", now=now)


def called(health, *endings, now=NOON):
    for ending in endings:
        health = after_call(health, ending, "503 Busy", pause=PAUSE, now=now)
    return health


@pytest.mark.parametrize(
    ("state", "down"),
    [("up", False), ("registered", False), ("down", True), ("refused", True)],
)
def test_a_trunk_is_what_it_answers(state, down):
    health = told(TrunkHealth(), state)

    assert (health.state, health.since, health.is_down) == (state, NOON, down)


def test_the_same_word_again_keeps_its_date():
    later = NOON + timedelta(hours=1)

    assert told(told(TrunkHealth(), "down"), "down", now=later).since == NOON


def test_calls_that_fail_in_a_row_close_a_trunk():
    health = called(told(TrunkHealth(), "up"), *[FAULT] * (FAULTS_IN_A_ROW - 1))
    assert not health.is_down

    health = called(health, FAULT)
    assert (health.state, health.detail) == (TrunkState.FAILING, "503 Busy")


@pytest.mark.parametrize("ending", sorted(set(Ending) - NEUTRAL - {FAULT}))
def test_a_call_that_came_through_counts_anew(ending):
    health = called(TrunkHealth(), FAULT, FAULT, ending, FAULT, FAULT)

    assert not health.is_down


@pytest.mark.parametrize("ending", sorted(NEUTRAL))
def test_some_endings_say_nothing_about_the_trunk(ending):
    health = called(TrunkHealth(), FAULT, FAULT)

    assert called(health, ending) == health


def test_a_failing_trunk_gets_another_chance_and_may_waste_it():
    health = called(TrunkHealth(), *[FAULT] * FAULTS_IN_A_ROW)
    now = NOON
    for times in (1, 2, 4, 8, 16, 16):
        assert health.retry_at == now + PAUSE * min(times, LONGEST_PAUSE)
        assert after_pause(health, now=now) == health
        now = health.retry_at
        health = after_pause(health, now=now)
        assert (health.state, health.is_down) == (TrunkState.TRIAL, False)
        health = called(health, FAULT, now=now)
        assert health.is_down


def test_one_call_opens_it_again():
    failing = called(TrunkHealth(), *[FAULT] * FAULTS_IN_A_ROW)
    trial = after_pause(failing, now=NOON + PAUSE)

    for health in (failing, trial, told(TrunkHealth(), "down")):
        opened = called(health, Ending.BUSY)
        assert (opened.state, opened.faults) == (TrunkState.UP, 0)


def test_an_answer_alone_does_not_open_what_fails_its_calls():
    failing = called(told(TrunkHealth(), "up"), *[FAULT] * FAULTS_IN_A_ROW)

    assert told(failing, "up").is_down
    assert told(failing, "registered").is_down
    assert told(failing, "down").state is TrunkState.DOWN
