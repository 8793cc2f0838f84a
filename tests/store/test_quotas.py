"""
Quotas: reserved when faxes are let go, settled when they end, never below nought.
"""

import concurrent.futures
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.quota import Quota, Used
from ecofax_gateway.domain.retry import Done, GiveUp
from ecofax_gateway.store import calls, campaigns, preparation, quotas

NUMBERS = [f"+339721010{n:02}" for n in range(40)]


@pytest.fixture
def limited(office):
    """
    A line with these limits.
    """

    def limit(**limits):
        line = office.line(max_calls=8)
        assert office.tx(quotas.put, line, Quota(**limits))
        return line

    return limit


def used(office, line):
    zone = office.tx(quotas.get, line).zone
    return office.tx(quotas.used, line, zone=zone, now=office.now)


def finish(office, claimed, ending, pages):
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    decision = Done() if ending is Ending.DELIVERED else GiveUp(ending)
    outcome = Outcome(ending=ending, pages_confirmed=pages)
    office.tx(calls.finish, claimed, outcome, decision, now=office.now)
    office.tx(campaigns.finish_if_all_final, claimed.campaign, now=office.now)


def test_pages_are_reserved_when_faxes_are_let_go_and_kept_when_confirmed(
    office, limited
):
    line = limited(pages_per_day=20, pages_per_month=100, credit=50)
    office.queue(line, NUMBERS[:2])
    assert used(office, line) == Used(6, 6)
    assert office.tx(quotas.get, line).credit == 44

    sent, failed = office.claim(2)
    finish(office, sent, Ending.DELIVERED, 3)
    finish(office, failed, Ending.CUT_OFF, 1)

    assert used(office, line) == Used(4, 4)
    assert office.tx(quotas.get, line).credit == 46


def test_what_is_settled_is_not_settled_again(office, limited):
    line = limited(credit=10)
    ref = office.queue(line, NUMBERS[:1])
    [claimed] = office.claim()
    finish(office, claimed, Ending.NUMBER_UNKNOWN, 0)

    for _ in range(3):
        office.tx(campaigns.finish_if_all_final, ref, now=office.now)

    assert office.tx(quotas.get, line).credit == 10


def test_a_cancelled_order_gives_its_pages_back(office, limited):
    line = limited(pages_per_day=9, credit=9)
    ref = office.queue(line, NUMBERS[:3])
    assert office.tx(quotas.get, line).credit == 0

    office.tx(campaigns.cancel, ref, now=office.now)
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)

    assert office.tx(quotas.get, line).credit == 9
    assert used(office, line) == Used(0, 0)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"pages_per_day": 10}, "plus envoyer que 7 pages aujourd'hui, sur 10 par jour."
                                " Le compte du jour repart le 03-03-2026 à 00:00."),
        ({"pages_per_month": 10}, "que 7 pages ce mois-ci, sur 10 par mois. Le compte du"
                                  " mois repart le 01-04-2026 à 00:00."),
        ({"credit": 10}, "Le crédit de la ligne n'est plus que de 7 pages."),
    ],
)  # fmt: skip
def test_an_order_over_the_quota_is_refused_whole(office, limited, limits, sentence):
    line = limited(**limits)
    office.queue(line, NUMBERS[:1])
    before = office.tx(quotas.get, line)
    ref = office.campaign(line, NUMBERS[1:4])

    with pytest.raises(OrderRefused) as refusal:
        office.tx(preparation.release, ref, page_count=3, now=office.now)

    assert sentence in refusal.value.for_requester
    assert "demande 9 pages" in refusal.value.for_requester
    assert used(office, line) == Used(3, 3)
    assert office.tx(quotas.get, line) == before
    assert office.fax(f"{ref}-1").state == "waiting"


def test_a_day_ends_at_midnight_of_the_gateways_zone(office, limited):
    line = limited(pages_per_day=3)
    office.now = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)  # 23:59 in Paris
    office.queue(line, NUMBERS[:1])
    with pytest.raises(OrderRefused):
        office.queue(line, NUMBERS[1:2])

    office.later(minutes=2)
    office.queue(line, NUMBERS[2:3])

    assert used(office, line) == Used(3, 3)
    assert office.now.astimezone(ZoneInfo("Europe/Paris")).month == 4


def test_two_orders_at_once_never_take_the_same_page(office, limited):
    line = limited(pages_per_day=30, credit=30)
    refs = [office.campaign(line, [number]) for number in NUMBERS]

    def release(ref):
        try:
            return office.tx(preparation.release, ref, page_count=3, now=office.now)
        except OrderRefused:
            return 0

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        released = sum(threads.map(release, refs))

    assert released == 10
    assert used(office, line) == Used(30, 30)
    assert office.tx(quotas.get, line).credit == 0


def test_orders_that_end_while_others_begin_leave_nothing_over(office, limited):
    line = limited(credit=12)
    refs = [office.campaign(line, [number]) for number in NUMBERS]

    def live(ref):
        try:
            office.tx(preparation.release, ref, page_count=3, now=office.now)
        except OrderRefused:
            return 0
        office.tx(campaigns.cancel, ref, now=office.now)
        office.tx(campaigns.finish_if_all_final, ref, now=office.now)
        return 1

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(live, refs)) >= 4

    assert office.tx(quotas.get, line).credit == 12
    assert used(office, line) == Used(0, 0)


def test_a_line_without_limits_reserves_nothing(office):
    line = office.line()
    office.queue(line, NUMBERS[:2])

    assert office.tx(quotas.get, line) is None
    assert office.tx(quotas.used, line, zone="UTC", now=office.now) == Used(0, 0)
    assert not office.tx(quotas.put, "+33199999999", Quota(credit=1))
