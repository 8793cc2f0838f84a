"""
Every part of a fax has an end.
"""

import pytest

from ecofax_gateway.engine.watchdog import (
    AUDIO_PATIENCE,
    PAGE_S,
    SILENCE_S,
    T38_PATIENCE,
    Watchdog,
)


@pytest.mark.parametrize("patience", [T38_PATIENCE, AUDIO_PATIENCE], ids=str)
def test_silence_before_the_fax_is_ended(patience):
    dog = Watchdog(patience)

    assert dog.fault(patience.silence_s, 0) == ""
    assert "nothing new" in dog.fault(patience.silence_s + 1, 0)


@pytest.mark.parametrize("patience", [T38_PATIENCE, AUDIO_PATIENCE], ids=str)
def test_a_far_end_that_only_makes_noise_is_ended(patience):
    dog = Watchdog(patience)
    dog.moved(patience.meeting_s)

    assert dog.fault(patience.meeting_s, 0) == ""
    assert "no fax signal" in dog.fault(patience.meeting_s + 1, 0)


def test_silence_within_the_fax_is_ended_sooner():
    dog = Watchdog(T38_PATIENCE)
    dog.turned(10)
    dog.moved(20)

    assert dog.fault(20 + SILENCE_S, 0) == ""
    assert "nothing new" in dog.fault(21 + SILENCE_S, 0)


def test_a_procedure_that_has_nothing_to_say_is_ended():
    dog = Watchdog(T38_PATIENCE)
    dog.turned(10)
    dog.moved(99)

    assert dog.fault(100, SILENCE_S) == ""
    assert "nothing to answer" in dog.fault(100, SILENCE_S + 1)


def test_a_page_without_end_is_ended_and_each_page_has_its_time():
    dog = Watchdog(T38_PATIENCE)
    dog.turned(10)
    dog.turned(PAGE_S)
    dog.moved(2 * PAGE_S)

    assert dog.fault(2 * PAGE_S, 0) == ""
    dog.moved(2 * PAGE_S + 1)
    assert "one page" in dog.fault(2 * PAGE_S + 1, 0)
