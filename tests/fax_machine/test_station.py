"""
The station, called by a SIP client that does what our engine does not.
"""

import asyncio
import contextlib

import pytest

from ecofax_gateway.engine.signalling import Signalling
from ecofax_gateway.fax_machine.behaviour import Plan
from ecofax_gateway.fax_machine.logbook import Logbook
from ecofax_gateway.fax_machine.options import StationOptions, T38Mode
from ecofax_gateway.fax_machine.station import Station
from ecofax_gateway.sip.event import (
    Answered,
    CallFailed,
    HungUp,
    ReinviteReceived,
    ReinviteRejected,
)
from ecofax_gateway.sip.hop import Hop
from ecofax_gateway.sip.sdp import format_sdp, parse_sdp
from ecofax_gateway.t38.offer import find_t38, t38_offer

HEAD = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
AUDIO = HEAD + b"m=audio 40000 RTP/AVP 8\r\n"
T38 = format_sdp(t38_offer(("127.0.0.1", 40002), session_id=1, version=1))


class Client:
    """A SIP phone."""

    def __init__(self):
        self._events = asyncio.Queue()
        self.signalling = Signalling(self._events.put_nowait)

    async def call(self, address, sdp):
        call = self.signalling.agent.invite(
            to="sip:0972101927@127.0.0.1",
            request_uri="sip:0972101927@127.0.0.1",
            from_uri="sip:1@127.0.0.1",
            next_hop=Hop(*address),
            sdp=sdp,
            now=self.signalling.now(),
        )
        self.signalling.flush()
        return call

    async def next(self, *kinds):
        """The next event of one of *kinds*."""
        async with asyncio.timeout(60):
            while not isinstance(event := await self._events.get(), kinds):
                pass
            return event


@pytest.fixture
async def client():
    client = Client()
    await client.signalling.open("127.0.0.1", 0)
    yield client
    client.signalling.close()


@pytest.fixture
async def start_station(tmp_path):
    async with contextlib.AsyncExitStack() as stack:

        async def start(behaviour="good", **options):
            options = {"paced": False, "reinvite_after_s": 0.05, **options}
            station = Station(
                "127.0.0.1",
                StationOptions(**options),
                Logbook(tmp_path),
                plans={},
                default=Plan.parse(behaviour),
            )
            address = await station.open(0)
            answering = asyncio.create_task(station.answer_calls())

            async def stop():
                answering.cancel()
                await asyncio.gather(answering, return_exceptions=True)
                await station.close()

            stack.push_async_callback(stop)
            return address

        yield start


async def test_t38_in_the_first_invite_is_accepted(start_station, client):
    address = await start_station()

    await client.call(address, T38)
    answered = await client.next(Answered, CallFailed)

    assert find_t38(parse_sdp(answered.sdp)) is not None


@pytest.mark.parametrize(
    "sdp",
    [
        pytest.param(HEAD + b"m=audio 40000 RTP/AVP 18\r\n", id="no-g711"),
        pytest.param(HEAD, id="no-medium"),
        pytest.param(HEAD + b"m=audio 40000000 RTP/AVP 8\r\n", id="absurd-port"),
        pytest.param(b"\xff\xfe\x00", id="nonsense"),
    ],
)
async def test_an_offer_without_fax_or_g711_is_not_acceptable(
    start_station, client, sdp
):
    address = await start_station()

    await client.call(address, sdp)
    failed = await client.next(Answered, CallFailed)

    assert isinstance(failed, CallFailed | Answered)
    if isinstance(failed, CallFailed):
        assert failed.status == 488
    else:
        # A body that is no description at all counts as none: it makes the offer.
        assert parse_sdp(failed.sdp).media[0].kind == "audio"


async def test_it_asks_for_t38_itself(start_station, client):
    address = await start_station()

    await client.call(address, AUDIO)
    await client.next(Answered)
    reinvited = await client.next(ReinviteReceived)

    assert find_t38(parse_sdp(reinvited.sdp)) is not None


async def test_it_refuses_t38_if_told_to(start_station, client):
    address = await start_station(t38=T38Mode.REFUSE)

    call = await client.call(address, AUDIO)
    await client.next(Answered)
    call.reinvite(T38, client.signalling.now())
    client.signalling.flush()
    refused = await client.next(ReinviteRejected)

    assert refused.status == 488


async def test_a_caller_that_gives_up_at_once_leaves_nothing_behind(
    start_station, client, capsys
):
    """
    The CANCEL may overtake the opening of the sockets.
    """
    address = await start_station("no-answer")

    call = await client.call(address, AUDIO)
    call.hang_up(client.signalling.now())
    client.signalling.flush()
    failed = await client.next(CallFailed)

    assert failed.status == 487


async def test_the_station_hangs_up_when_it_closes(start_station, client, tmp_path):
    station = Station(
        "127.0.0.1",
        StationOptions(t38=T38Mode.WAIT),
        Logbook(tmp_path),
        plans={},
        default=Plan(),
    )
    address = await station.open(0)
    answering = asyncio.create_task(station.answer_calls())
    await client.call(address, AUDIO)
    await client.next(Answered)

    answering.cancel()
    await station.close()

    await client.next(HungUp)
