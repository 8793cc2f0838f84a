"""
The audio half of a call: a calling tone at first, and a fax if T.38 is refused.

I/O: one UDP socket, which it is given.

Time comes by `tick`, every 20 ms. Without pacing, towards the built-in fax machine,
each packet that comes is answered by one at once: both modems then keep in step, as
fast as the machine allows.
"""

import logging
from collections.abc import Callable

from ..domain.journal import Packets
from ..spandsp.audio import AudioTerminal, Law
from ..spandsp.job import Finished, TerminalEvent
from .audio import AudioPeer
from .oversight import end_if_stuck, hand_on
from .rtp import JitterBuffer, RtpPacket, RtpStream, Transit, parse_rtp
from .ticker import SAMPLES
from .transport import Address, UdpPort
from .watchdog import AUDIO_PATIENCE, Watchdog

logger = logging.getLogger(__name__)

RATE = 8000

RESTART_TICKS = 100
"""Without pacing: so many ticks without a packet are a far end that says nothing, and
its silence need not be waited for."""

RESTART_FRAMES = 50
"""Then a second passes with each tick."""

LOUD = 0x30
"""G.711 magnitude: 30 dB below the loudest. A line's noise is less, speech is more."""

LOUD_FRAMES = 50
"""A second of it is a voice, music, or a tone that is none of a fax."""

_MAGNITUDES = {
    Law.MU: bytes(~octet & 0x7F for octet in range(256)),
    Law.A: bytes((octet ^ 0x55) & 0x7F for octet in range(256)),
}

OnTerminalEvent = Callable[[TerminalEvent], None]
Sound = Callable[[Law, int], bytes]
"""The octets of frame number n, from 0, of 20 ms."""


