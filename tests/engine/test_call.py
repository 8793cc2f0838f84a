"""
One call of ours against a station, both in this process: the ends that are forced.
"""

import asyncio
import contextlib

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine import call as call_module
from ecofax_gateway.engine.protocol import Ended, HangUp, PageFile, PlaceCall, Step
from ecofax_gateway.engine.protocol import TrunkAddress as Trunk
from ecofax_gateway.engine.switchboard import Switchboard
from ecofax_gateway.fax_machine.behaviour import Plan
from ecofax_gateway.fax_machine.logbook import Logbook
from ecofax_gateway.fax_machine.options import StationOptions
from ecofax_gateway.fax_machine.station import Station


class Desk:
    """A switchboard, and what it told."""

    def __init__(self):
        self._told = asyncio.Queue()
        self.switchboard = Switchboard("127.0.0.1", self._told.put_nowait)

    async def wait_for(self, step):
        async with asyncio.timeout(60):
            while getattr(await self._told.get(), "step", None) is not step:
                pass

    async def outcome(self):
        async with asyncio.timeout(60):
            while not isinstance(event := await self._told.get(), Ended):
                pass
            return event.outcome


@pytest.fixture
async def desk():
    desk = Desk()
    await desk.switchboard.open(0)
    yield desk
    desk.switchboard.hang_up_all()
    async with asyncio.timeout(60):
        await desk.switchboard.wait_until_idle()
    desk.switchboard.close()


@pytest.fixture
async def start_station(tmp_path):
    async with contextlib.AsyncExitStack() as stack:

        async def start(behaviour, *, paced=False):
            station = Station(
                "127.0.0.1",
                StationOptions(paced=paced, reinvite_after_s=0.05),
                Logbook(tmp_path),
                plans={},
                default=Plan.parse(behaviour),
            )
            _, port = await station.open(0)
            answering = asyncio.create_task(station.answer_calls())

            async def stop():
                answering.cancel()
                await asyncio.gather(answering, return_exceptions=True)
                await station.close()

            stack.push_async_callback(stop)
            return port

        yield start


@pytest.fixture
def order(sending):
    job, _ = sending(2, rows=400)

    def make(port, *, paced=False, **values):
        return PlaceCall(
            **{
                "call": "1",
                "number": "0972101927",
                "caller_id": "0366720307",
                "station_id": "+33 3",
                "files": (PageFile(path=job.files[0].path, vertical_dpi=196),),
                "pages": 2,
                "trunk": Trunk(host="127.0.0.1", port=port, paced=paced),
                **values,
            }
        )

    return make


def said_bye(outcome):
    return any(note.name == "BYE" and note.from_us for note in outcome.journal.notes)


async def test_no_call_outlives_its_cap(desk, start_station, order, monkeypatch):
    """
    Whatever else fails: the last of the watchdogs.
    """
    monkeypatch.setattr(call_module, "MEETING_S", 0.1)
    monkeypatch.setattr(call_module, "PAGE_S", 0.1)
    port = await start_station("talk", paced=True)

    await desk.switchboard.obey(order(port, paced=True))
    outcome = await desk.outcome()

    assert outcome.ending is Ending.STALLED
    assert outcome.detail == "a call without an end"
    assert said_bye(outcome)


@pytest.mark.parametrize("how", ["audio-only", "good"])
async def test_a_fax_can_be_cancelled_whatever_carries_it(
    desk, start_station, order, how
):
    port = await start_station(how, paced=True)
    carried = Step.T38 if how == "good" else Step.AUDIO

    await desk.switchboard.obey(order(port, paced=True))
    await desk.wait_for(carried)
    await desk.switchboard.obey(HangUp(call="1"))
    outcome = await desk.outcome()

    assert outcome.ending is Ending.CANCELLED
    assert outcome.answered
    assert said_bye(outcome)


async def test_a_second_invite_follows_a_refused_offer_of_t38_once(
    desk, start_station, order
):
    port = await start_station("audio-only")

    await desk.switchboard.obey(order(port, direct_t38=True))
    outcome = await desk.outcome()

    assert outcome.ending is Ending.DELIVERED
    invites = [note for note in outcome.journal.notes if note.name == "INVITE"]
    assert [note.from_us for note in invites] == [True, True]


async def test_a_number_that_is_busy_is_not_called_twice_for_want_of_t38(
    desk, start_station, order
):
    port = await start_station("busy")

    await desk.switchboard.obey(order(port, direct_t38=True))
    outcome = await desk.outcome()

    assert outcome.ending is Ending.BUSY
    assert not outcome.answered
