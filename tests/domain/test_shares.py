"""
What a call that carries several faxes did for each of them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.shares import Share, confirmed, outcomes, turn

CALL = Outcome(
    ending=Ending.CUT_OFF,
    pages_confirmed=3,
    detail="BYE",
    answered=True,
    fax_met=True,
    duration_s=90.0,
)


def ended(outcome, *shares):
    return [each.ending for each in outcomes(outcome, shares)]


def call(ending, pages=0, *, fax_met=True):
    return Outcome(ending=ending, pages_confirmed=pages, fax_met=fax_met)


def test_pages_count_through_the_faxes():
    assert confirmed(3, [2, 2, 1]) == [2, 1, 0]
    assert [turn(pages, [2, 2, 1]) for pages in range(6)] == [0, 0, 1, 1, 2, None]


def test_the_fax_under_way_ends_as_the_call_did():
    first, second, third = outcomes(CALL, [Share(2), Share(2), Share(1)])

    assert (first.ending, first.pages_confirmed, first.detail) == (
        Ending.DELIVERED,
        2,
        "",
    )
    assert (second.ending, second.pages_confirmed, second.detail) == (
        Ending.CUT_OFF,
        1,
        "BYE",
    )
    assert (third.ending, third.pages_confirmed) == (Ending.NOT_REACHED, 0)
    assert "cut-off" in third.detail


def test_the_time_on_the_line_is_split_by_pages():
    told = outcomes(CALL, [Share(2), Share(2), Share(1)])

    assert [each.duration_s for each in told] == [60.0, 30.0, 0.0]


def test_a_call_that_confirmed_nothing_cost_its_first_fax():
    told = outcomes(call(Ending.STALLED), [Share(1), Share(1)])

    assert [each.duration_s for each in told] == [0.0, 0.0]
    assert [each.ending for each in told] == [Ending.STALLED, Ending.NOT_REACHED]


@pytest.mark.parametrize(
    "ending",
    [Ending.BUSY, Ending.NUMBER_UNKNOWN, Ending.NOT_A_FAX, Ending.TRUNK_FAULT],
)
def test_what_came_before_the_fax_concerns_all(ending):
    outcome = call(ending, fax_met=False)

    assert ended(outcome, Share(1), Share(4)) == [ending, ending]


def test_nobody_knows_what_a_lost_call_had_begun():
    outcome = call(Ending.BROKEN_OFF, 2)

    assert ended(outcome, Share(2), Share(1), Share(1)) == [
        Ending.DELIVERED,
        Ending.BROKEN_OFF,
        Ending.BROKEN_OFF,
    ]


def test_a_cancelled_fax_ends_the_call_and_no_other_fax():
    outcome = call(Ending.CANCELLED, 1)

    assert ended(outcome, Share(1), Share(1, cancelled=True), Share(1)) == [
        Ending.DELIVERED,
        Ending.CANCELLED,
        Ending.NOT_REACHED,
    ]


def test_a_first_fax_that_is_cancelled_while_it_rings():
    outcome = call(Ending.CANCELLED, fax_met=False)

    assert ended(outcome, Share(1, cancelled=True), Share(1)) == [
        Ending.CANCELLED,
        Ending.NOT_REACHED,
    ]


@given(
    st.sampled_from(Ending),
    st.integers(0, 12),
    st.lists(
        st.builds(Share, st.integers(1, 4), st.booleans()), min_size=1, max_size=4
    ),
    st.booleans(),
)
def test_nothing_is_said_that_was_not_confirmed(ending, pages, shares, fax_met):
    pages = min(pages, sum(share.pages for share in shares))
    told = outcomes(call(ending, pages, fax_met=fax_met), shares)

    assert sum(each.pages_confirmed for each in told) == pages
    for each, share in zip(told, shares, strict=True):
        whole = each.pages_confirmed == share.pages
        if ending is not Ending.DELIVERED:
            assert (each.ending is Ending.DELIVERED) == whole
