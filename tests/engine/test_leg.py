"""
Two fax legs on real UDP, with a network between them that loses datagrams.
"""

import asyncio
import contextlib

import pytest
from PIL import Image

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.leg import FaxLeg
from ecofax_gateway.engine.ticker import Ticker
from ecofax_gateway.engine.transport import open_udp
from ecofax_gateway.engine.watchdog import T38_PATIENCE
from ecofax_gateway.spandsp.job import Finished, Options, Receiving
from ecofax_gateway.spandsp.terminal import FaxTerminal
from ecofax_gateway.t38.offer import T38Media


class LossyNetwork:
    """Two doors; what comes in by one goes out by the other, but every n-th does not."""

    def __init__(self, lose_every, burst):
        self.lose_every = lose_every
        self.burst = burst
        self.lost = 0
        self.carried = 0
        self._peers = {}

    async def open(self):
        self.doors = [
            await open_udp("127.0.0.1", 0, lambda d, a: self._carry(0, d, a)),
            await open_udp("127.0.0.1", 0, lambda d, a: self._carry(1, d, a)),
        ]
        return [door.address for door in self.doors]

    def join(self, side, address):
        self._peers[side] = address

    def _carry(self, side, datagram, source):
        self.carried += 1
        if self.carried % self.lose_every < self.burst:
            self.lost += 1
            return
        self.doors[1 - side].send(datagram, self._peers[1 - side])

    def close(self):
        for door in self.doors:
            door.close()


@contextlib.asynccontextmanager
async def two_legs(job, network, received, *, max_datagram=400):
    """A sending and a receiving leg with *network* between; gives both and `done`."""
    done = [asyncio.Event(), asyncio.Event()]
    addresses = await network.open()
    ticker = Ticker()
    legs = []
    for side, work in enumerate((job, Receiving(path=str(received)))):
        port = await open_udp("127.0.0.1", 0, lambda d, a: None)
        network.join(side, port.address)

        def on_event(event, side=side):
            if isinstance(event, Finished):
                done[side].set()

        legs.append(
            FaxLeg(
                FaxTerminal(work, Options(station_id=str(side), paced=False)),
                port,
                T38Media(address=addresses[side], max_datagram=max_datagram),
                trusted_hosts=frozenset(),
                on_event=on_event,
            )
        )
        ticker.add(legs[-1].tick)
    try:
        yield legs, done
    finally:
        ticker.close()
        for leg in legs:
            leg.close()
        network.close()


@pytest.mark.parametrize(
    ("lose_every", "burst"),
    [(10**9, 0), (5, 1), (3, 1), (20, 3)],
    ids=["none", "every-fifth", "every-third", "three-in-a-row"],
)
async def test_pages_survive_a_lossy_network(sending, tmp_path, lose_every, burst):
    job, images = sending(2)
    network = LossyNetwork(lose_every, burst)
    received = tmp_path / "received.tif"

    async with two_legs(job, network, received, max_datagram=1400) as (legs, done):
        async with asyncio.timeout(60):
            await done[0].wait()
            await done[1].wait()
        result = legs[0].terminal.result()

    assert result.ending is Ending.DELIVERED, result.detail
    assert bool(network.lost) is bool(burst)
    with Image.open(received) as arrived:
        for index, image in enumerate(images):
            arrived.seek(index)
            assert arrived.convert("1").tobytes() == image.tobytes()


