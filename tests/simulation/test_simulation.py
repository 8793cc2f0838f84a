"""
Days of campaigns in simulated time, through the real store and the real decisions.

The rules are checked by `bench.witness`, which counts by itself and raises.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bench.plans import days_of_campaigns, night_of_change
from bench.simulation import Simulation
from bench.witness import RuleBroken, Witness
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FINAL
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import RetryPolicy
from ecofax_gateway.domain.window import Window
from ecofax_gateway.store.claims import ClaimedFax

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SHUT_AT_NOON = Window(zone="UTC", opens=NOON.time().replace(hour=14))


def live(plan, tmp_path):
    simulation = Simulation(plan, f"sqlite:///{tmp_path}/store.db", tmp_path / "spool")
    simulation.run()
    return simulation


def test_three_days_of_campaigns_break_no_rule(tmp_path):
    simulation = live(days_of_campaigns(faxes=2000, days=3), tmp_path)

    counts = simulation.counts()
    assert sum(counts.values()) == 2000
    assert set(counts) <= FINAL
    assert simulation.witness.begun > 2200
    assert simulation.witness.endings()[Ending.DELIVERED] > 1600
    assert max(simulation.course.waits) <= timedelta(minutes=1)


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(datetime(2027, 3, 27, 12, tzinfo=UTC), id="an-hour-less"),
        pytest.param(datetime(2027, 10, 30, 12, tzinfo=UTC), id="an-hour-more"),
    ],
)
def test_the_night_of_the_clock_change_keeps_its_quiet_hours(tmp_path, begin):
    """
    Saturday noon to Monday, Europe/Paris: nothing in quiet hours, nothing twice.
    """
    plan = night_of_change(begin=begin, days=3, faxes=700)

    simulation = live(plan, tmp_path)

    course = simulation.course
    used = course.used["only"]
    by_night = {
        at.date() for at, n in zip(course.times, used, strict=True) if n and at.hour < 3
    }
    # It did call in the night of the change itself, on both sides of the quiet hour.
    assert begin.date() + timedelta(days=1) in by_night
    assert sum(simulation.counts().values()) == 700
    assert simulation.witness.peaks["only"] == 2


def claimed(ref="A", *, number="+33200000001", campaign="C"):
    return ClaimedFax(
        id=1, ref=ref, campaign=campaign, position=1, line="L", trunk="T",
        number=number, quality=Quality.PREMIUM, pages=1, pages_confirmed=0, attempt=1,
        node="n", epoch=1,
    )  # fmt: skip


@pytest.fixture
def witness():
    """
    Watches one campaign of two numbers on one channel.
    """
    return Witness(
        trunk_caps={"T": 1},
        line_caps={"L": 5},
        policy=RetryPolicy(),
        windows={"C": ()},
        sizes={"C": 2},
    )


def test_the_witness_sees_a_cap_exceeded(witness):
    witness.begin([claimed()], NOON)

    with pytest.raises(RuleBroken, match="T: 2 calls"):
        witness.begin([claimed("B", number="+33200000002")], NOON)


def test_the_witness_sees_a_number_called_twice_at_once(witness):
    witness.begin([claimed()], NOON)

    with pytest.raises(RuleBroken, match="two calls at once"):
        witness.begin([claimed("B")], NOON)


def test_the_witness_sees_a_call_out_of_its_window(witness):
    witness.windows["C"] = (SHUT_AT_NOON,)

    with pytest.raises(RuleBroken, match="shut"):
        witness.begin([claimed()], NOON)


@pytest.mark.parametrize(
    ("ending", "minutes", "fault"),
    [
        pytest.param(Ending.DELIVERED, 60, "after delivered", id="delivered"),
        pytest.param(Ending.NUMBER_UNKNOWN, 60, "after number-unknown", id="for-good"),
        pytest.param(Ending.BUSY, 1, "again after 0:01:00", id="too-soon"),
        pytest.param(Ending.BUSY, 60, "again after 1 of 2", id="before-the-others"),
    ],
)
def test_the_witness_sees_a_call_that_must_not_be(witness, ending, minutes, fault):
    witness.begin([claimed()], NOON)
    witness.end(claimed(), Outcome(ending=ending), NOON)

    with pytest.raises(RuleBroken, match=fault):
        witness.begin([claimed()], NOON + timedelta(minutes=minutes))


def test_the_witness_sees_a_fax_given_up_early(witness):
    witness.sizes["C"] = 1
    witness.begin([claimed()], NOON)
    witness.end(claimed(), Outcome(ending=Ending.BUSY), NOON)

    with pytest.raises(RuleBroken, match="given up early"):
        witness.check_final()
