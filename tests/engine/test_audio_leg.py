"""
Two audio legs on real UDP with a network between them; the ticks are given by hand.
"""

import asyncio
import contextlib

import pytest
from PIL import Image

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.audio import AudioPeer
from ecofax_gateway.engine.audio_leg import AudioLeg
from ecofax_gateway.engine.rtp import RtpStream
from ecofax_gateway.engine.tone import cng_frame
from ecofax_gateway.engine.transport import open_udp
from ecofax_gateway.fax_machine.voice import silence, voice
from ecofax_gateway.spandsp.audio import AudioTerminal, Law
from ecofax_gateway.spandsp.job import FaxMet, Finished, Options, PageDone, Receiving

LIMIT_TICKS = 200 * 50
SETTLE_TICKS = 10


class Network:
    """Two doors; each datagram that comes in by one goes out by the other, or is lost."""

    def __init__(self, is_lost=lambda number: False):
        self._is_lost = is_lost
        self._peers = {}
        self.carried = [0, 0]

    async def open(self):
        self.doors = [
            await open_udp("127.0.0.1", 0, lambda d, a: self._carry(0, d)),
            await open_udp("127.0.0.1", 0, lambda d, a: self._carry(1, d)),
        ]

    def join(self, side, address):
        self._peers[side] = address

    def _carry(self, side, datagram):
        self.carried[side] += 1
        if not self._is_lost(self.carried[side]):
            self.doors[1 - side].send(datagram, self._peers[1 - side])

    def close(self):
        for door in self.doors:
            door.close()


@contextlib.asynccontextmanager
async def two_legs(network, *, laws=(Law.A, Law.A), sounds=(cng_frame, silence)):
    await network.open()
    legs = []
    for side in (0, 1):
        port = await open_udp("127.0.0.1", 0, lambda d, a: None)
        network.join(side, port.address)
        legs.append(
            AudioLeg(
                port,
                AudioPeer(network.doors[side].address, laws[side]),
                RtpStream(laws[side], ssrc=side, sequence=0, timestamp=0),
                trusted_hosts=frozenset(),
                sound=sounds[side],
            )
        )
    try:
        yield legs
    finally:
        for leg in legs:
            leg.close()
        network.close()


async def carry():
    """Let the loop take what lies in the sockets: twice through the network."""
    for _ in range(3):
        await asyncio.sleep(0)


async def send_fax(legs, job, received, *, law=Law.A):
    """A fax from the first to the second; the events of the first."""
    events = []
    done = Finished()
    legs[1].begin_fax(
        AudioTerminal(Receiving(path=str(received)), Options(station_id="2"), law=law),
        lambda event: None,
    )
    for _ in range(SETTLE_TICKS):
        for leg in legs:
            leg.tick()
        await carry()
    legs[0].begin_fax(
        AudioTerminal(job, Options(station_id="1"), law=law), events.append
    )
    for _ in range(LIMIT_TICKS):
        for leg in legs:
            leg.tick()
        await carry()
        if done in events:
            return events
    raise AssertionError("not over in time")


@pytest.mark.parametrize("law", list(Law), ids=["mu-law", "a-law"])
async def test_a_fax_goes_as_rtp(sending, tmp_path, law):
    job, images = sending(1, rows=400)
    network = Network()

    async with two_legs(network, laws=(law, law)) as legs:
        events = await send_fax(legs, job, tmp_path / "r.tif", law=law)
        result = legs[0].terminal.result()
        packets = legs[0].packets()

    assert result.ending is Ending.DELIVERED, result.detail
    assert [type(event) for event in events] == [FaxMet, PageDone, Finished]
    assert packets.received > 1000
    assert packets.lost < 10
    with Image.open(tmp_path / "r.tif") as arrived:
        assert arrived.convert("1").tobytes() == images[0].tobytes()


async def test_lost_packets_are_bridged_and_the_page_is_repaired(sending, tmp_path):
    """
    One in 500 is ten times what a line fit for this loses; error correction asks again.
    """
    job, images = sending(1, rows=400)
    network = Network(lambda number: number % 500 == 250)

    async with two_legs(network) as legs:
        await send_fax(legs, job, tmp_path / "r.tif")
        result = legs[0].terminal.result()
        lost = legs[0].packets().lost

    assert result.ending is Ending.DELIVERED, result.detail
    assert lost >= 2
    with Image.open(tmp_path / "r.tif") as arrived:
        assert arrived.convert("1").tobytes() == images[0].tobytes()


@pytest.mark.parametrize("sound", [voice, silence], ids=["voice", "silence"])
async def test_a_far_end_that_is_no_fax_is_left_after_a_minute(sending, sound):
    job, _ = sending(1, rows=100)
    events = []

    async with two_legs(Network(), sounds=(cng_frame, sound)) as legs:
        legs[0].begin_fax(
            AudioTerminal(job, Options(station_id="1"), law=Law.A), events.append
        )
        ticks = 0
        while Finished() not in events:
            for leg in legs:
                leg.tick()
            await carry()
            ticks += 1
            assert ticks < 65 * 50
        heard, fault = legs[0].heard, legs[0].fault
        result = legs[0].terminal.result()

    assert not result.fax_met
    assert heard == ("a voice or music" if sound is voice else "silence")
    # T.30's own T0 may be as quick as our watchdog.
    assert fault or result.ending is Ending.NOT_A_FAX


async def test_a_stranger_is_not_heard(sending):
    async with two_legs(Network()) as legs:
        stranger = await open_udp("127.0.0.2", 0, lambda d, a: None)
        noise = RtpStream(Law.A, ssrc=9, sequence=0, timestamp=0)
        for _ in range(20):
            stranger.send(noise.packet(b"\x2a" * 160), legs[0]._port.address)
            await carry()
            legs[0].tick()
        stranger.close()

        assert legs[0].packets().received == 0
        assert legs[0].heard == "no audio came"


async def test_the_port_that_packets_come_from_is_answered():
    """
    Behind a NAT it is not the one of the description.
    """
    heard = asyncio.Queue()
    behind = await open_udp("127.0.0.1", 0, lambda d, a: heard.put_nowait(d))
    async with two_legs(Network()) as legs:
        stream = RtpStream(Law.A, ssrc=9, sequence=0, timestamp=0)
        behind.send(stream.packet(silence(Law.A, 0)), legs[0]._port.address)
        async with asyncio.timeout(60):
            while heard.empty():
                legs[0].tick()
                await carry()
    behind.close()


async def test_a_bug_ends_its_own_call_only(sending, monkeypatch, caplog):
    job, _ = sending(1, rows=100)
    told = []

    async with two_legs(Network()) as legs:
        terminal = AudioTerminal(job, Options(station_id="1"), law=Law.A)
        legs[0].begin_fax(terminal, told.append)

        def fail(samples):
            raise RuntimeError("a bug")

        monkeypatch.setattr(terminal, "advance", fail)
        legs[0].tick()

    assert told == [Finished()]
    assert "a bug in an audio leg" in caplog.text
