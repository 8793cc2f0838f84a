"""
The T.38 half of a call: a fax terminal on a UDP socket.

I/O: one UDP socket, which it is given; the event loop's timer.

Time comes by `tick`, every 20 ms. A watchdog stands beside libspandsp, which can wait
for ever: it counts what is new, not what arrives.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from functools import cache

from ..domain.errors import MalformedPacket
from ..domain.journal import PREAMBLE, Packets
from ..spandsp._spandsp import ffi
from ..spandsp.job import Finished, TerminalEvent
from ..spandsp.terminal import FaxTerminal
from ..t38.ifp import is_image, signal_of
from ..t38.offer import ErrorCorrection, T38Media
from ..t38.pace import Pace
from ..t38.udptl import DEFAULT_REDUNDANCY, Udptl
from .oversight import end_if_stuck, hand_on
from .ticker import SAMPLES, TICK_S
from .transport import Address, UdpPort
from .watchdog import T38_PATIENCE, Watchdog

logger = logging.getLogger(__name__)

IDLE_RESENDS_S = (0.06, 0.2, 0.5, 1.1, 2.3)
"""After the last new datagram it is sent again, then every 2 s: what it repeats may
have been lost, and a NAT keeps its door open. Duplicates do no harm."""

IDLE_RESEND_EVERY_S = 2.0

REORDER_TICKS = 3
"""How long packets behind a gap wait for the one that is missing."""

WATCH_TICKS = 25
"""Between two looks of the watchdog: half a second of its many does not matter."""

BURST = 64
BURST_PAUSE_S = 0.005
"""Without pacing a page is hundreds of datagrams at once, more than a socket holds."""

A_BUG = "a bug in a fax leg; the call ends"

OnTerminalEvent = Callable[[TerminalEvent], None]


class FaxLeg:
    """
    One fax terminal and its UDPTL.

    Args:
        terminal: Closed by `close`.

        port: Its `on_datagram` becomes ours; closed by `close`.

        peer: What the far end's SDP says.

        trusted_hosts: IP addresses besides the SDP's whose datagrams are taken: the
            far end of the signalling. From behind a NAT they come from there.

        on_event: Called with each event of the terminal; must not raise.

        filter_out: Changes each IFP packet before it goes out, or drops it by giving
            none; for a station that is told to misbehave.

        udptl: Instead of one with our redundancy; for networks that are simulated.
    """

    def __init__(
        self,
        terminal: FaxTerminal,
        port: UdpPort,
        peer: T38Media,
        *,
        trusted_hosts: frozenset[str],
        on_event: OnTerminalEvent,
        filter_out: Callable[[bytes], bytes] | None = None,
        udptl: Udptl | None = None,
    ) -> None:
        self.terminal = terminal
        self.fault = ""
        "Why the watchdog ended it, if it did."

        self._port = port
        self._peer = peer
        self._trusted = trusted_hosts | {peer.address[0]}
        self._destination = peer.address
        self._on_event = on_event
        self._filter_out = filter_out
        self._udptl = udptl or Udptl(
            max_datagram=peer.max_datagram,
            version=peer.version,
            # Who says that it can repair nothing is sent nothing to repair by.
            redundancy=0 if _takes_no_repair(peer) else None,
        )
        self._pace = Pace()
        self._strange = 0
        self._queue: deque[bytes] = deque()
        self._pump: asyncio.TimerHandle | None = None
        self._repeats: deque[tuple[int, bytes]] = deque()
        self._door: ffi.CData | None = None
        self._door_leads_to: Address | None = None
        self._last: bytes | None = None
        "The newest datagram; None: there is none, or the sender has it."

        self._ticks = 0
        self._new_at = 0
        self._idle_resends = 0
        self._idle_ticks = _idle_ticks(0)
        self._packet_at = 0
        self._watchdog = Watchdog(T38_PATIENCE)
        self._burst = 0
        self._closed = False
        port.on_datagram = self._datagram_received

    def tick(self) -> None:
        """Let 20 ms pass."""
        # Written out, as in `_datagram_received`: these two run a hundred times a second
        # and call.
        try:
            self._tick()
        except Exception:
            logger.exception(A_BUG)
            self._give_up()

    def _tick(self) -> None:
        if self._closed:
            return
        self._ticks += 1
        self._burst = 0
        if self._ticks - self._packet_at == REORDER_TICKS:
            self._feed(self._udptl.release())
        if self._door_leads_to != self._destination:
            self._open_door()
        if self._door is None:
            self.terminal.advance(SAMPLES)
        elif image := self.terminal.advance_through(
            self._udptl.sender, self._door, SAMPLES
        ):
            self._udptl.counts.sent += image
            self._watchdog.moved(self._ticks * TICK_S)
            self._sent_new(None)
        self._send_new()
        if self._repeats or self._ticks - self._new_at >= self._idle_ticks:
            self._send_again()
        if self._ticks % WATCH_TICKS == 0:
            self._watch()
        self._tell()

    def redirect(self, peer: T38Media) -> None:
        """Send elsewhere: the far end's new description says so."""
        self._trusted |= {peer.address[0]}
        self._destination = peer.address

    @property
    def heard(self) -> str:
        """What came that is no fax, in words."""
        return "" if self._udptl.counts.received else "nothing came over T.38"

    @property
    def medium(self) -> str:
        """How the fax travels, for the journal."""
        redundancy = 0 if _takes_no_repair(self._peer) else DEFAULT_REDUNDANCY
        return (
            f"T.38 version {self._peer.version}, redundancy {redundancy},"
            f" datagrams up to {self._peer.max_datagram} octets"
        )

    def packets(self) -> Packets:
        """How the network did so far, for the journal."""
        counts = self._udptl.counts
        return Packets(
            sent=counts.sent,
            received=counts.received,
            lost=counts.lost,
            by_redundancy=counts.by_redundancy,
            by_parity=counts.by_parity,
            out_of_order=counts.out_of_order,
            duplicate=counts.duplicate,
            strange=self._strange,
            jitter_ms=round(1000 * self._pace.worst_s, 1),
        )

    def terminate(self) -> None:
        """End the procedure now; what the result becomes, the terminal judges."""
        self.terminal.terminate()

    def close(self) -> None:
        """Send what waits, free everything; idempotent."""
        if self._closed:
            return
        self._closed = True
        if self._pump is not None:
            self._pump.cancel()
        for datagram in self._queue:
            self._port.send(datagram, self._destination)
        self._queue.clear()
        self.terminal.close()
        self._port.close()

    def _give_up(self) -> None:
        """
        Let a bug end this call and no other.

        Loop and ticker would only log it, and this call would hang for ever.
        """
        if not self._closed:
            self.terminal.terminate()
            self._on_event(Finished())

    def _datagram_received(self, data: bytes, source: Address) -> None:
        try:
            self._take(data, source)
        except Exception:
            logger.exception(A_BUG)
            self._give_up()

    def _take(self, data: bytes, source: Address) -> None:
        if self._closed or source[0] not in self._trusted:
            return
        try:
            packets = self._udptl.receive_datagram(data)
        except MalformedPacket as error:
            logger.debug("dropped a datagram of %s: %s", source[0], error)
            self._strange += 1
            return
        if self.terminal.ladder is not None:
            self._pace.datagram(self.terminal.ladder.clock(), data)
        # Symmetric: behind a NAT the port of the SDP is not the one that works.
        self._destination = source
        self._packet_at = self._ticks
        self._feed(packets)
        self._send_new()
        self._tell()

    def _feed(self, packets: list[tuple[int, bytes]]) -> None:
        for sequence, ifp in packets:
            self._watchdog.moved(self._ticks * TICK_S)
            self._note(ifp, from_us=False)
            self.terminal.receive_ifp(ifp, sequence)

    def _send_new(self) -> None:
        for ifp, count in self.terminal.ifp_to_send():
            if self._filter_out is not None:
                ifp = self._filter_out(ifp)
                if not ifp:
                    continue
            if is_image(ifp):
                self._watchdog.moved(self._ticks * TICK_S)
            else:
                self._note(ifp, from_us=True)
            datagram = self._udptl.send(ifp)
            self._send(datagram)
            for repeat in range(1, count):
                # Spread: a burst of loss takes neighbours.
                self._repeats.append((self._ticks + repeat, datagram))
            self._sent_new(datagram)

    def _sent_new(self, datagram: bytes | None) -> None:
        """Something new left; None: by the door, and the sender has it."""
        self._last = datagram
        self._new_at = self._ticks
        self._idle_resends = 0
        self._idle_ticks = _idle_ticks(0)

    def _open_door(self) -> None:
        """Where nothing of ours must see each packet, image goes out past Python."""
        self._door_leads_to = self._destination
        self._door = None
        if self._filter_out is None and self.terminal.is_paced:
            self._door = self._port.door(self._destination)

    def _note(self, ifp: bytes, *, from_us: bool) -> None:
        ladder = self.terminal.ladder
        if ladder is None:
            return
        signal = signal_of(ifp)
        if signal == PREAMBLE and from_us:
            return
        if signal in ("CNG", "CED", PREAMBLE):
            ladder.tone(signal, from_us=from_us)
        elif signal:
            ladder.fast_modem(signal, from_us=from_us)

    def _send_again(self) -> None:
        while self._repeats and self._repeats[0][0] <= self._ticks:
            self._send(self._repeats.popleft()[1])
        last = self._last or self._udptl.sender.last()
        if last and self._ticks - self._new_at >= self._idle_ticks:
            self._idle_resends += 1
            self._idle_ticks = _idle_ticks(self._idle_resends)
            self._send(last)

    def _send(self, datagram: bytes) -> None:
        if self._burst < BURST and not self._queue:
            self._burst += 1
            self._port.send(datagram, self._destination)
            return
        self._queue.append(datagram)
        if self._pump is None:
            self._pump = asyncio.get_running_loop().call_later(
                BURST_PAUSE_S, self._send_burst
            )

    def _send_burst(self) -> None:
        self._pump = None
        for _ in range(min(BURST, len(self._queue))):
            self._port.send(self._queue.popleft(), self._destination)
        if self._queue and not self._closed:
            self._pump = asyncio.get_running_loop().call_later(
                BURST_PAUSE_S, self._send_burst
            )

    def _watch(self) -> None:
        if self.terminal.is_over:
            return
        self.fault = end_if_stuck(self.terminal, self._watchdog, self._ticks * TICK_S)

    def _tell(self) -> None:
        hand_on(self.terminal, self._watchdog, self._ticks * TICK_S, self._on_event)


def _takes_no_repair(peer: T38Media) -> bool:
    return peer.error_correction is ErrorCorrection.NONE


@cache
def _idle_ticks(done: int) -> int:
    """Ticks from a new datagram until it is sent again, when that was *done* already."""
    if done < len(IDLE_RESENDS_S):
        wait = IDLE_RESENDS_S[done]
    else:
        beyond = done - len(IDLE_RESENDS_S) + 1
        wait = IDLE_RESENDS_S[-1] + beyond * IDLE_RESEND_EVERY_S
    return math.ceil(round(wait / TICK_S, 6))
