"""
Which trunks a fax may leave by, and in which order.
"""

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.route import (
    Carrier,
    NoRoute,
    failed_in_round,
    first_open,
    next_after_fault,
    route,
)

CHEAP = Carrier(
    name="cheap",
    prefixes=("+33", "+44"),
    qualities=frozenset({Quality.NORMAL, Quality.PREMIUM}),
    cost_per_minute=0.01,
    cost_by_prefix={"+336": 0.2, "+4420": 0.005, "+44": 0.3},
)
SURE = Carrier(name="sure", cost_per_minute=0.05)
SPARE = Carrier(name="spare", cost_per_minute=0.05)
FRANCE, MOBILE, LONDON, LEEDS = (
    "+33972101010",
    "+33612345678",
    "+442079460000",
    "+44113",
)


@pytest.mark.parametrize(
    ("number", "quality", "names"),
    [
        pytest.param(FRANCE, "normal", "cheap sure spare", id="cost-then-order"),
        pytest.param(FRANCE, "best", "sure spare", id="quality"),
        pytest.param(MOBILE, "normal", "sure spare cheap", id="dearer-by-prefix"),
        pytest.param(LONDON, "normal", "cheap sure spare", id="longest-prefix"),
        pytest.param(LEEDS, "normal", "sure spare cheap", id="shorter-prefix"),
        pytest.param("+12125550100", "normal", "sure spare", id="not-served"),
    ],
)
def test_route(number, quality, names):
    found = route(number, Quality(quality), [CHEAP, SURE, SPARE])

    assert [carrier.name for carrier in found] == names.split()


def test_a_number_that_nothing_serves_is_refused_in_words():
    with pytest.raises(NoRoute, match="no-route") as caught:
        raise NoRoute([FaxNumber("+12125550100")], Quality.NORMAL)

    assert isinstance(caught.value, OrderRefused)
    assert "ne peut pas appeler +12125550100 en qualité normal" in (
        caught.value.for_requester
    )


def test_many_numbers_without_a_route_are_counted():
    numbers = [FaxNumber(f"+1212555{n:04}") for n in range(25)]

    refusal = NoRoute(numbers, Quality.BEST).for_requester

    assert refusal.count("+1") == 10
    assert "et 15 autres" in refusal


@pytest.mark.parametrize(
    ("closed", "name"),
    [("", "a"), ("a", "b"), ("a b", "c"), ("a b c", "a")],
)
def test_a_fax_waits_for_the_first_trunk_that_is_open(closed, name):
    assert first_open(["a", "b", "c"], closed.split()) == name


@pytest.mark.parametrize(
    ("failed", "in_round"),
    [("", ""), ("a", "a"), ("a b", "ab"), ("a b a", "a"), ("a b a b c", "abc")],
)
def test_a_trunk_that_comes_up_again_began_a_round(failed, in_round):
    assert failed_in_round(failed.split()) == frozenset(in_round)


@pytest.mark.parametrize(
    ("failed", "closed", "name"),
    [
        pytest.param("a", "", "b", id="the-next"),
        pytest.param("a b", "", "c", id="the-one-after"),
        pytest.param("a b c", "", None, id="all-have-failed"),
        pytest.param("a b c a", "", "b", id="the-second-round"),
        pytest.param("a", "b", "c", id="one-is-down"),
        pytest.param("a", "b c", None, id="all-others-are-down"),
        pytest.param("b", "", "a", id="back-to-the-first"),
    ],
)
def test_after_a_fault(failed, closed, name):
    found = next_after_fault(["a", "b", "c"], failed.split(), closed.split())

    assert found == name
