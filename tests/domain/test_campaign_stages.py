"""
A campaign as people see it.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.campaign import (
    Canary,
    CanaryState,
    Result,
    Stage,
    ended,
    judge,
    progress,
    result,
    stage,
    total,
)
from ecofax_gateway.domain.fax import FINAL, FaxState

all_counts = st.dictionaries(st.sampled_from(FaxState), st.integers(0, 50))


@pytest.mark.parametrize(
    ("counts", "known", "expected"),
    [
        pytest.param({"waiting": 3}, {}, Stage.DRAFT, id="draft"),
        pytest.param({"waiting": 3}, {"launched"}, Stage.READY, id="pages-to-come"),
        pytest.param({"scheduled": 3}, {"launched"}, Stage.READY, id="planned"),
        pytest.param(
            {"scheduled": 2, "cancelled": 1}, {"launched"}, Stage.READY, id="one-out"
        ),
        pytest.param({"queued": 3}, {"launched"}, Stage.RUNNING, id="in-the-queue"),
        pytest.param({"dialing": 1}, {"launched"}, Stage.RUNNING, id="calling"),
        pytest.param(
            {"sent": 1, "scheduled": 2}, {"launched"}, Stage.RUNNING, id="in-the-middle"
        ),
        pytest.param({"queued": 3}, {"launched", "paused"}, Stage.PAUSED, id="paused"),
        pytest.param(
            {"sent": 3}, {"launched", "paused", "finished"}, Stage.OVER, id="over"
        ),
        pytest.param({"cancelled": 3}, {"finished"}, Stage.OVER, id="draft-deleted"),
    ],
)
def test_stage(counts, known, expected):
    seen = stage(
        {FaxState(state): n for state, n in counts.items()},
        is_launched="launched" in known,
        is_paused="paused" in known,
        is_finished="finished" in known,
    )

    assert seen is expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param({"sent": 3}, Result.SUCCESS, id="all"),
        pytest.param({"sent": 2, "failed": 1}, Result.PARTIAL, id="some"),
        pytest.param({"sent": 2, "unknown": 1}, Result.PARTIAL, id="perhaps-all"),
        pytest.param({"sent": 2, "cancelled": 1}, Result.PARTIAL, id="stopped"),
        pytest.param({"failed": 3}, Result.ERROR, id="none"),
        pytest.param({"unknown": 1}, Result.ERROR, id="nobody-knows"),
        pytest.param({"cancelled": 3}, Result.NONE, id="nothing-tried"),
        pytest.param({}, Result.NONE, id="empty"),
    ],
)
def test_result(counts, expected):
    counts = {FaxState(state): n for state, n in counts.items()}

    assert result(counts, is_finished=True) is expected
    assert result(counts, is_finished=False) is Result.NONE


@given(all_counts)
def test_progress_is_whole_when_all_came_to_their_end(counts):
    assert 0 <= progress(counts) <= 1
    assert (progress(counts) == 1) == (ended(counts) == total(counts) > 0)


@given(st.integers(1, 50), st.integers(0, 100), all_counts)
def test_a_canary_stops_only_for_failures_and_passes_only_at_its_end(
    size, percent, counts
):
    counts = {**counts, FaxState.SENT: counts.get(FaxState.SENT, 0) + 1}

    verdict = judge(Canary(size, percent), counts)

    too_many = counts.get(FaxState.FAILED, 0) > total(counts) * percent / 100
    # A held repeat waits for a person, and tells nothing of the list.
    settled = FINAL | {FaxState.HELD}
    is_over = all(state in settled for state, n in counts.items() if n)
    assert (verdict is CanaryState.STOPPED) == too_many
    assert (verdict is CanaryState.PASSED) == (is_over and not too_many)


@pytest.mark.parametrize(("size", "percent"), [(0, 10), (5, -1), (5, 101)])
def test_a_canary_that_makes_no_sense_is_refused(size, percent):
    with pytest.raises(ValueError, match="canary"):
        Canary(size, percent)
