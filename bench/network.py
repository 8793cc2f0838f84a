"""
A telephone network in virtual time: whole faxes in milliseconds, through bad lines.

I/O: the files that the fax terminals read and write.

Both ends are the engine's own `FaxLeg`, so what is tried is our terminal, our UDPTL
and our re-sending, not a model of them. Everything at random comes from one seed.
"""

import functools
import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ecofax_gateway.domain.journal import Ladder
from ecofax_gateway.engine.audio import AudioPeer
from ecofax_gateway.engine.audio_leg import AudioLeg
from ecofax_gateway.engine.leg import FaxLeg
from ecofax_gateway.engine.rtp import RtpStream
from ecofax_gateway.engine.ticker import SAMPLES, TICK_S
from ecofax_gateway.engine.transport import Address, UdpPort
from ecofax_gateway.spandsp.audio import AudioTerminal, Law
from ecofax_gateway.spandsp.job import (
    Finished,
    Options,
    Receiving,
    Sending,
    TerminalEvent,
)
from ecofax_gateway.spandsp.terminal import FaxTerminal
from ecofax_gateway.t38.offer import T38Media
from ecofax_gateway.t38.udptl import Udptl

LIMIT_S = 900.0
"""No call may last longer, whatever the network does."""

AFTERGLOW_S = 5.0
"""Until the far end is cut, once the sender is done: it has its DCN by then."""

REORDER_S = 0.045
"""By how much a datagram that is overtaken comes late."""

HOSTS = ("192.0.2.1", "192.0.2.2")

Leg = FaxLeg | AudioLeg
Filter = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairment:
    """What one direction of the network does to datagrams."""

    loss: float = 0.0
    "Share that is lost, one by one."

    outages_per_s: float = 0.0
    outage_s: float = 0.0
    "How long everything is lost each time."

    reorder: float = 0.0
    "Share that comes `REORDER_S` late."

    duplicate: float = 0.0
    jitter_s: float = 0.0
    "Each datagram comes up to so much later: it may overtake others."

    delay_s: float = 0.02


@dataclass(slots=True)
class _Direction:
    """One way through the network."""

    impairment: Impairment
    dice: random.Random
    out_until: float = 0.0
    next_outage: float = 0.0

    def __post_init__(self) -> None:
        self.next_outage = self._draw_outage(0.0)

    def arrivals(self, now: float) -> Iterator[float]:
        """When what is sent now arrives: never, once or twice."""
        how, dice = self.impairment, self.dice
        while now >= self.next_outage:
            self.out_until = self.next_outage + how.outage_s
            self.next_outage = self._draw_outage(self.out_until)
        if now < self.out_until or dice.random() < how.loss:
            return
        for _ in range(1 + (dice.random() < how.duplicate)):
            late = REORDER_S * (dice.random() < how.reorder)
            yield now + how.delay_s + late + dice.uniform(0, how.jitter_s)

    def _draw_outage(self, after: float) -> float:
        rate = self.impairment.outages_per_s
        return after + self.dice.expovariate(rate) if rate else float("inf")


class Port:
    """What a `FaxLeg` takes for its socket."""

    def __init__(self, carry: Callable[[bytes], None]) -> None:
        self.on_datagram: Callable[[bytes, Address], None] = lambda data, source: None
        self._carry = carry

    def send(self, data: bytes, address: Address) -> None:
        """Into the network."""
        self._carry(data)

    def hold(self) -> None:
        """What comes is heard when its time has come, here as otherwise."""

    def release(self) -> None:
        """Nothing was held."""

    def door(self, address: Address) -> None:
        """There is no socket that C could send by."""

    def close(self) -> None:
        """Nothing to free."""


class ParityUdptl(Udptl):
    """
    Sends parity (FEC) instead of redundancy, as some gateways do.

    Args:
        span, entries: Each datagram has *entries* parities, of *span* packets each.

    Standards:
        ITU-T T.38 (09/2010) §9.1.4.2 -- parity encoded FEC
    """

    def __init__(self, *, span: int, entries: int) -> None:
        super().__init__()
        self._span, self._entries = span, entries
        self._packets: list[bytes] = []

    def send(self, ifp: bytes) -> bytes:
        """The datagram for the next packet."""
        plain = super().send(ifp)
        head = plain[: 2 + 1 + len(ifp)]
        reach = self._span * self._entries
        before = [b""] * (reach - len(self._packets)) + self._packets[-reach:]
        parities = []
        for entry in range(self._entries):
            group = before[entry :: self._entries]
            width = max(map(len, group))
            xored = 0
            for packet in group:
                xored ^= int.from_bytes(packet.ljust(width, b"\0"))
            parities.append(bytes([width]) + xored.to_bytes(width))
        self._packets = [*self._packets[-reach:], ifp]
        head += bytes([0x80, 1, self._span, self._entries])
        return head + b"".join(parities)


