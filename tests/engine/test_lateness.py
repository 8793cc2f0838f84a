"""
The histogram of delays.
"""

import pytest

from ecofax_gateway.engine.lateness import BUCKETS, STEP_S, Lateness


def test_quantiles_are_right_to_one_step():
    lateness = Lateness()
    for milliseconds in range(100):
        lateness.note(milliseconds / 1000)

    assert lateness.quantile_s(0.5) == pytest.approx(0.0495, abs=STEP_S)
    assert lateness.quantile_s(0.99) == pytest.approx(0.0985, abs=STEP_S)
    assert lateness.quantile_s(1) == lateness.worst_s == 0.099


def test_early_is_in_time():
    lateness = Lateness()
    lateness.note(-0.001)

    assert (lateness.count, lateness.worst_s) == (1, 0)


def test_what_is_later_than_the_last_bucket_counts_too():
    lateness = Lateness()
    lateness.note(2 * BUCKETS * STEP_S)

    assert lateness.quantile_s(0.99) == BUCKETS * STEP_S
    assert lateness.worst_s == 2 * BUCKETS * STEP_S


def test_nothing_is_never_late():
    assert Lateness().quantile_s(0.99) == 0


def test_it_reads_as_a_line():
    lateness = Lateness()
    lateness.note(0.0123)

    assert str(lateness) == "ticks=1 late_p50_ms=12.3 late_p99_ms=12.3 late_max_ms=12.3"