class AudioLeg:
    """
    The RTP of one call.

    Args:
        port: Its `on_datagram` becomes ours; closed by `close`.

        peer: What the far end's SDP says.

        stream: What we send, from before the change if there was one.

        trusted_hosts: IP addresses besides the SDP's whose packets are taken.

        sound: What is sent while there is no fax.

        paced: False answers each packet at once.

        answering: Whether we were called: without pacing the caller leads.
    """

    def __init__(
        self,
        port: UdpPort,
        peer: AudioPeer,
        stream: RtpStream,
        *,
        trusted_hosts: frozenset[str],
        sound: Sound,
        paced: bool = True,
        answering: bool = False,
    ) -> None:
        self.terminal: AudioTerminal | None = None
        self.fault = ""
        "Why the watchdog ended it, if it did."

        self._port = port
        self._stream = stream
        self._trusted = trusted_hosts | {peer.address[0]}
        self._destination = peer.address
        self._sound = sound
        self._paced = paced
        self._answering = answering
        self._buffer = JitterBuffer()
        self._transit = Transit()
        self._watchdog = Watchdog(AUDIO_PATIENCE)
        self._on_event: OnTerminalEvent | None = None
        self._samples = 0
        self._frames = 0
        self._loud = 0
        self._quiet_ticks = 0
        self._sent = self._received = self._strange = 0
        self._closed = False
        port.on_datagram = self._datagram_received
        if paced:
            # Until there is a fax to hear, once a tick is early enough.
            port.hold()

    @property
    def heard(self) -> str:
        """What there was to hear, in words; a fax apart."""
        if not self._received:
            return "no audio came"
        return "a voice or music" if self._loud >= LOUD_FRAMES else "silence"

    @property
    def medium(self) -> str:
        """How the fax travels, for the journal."""
        return f"G.711 {self._stream.law.name}-law audio"

    def packets(self) -> Packets:
        """How the network did so far, for the journal; lost: frames of 20 ms."""
        return Packets(
            sent=self._sent,
            received=self._received,
            lost=self._buffer.lost // SAMPLES,
            by_redundancy=0,
            by_parity=0,
            out_of_order=self._buffer.too_late,
            duplicate=0,
            strange=self._strange,
            jitter_ms=round(1000 * self._transit.worst_s, 1),
        )

    def begin_fax(self, terminal: AudioTerminal, on_event: OnTerminalEvent) -> None:
        """
        From tone to fax.

        Args:
            terminal: Closed by `close`; coded as the stream is.

            on_event: Called with each of its events; must not raise.
        """
        self.terminal = terminal
        self._on_event = on_event
        self._port.release()
        if not self._paced:
            self._guard(lambda: self._speak(SAMPLES))

    def end_fax(self) -> None:
        """Back to silence: the call changes to T.38, and its result is of no use."""
        if self.terminal is not None:
            self.terminal.close()
        self.terminal = self._on_event = None

    def tick(self) -> None:
        """Let 20 ms pass."""
        self._guard(self._tick)

    def redirect(self, peer: AudioPeer) -> None:
        """Send elsewhere: the far end's new description says so."""
        self._trusted |= {peer.address[0]}
        self._destination = peer.address

    def terminate(self) -> None:
        """End the procedure now; what the result becomes, the terminal judges."""
        if self.terminal is not None:
            self.terminal.terminate()

    def close(self) -> None:
        """Free everything; idempotent. A terminal's result stays readable."""
        if self._closed:
            return
        self._closed = True
        if self.terminal is not None:
            self.terminal.close()
        self._port.close()

    def _tick(self) -> None:
        if self._closed:
            return
        if self._paced:
            if self.terminal is None:
                self._port.read()
            for octets, law in self._buffer.take(SAMPLES):
                self._hear(octets, law)
            self._speak(SAMPLES)
            return
        self._quiet_ticks += 1
        if self.terminal is None and not self._answering:
            self._speak(SAMPLES)
        elif self._quiet_ticks >= RESTART_TICKS:
            for _ in range(RESTART_FRAMES):
                self._hear(bytes(SAMPLES), None)
                self._speak(SAMPLES)

    def _datagram_received(self, data: bytes, source: Address) -> None:
        self._guard(lambda: self._take(data, source))

    def _take(self, data: bytes, source: Address) -> None:
        if self._closed or source[0] not in self._trusted:
            return
        packet = parse_rtp(data)
        if packet is None:
            self._strange += 1
            return
        self._received += 1
        if self.terminal is not None and self.terminal.ladder is not None:
            self._transit.heard(self.terminal.ladder.clock(), packet)
        # Symmetric: behind a NAT the port of the SDP is not the one that works.
        self._destination = source
        self._watchdog.moved(self._samples / RATE)
        if self._paced:
            self._buffer.put(packet)
        else:
            self._answer(packet)

    def _answer(self, packet: RtpPacket) -> None:
        self._quiet_ticks = 0
        self._hear(packet.payload, packet.law)
        if self.terminal is not None or self._answering:
            self._speak(len(packet.payload))

    def _hear(self, octets: bytes, law: Law | None) -> None:
        if law is not None and self._loud < LOUD_FRAMES:
            self._loud += max(octets.translate(_MAGNITUDES[law])) >= LOUD
        if self.terminal is None:
            return
        if law is None:
            self.terminal.miss(len(octets))
        else:
            self.terminal.receive(octets, law)

    def _speak(self, samples: int) -> None:
        if self._closed:
            return
        self._samples += samples
        if self.terminal is None:
            octets = self._sound(self._stream.law, self._frames)
            self._frames += 1
        else:
            octets = self.terminal.advance(samples)
        self._sent += 1
        self._port.send(self._stream.packet(octets), self._destination)
        self._watch()
        self._tell()

    def _watch(self) -> None:
        terminal = self.terminal
        if terminal is None or terminal.is_over:
            return
        self.fault = end_if_stuck(terminal, self._watchdog, self._samples / RATE)

    def _tell(self) -> None:
        if self.terminal is None or self._on_event is None:
            return
        hand_on(self.terminal, self._watchdog, self._samples / RATE, self._on_event)

    def _guard(self, function: Callable[[], None]) -> None:
        """
        Let a bug end this call and no other.

        Loop and ticker would only log it, and this call would hang for ever.
        """
        try:
            function()
        except Exception:
            logger.exception("a bug in an audio leg; the call ends")
            if not self._closed and self._on_event is not None:
                self.terminate()
                self._on_event(Finished())
