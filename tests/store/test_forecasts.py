"""
What a forecast knows of a campaign and its line.
"""

from datetime import timedelta

from ecofax_gateway.domain.cost import RING_SECONDS, floor_seconds
from ecofax_gateway.pipeline.forecast import expected_ends
from ecofax_gateway.store import campaigns, schedules

from .test_schedules import numbers


def ends(office, *refs):
    found = [office.db.sync_read(campaigns.get, ref) for ref in refs]
    return office.db.sync_read(expected_ends, found, now=office.now)


def test_calls_are_laid_over_the_channels_of_the_line(office):
    ref = office.queue(office.line(max_calls=2), numbers(10))
    seconds = 5 * (RING_SECONDS + floor_seconds(3, 0))

    assert ends(office, ref) == {ref: office.now + timedelta(seconds=seconds)}


def test_a_pace_is_kept(office):
    ref = office.queue(office.line(max_calls=9), numbers(10))
    office.tx(schedules.set_pace, ref, 1.0)

    assert ends(office, ref) == {ref: office.now + timedelta(minutes=10)}


def test_nothing_is_said_of_drafts_and_pauses(office):
    line = office.line()
    draft = office.campaign(line, numbers(2), draft=True)
    paused = office.queue(line, numbers(2, prefix="+3374"))
    office.tx(schedules.set_paused, paused, paused=True, now=office.now)
    unmade = office.campaign(line, numbers(2, prefix="+3375"))

    assert ends(office, draft, paused, unmade) == {}