class Network:
    """
    Two doors, and between them time, loss and delay.

    Args:
        impairments: From the first to the second, and back.

        seed: Of everything at random.
    """

    def __init__(self, impairments: tuple[Impairment, Impairment], seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 -- a simulation
        self.now = 0.0
        self.taps: list[Callable[[int, bytes], None]] = []
        "Each hears every datagram that is sent, and by whom."

        self._ways = [
            _Direction(how, random.Random(dice.random()))  # noqa: S311
            for how in impairments
        ]
        self._queue: list[tuple[float, int, int, bytes]] = []
        self._sent = 0
        self._ports = [Port(functools.partial(self._carry, side)) for side in (0, 1)]

    def port(self, side: int) -> UdpPort:
        """A door, for a leg."""
        return cast(UdpPort, self._ports[side])

    def pass_time(self, seconds: float) -> None:
        """Deliver what arrives meanwhile, each at its time."""
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            self.now, _, side, data = heapq.heappop(self._queue)
            self.inject(side, data)
        self.now = end

    def inject(self, side: int, datagram: bytes) -> None:
        """Give a datagram to one side as if it came from the other."""
        self._ports[side].on_datagram(datagram, address_of(1 - side))

    def _carry(self, side: int, data: bytes) -> None:
        for tap in self.taps:
            tap(side, data)
        for at in self._ways[side].arrivals(self.now):
            self._sent += 1
            heapq.heappush(self._queue, (at, self._sent, 1 - side, data))


def address_of(side: int) -> Address:
    """Where a side lives."""
    return HOSTS[side], 4000


class Call:
    """
    One fax between two legs.

    Args:
        terminals: Caller and answerer; closed by `close`.

        network: Between them.

        legs: Caller's and answerer's.

        events: What each leg tells.
    """

    def __init__(
        self,
        terminals: tuple[Any, Any],
        network: Network,
        legs: tuple[Leg, Leg],
        events: tuple[list[TerminalEvent], list[TerminalEvent]],
    ) -> None:
        self.terminals = terminals
        self.network = network
        self.legs = legs
        self.events = events
        for terminal in terminals:
            terminal.ladder = Ladder(lambda: network.now)

    @property
    def now(self) -> float:
        """Virtual seconds since the beginning."""
        return self.network.now

    def run(
        self, *, until: Callable[[], bool] | None = None, limit_s: float = LIMIT_S
    ) -> None:
        """
        Let time pass until the caller is done, or *until* says so.

        Raises:
            TimeoutError: After *limit_s* of virtual time.
        """
        while not (until() if until is not None else self.is_finished(0)):
            if self.now > limit_s:
                raise TimeoutError(f"not over after {self.now:.0f} s")
            self.tick()

    def afterglow(self) -> None:
        """Let the far end take the caller's last words, as until the BYE."""
        end = self.now + AFTERGLOW_S
        while self.now < end and not self.is_finished(1):
            self.tick()
        self.legs[1].terminate()

    def tick(self) -> None:
        """20 ms: what arrives meanwhile, then both legs."""
        self.network.pass_time(TICK_S)
        for leg in self.legs:
            leg.tick()

    def is_finished(self, side: int) -> bool:
        """Whether that side's procedure is over, its last packets included."""
        return Finished() in self.events[side]

    def inject(self, side: int, datagram: bytes) -> None:
        """Give a datagram to one side as if it came from the other."""
        self.network.inject(side, datagram)

    def close(self) -> None:
        """Free both terminals; the received file is whole then."""
        for leg in self.legs:
            leg.close()


def t38_call(
    terminals: tuple[Any, Any],
    impairments: tuple[Impairment, Impairment] | None = None,
    *,
    seed: int = 0,
    udptls: tuple[Udptl | None, Udptl | None] = (None, None),
    filters: tuple[Filter | None, Filter | None] = (None, None),
) -> Call:
    """
    A call by T.38.

    Args:
        terminals: Caller and answerer.

        impairments: Each way; None: a good network.

        seed: Of everything at random.

        udptls: Of the two legs; None: our own.

        filters: What changes their packets on the way out.
    """
    network = Network(impairments or both_ways(), seed)
    events: tuple[list[TerminalEvent], list[TerminalEvent]] = ([], [])
    legs = [
        FaxLeg(
            terminals[side],
            network.port(side),
            T38Media(address=address_of(1 - side), max_datagram=400),
            trusted_hosts=frozenset(),
            on_event=events[side].append,
            filter_out=filters[side],
            udptl=udptls[side],
        )
        for side in (0, 1)
    ]
    return Call(terminals, network, (legs[0], legs[1]), events)


def audio_call(
    sending: Sending,
    received: Path,
    impairments: tuple[Impairment, Impairment] | None = None,
    *,
    seed: int = 0,
) -> Call:
    """A call by G.711: both ends are modems."""
    terminals = (
        AudioTerminal(sending, Options(station_id="+33 1 40 00 00 01"), law=Law.A),
        AudioTerminal(
            Receiving(path=str(received)),
            Options(station_id="+33 9 72 10 10 10"),
            law=Law.A,
        ),
    )
    network = Network(impairments or both_ways(), seed)
    events: tuple[list[TerminalEvent], list[TerminalEvent]] = ([], [])
    legs = []
    for side, terminal in enumerate(terminals):
        leg = AudioLeg(
            network.port(side),
            AudioPeer(address_of(1 - side), Law.A),
            RtpStream(Law.A, ssrc=side, sequence=65_500, timestamp=side),
            trusted_hosts=frozenset(),
            sound=lambda law, frame: bytes(SAMPLES),
            answering=side == 1,
        )
        leg.begin_fax(terminal, events[side].append)
        legs.append(leg)
    return Call(terminals, network, (legs[0], legs[1]), events)


def both_ways(**how: float) -> tuple[Impairment, Impairment]:
    """The same trouble in both directions."""
    return Impairment(**how), Impairment(**how)


def call_between(
    sending: Sending,
    received: Path,
    *,
    seed: int = 0,
    impairments: tuple[Impairment, Impairment] | None = None,
    udptls: tuple[Udptl | None, Udptl | None] = (None, None),
    filters: tuple[Filter | None, Filter | None] = (None, None),
    ecm: bool = True,
) -> Call:
    """A T.38 call to a terminal that writes what comes to *received*."""
    terminals = (
        FaxTerminal(sending, Options(station_id="+33 1 40 00 00 01", ecm=ecm)),
        FaxTerminal(
            Receiving(path=str(received)), Options(station_id="+33 9 72 10 10 10")
        ),
    )
    return t38_call(terminals, impairments, seed=seed, udptls=udptls, filters=filters)