@pytest.mark.parametrize("looked_on", [False, True])
async def test_image_of_a_paced_fax_leaves_past_python(sending, tmp_path, looked_on):
    """
    Unless somebody looks on at each packet; what arrives is the same.
    """
    job, images = sending(1)
    received, seen, over = tmp_path / "received.tif", [], []
    ports = [await open_udp("127.0.0.1", 0, lambda d, a: None) for _ in range(2)]
    if looked_on:
        ports[0].tap = lambda from_us, data, far: seen.append(data)
    legs = [
        FaxLeg(
            FaxTerminal(work, Options(station_id=str(side))),
            ports[side],
            T38Media(address=ports[1 - side].address),
            trusted_hosts=frozenset(),
            on_event=lambda event: over.append(isinstance(event, Finished)),
        )
        for side, work in enumerate((job, Receiving(path=str(received))))
    ]

    # 20 ms of the line each, as fast as the machine goes.
    for _ in range(20_000):
        for leg in legs:
            leg.tick()
        await asyncio.sleep(0)
        if sum(over) == 2:
            break
    results, counts = (
        [leg.terminal.result() for leg in legs],
        [leg.packets() for leg in legs],
    )
    for leg in legs:
        leg.close()

    assert [result.ending for result in results] == [Ending.DELIVERED] * 2
    assert bool(seen) is looked_on
    assert counts[0].sent > 100
    assert counts[1].lost == 0
    with Image.open(received) as arrived:
        assert arrived.convert("1").tobytes() == images[0].tobytes()


async def test_a_stranger_is_not_listened_to(sending, tmp_path):
    """
    Datagrams from another host than the SDP's change nothing, not even the address.
    """
    job, _ = sending()
    network = LossyNetwork(10**9, 0)

    async with two_legs(job, network, tmp_path / "r.tif") as (legs, done):
        stranger = await open_udp("127.0.0.2", 0, lambda d, a: None)
        for sequence in range(40):
            datagram = bytes([0, sequence, 1, 6, 0, 0])
            stranger.send(datagram, legs[0]._port.address)
        async with asyncio.timeout(60):
            await done[0].wait()
        stranger.close()
        result = legs[0].terminal.result()

    assert result.ending is Ending.DELIVERED


async def test_the_watchdog_ends_a_call_that_nobody_answers(sending):
    """
    In virtual time: the ticks are given by hand.
    """
    job, _ = sending()
    over = []
    port = await open_udp("127.0.0.1", 0, lambda d, a: None)
    leg = FaxLeg(
        FaxTerminal(job, Options(station_id="1")),
        port,
        T38Media(address=port.address),
        trusted_hosts=frozenset(),
        on_event=over.append,
    )
    ticks = 0
    while Finished() not in over:
        leg.tick()
        ticks += 1
        assert ticks * 0.02 < T38_PATIENCE.silence_s + 5
    result = leg.terminal.result()
    leg.close()

    assert result.ending is Ending.NOT_A_FAX
    assert not result.fax_met


async def test_the_last_datagram_is_sent_again_while_nothing_is_said(sending):
    job, _ = sending()
    heard = asyncio.Queue()
    far_end = await open_udp("127.0.0.1", 0, lambda d, a: heard.put_nowait(d))
    port = await open_udp("127.0.0.1", 0, lambda d, a: None)
    leg = FaxLeg(
        FaxTerminal(job, Options(station_id="1")),
        port,
        T38Media(address=far_end.address),
        trusted_hosts=frozenset(),
        on_event=lambda event: None,
    )
    for _ in range(500):
        leg.tick()
    async with asyncio.timeout(30):
        datagrams = [await heard.get() for _ in range(10)]
    leg.close()
    far_end.close()

    assert len(set(datagrams)) < len(datagrams)
    assert datagrams[-1] == datagrams[-2]


async def test_a_bug_ends_its_own_call_only(sending, monkeypatch, caplog):
    job, _ = sending()
    told = []
    port = await open_udp("127.0.0.1", 0, lambda d, a: None)
    leg = FaxLeg(
        FaxTerminal(job, Options(station_id="1", paced=False)),
        port,
        T38Media(address=port.address),
        trusted_hosts=frozenset(),
        on_event=told.append,
    )

    def fail(samples):
        raise RuntimeError("a bug")

    monkeypatch.setattr(leg.terminal, "advance", fail)
    leg.tick()
    leg.close()

    assert told == [Finished()]
    assert "a bug in a fax leg" in caplog.text
