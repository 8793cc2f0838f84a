"""
RTP for G.711: packets out in order, packets in back to an even stream.

Pure: no I/O, no clock, no randomness: the first numbers are arguments.

A modem wants each sample at its time: what comes late is as bad as lost, and a shift
of the whole is worse than a hole. So the stream is laid out by its timestamps, a fixed
delay behind, and holes are told as such.

Standards:
    RFC 3550 §5.1, §5.3.1 -- the RTP header and its extension
    RFC 3551 §6 -- payload types 0 and 8
"""

from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ..spandsp.audio import Law
from ..spandsp.procedure import SAMPLE_RATE

DELAY = 800
"""Samples behind the first packet: 100 ms takes the jitter of a good line, and a fax
does not mind the wait."""

MAX_AHEAD = 4000
"""Samples waiting; more is another stream, or we slept: begin anew at the delay."""

LATE_IN_A_ROW = 10
"""So many packets too late are a way that became longer: begin anew."""

MAX_SPREAD_S = 2.0
"""Of arrivals; beyond it the far end's clock began anew."""

MAX_PAYLOAD = 2400
"""Octets of a packet: 300 ms; nobody sends half of it."""

_HEADER = 12
_HALF = 1 << 31


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """A G.711 packet."""

    law: Law
    timestamp: int
    ssrc: int
    payload: bytes


def parse_rtp(data: bytes) -> RtpPacket | None:
    """Read a packet; None if it is no RTP with G.711 in it."""
    if len(data) <= _HEADER or data[0] & 0xC0 != 0x80:
        return None
    payload_type = data[1] & 0x7F
    if payload_type not in (Law.MU, Law.A):
        return None
    start = _HEADER + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    if not 0 < end - start <= MAX_PAYLOAD:
        return None
    return RtpPacket(
        law=Law(payload_type),
        timestamp=int.from_bytes(data[4:8]),
        ssrc=int.from_bytes(data[8:12]),
        payload=data[start:end],
    )


class RtpStream:
    """
    What we send: one stream for the whole call, whatever it carries.

    Args:
        law: Its coding.

        ssrc: 32 bits at random.

        sequence: 16 bits at random.

        timestamp: 32 bits at random.
    """

    def __init__(self, law: Law, *, ssrc: int, sequence: int, timestamp: int) -> None:
        self.law = law
        self._ssrc = ssrc.to_bytes(4)
        self._sequence = sequence
        self._timestamp = timestamp
        self._marker = 0x80

    def packet(self, payload: bytes) -> bytes:
        """The next packet."""
        header = (
            bytes([0x80, self._marker | self.law])
            + (self._sequence & 0xFFFF).to_bytes(2)
            + (self._timestamp & 0xFFFFFFFF).to_bytes(4)
            + self._ssrc
        )
        self._marker = 0
        self._sequence += 1
        self._timestamp += len(payload)
        return header + payload


class Transit:
    """How unevenly the packets of one stream come: for the journal."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        "Between the packet that came soonest, by its timestamp, and the latest."

        self._first: RtpPacket | None = None
        self._soonest = self._latest = 0.0

    def heard(self, at: float, packet: RtpPacket) -> None:
        """A packet came, *at* in seconds on any clock."""
        first = self._first
        if first is None or first.ssrc != packet.ssrc:
            self._first = packet
            self._soonest = self._latest = at
            return
        ahead = (packet.timestamp - first.timestamp + _HALF) % (1 << 32) - _HALF
        transit = at - ahead / SAMPLE_RATE
        if abs(transit - self._soonest) > MAX_SPREAD_S:
            # The stream jumped; it is no jitter.
            self._first, self._soonest, self._latest = packet, at, at
            return
        self._soonest = min(self._soonest, transit)
        self._latest = max(self._latest, transit)
        self.worst_s = max(self.worst_s, self._latest - self._soonest)


Piece = tuple[bytes, Law | None]
"""Octets in their law; with None as many octets were lost, and these mean nothing."""


class JitterBuffer:
    """What comes, laid out by its timestamps."""

    def __init__(self) -> None:
        self.lost = 0
        "Samples that were missing when their time came."

        self.too_late = 0
        "Packets that came after their time."

        self._waiting: deque[tuple[int, bytes, Law]] = deque()
        self._ssrc: int | None = None
        self._due: int | None = None
        self._began = 0
        self._late = 0

    def put(self, packet: RtpPacket) -> None:
        """Take a packet."""
        if self._due is None or packet.ssrc != self._ssrc:
            self._begin(packet)
        assert self._due is not None
        # Unwrapped next to what is due.
        ahead = (packet.timestamp - self._due + _HALF) % (1 << 32) - _HALF
        if ahead + len(packet.payload) <= 0 and ahead > -MAX_AHEAD:
            self._late += 1
            self.too_late += 1
            if self._late < LATE_IN_A_ROW:
                return
            self._begin(packet)
            ahead = DELAY
        elif not -MAX_AHEAD < ahead < MAX_AHEAD:
            self._begin(packet)
            ahead = DELAY
        self._late = 0
        insort(
            self._waiting,
            (self._due + ahead, packet.payload, packet.law),
            key=lambda waiting: waiting[0],
        )

    def take(self, samples: int) -> Iterator[Piece]:
        """What is due in the next *samples*, in order; nothing before the beginning."""
        while self._due is not None and samples > 0:
            at, payload, law = self._waiting[0] if self._waiting else (None, b"", None)
            if at is None or at >= self._due + samples:
                yield self._hole(samples)
                return
            if at > self._due:
                samples -= at - self._due
                yield self._hole(at - self._due)
                continue
            fresh = payload[self._due - at :][:samples]
            self._due += len(fresh)
            samples -= len(fresh)
            if self._due >= at + len(payload):
                self._waiting.popleft()
            if fresh:
                yield fresh, law

    def _hole(self, samples: int) -> Piece:
        assert self._due is not None
        if self._due >= self._began:
            self.lost += samples
        self._due += samples
        return bytes(samples), None

    def _begin(self, packet: RtpPacket) -> None:
        self._ssrc = packet.ssrc
        self._waiting.clear()
        self._began = packet.timestamp
        self._due = packet.timestamp - DELAY
        self._late = 0
