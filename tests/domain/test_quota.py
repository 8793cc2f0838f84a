"""
Quotas: what is allowed, when it renews.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.quota import Quota, Used, check, periods, renewals

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
limits = st.none() | st.integers(0, 50)


@given(
    limits, limits, limits, st.integers(0, 60), st.integers(0, 60), st.integers(1, 60)
)
def test_it_is_allowed_exactly_if_every_limit_holds_it(
    day, month, credit, used_day, used_month, pages
):
    quota = Quota(pages_per_day=day, pages_per_month=month, credit=credit)
    holds = (
        (day is None or used_day + pages <= day)
        and (month is None or used_month + pages <= month)
        and (credit is None or pages <= credit)
    )

    used = Used(used_day, used_month)
    if holds:
        check(quota, used, pages, at=NOON)
        return
    with pytest.raises(OrderRefused) as refusal:
        check(quota, used, pages, at=NOON)
    assert "que -" not in refusal.value.for_requester


@given(
    st.timedeltas(timedelta(0), timedelta(days=1100)).map(
        lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later
    )
)
def test_a_renewal_is_the_first_instant_of_the_next_period(at):
    day, month = periods(at, PARIS)
    tomorrow, next_month = renewals(at, PARIS)
    moment = timedelta(microseconds=1)

    assert at < tomorrow <= next_month
    assert periods(tomorrow - moment, PARIS)[0] == day
    assert periods(tomorrow, PARIS)[0] > day
    assert periods(next_month - moment, PARIS)[1] == month
    assert periods(next_month, PARIS)[1] > month


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        (datetime(2027, 3, 28, 0, tzinfo=UTC), 23),
        (datetime(2027, 10, 31, 0, tzinfo=UTC), 25),
    ],
)
def test_days_of_the_clock_change_are_shorter_and_longer(at, hours):
    before = datetime.combine(at.date(), datetime.min.time(), tzinfo=PARIS)

    assert renewals(at, PARIS)[0] - before.astimezone(UTC) == timedelta(hours=hours)


def test_one_page_is_singular():
    with pytest.raises(OrderRefused) as refusal:
        check(Quota(credit=1), Used(), 2, at=NOON)

    assert "n'est plus que de 1 page." in refusal.value.for_requester
