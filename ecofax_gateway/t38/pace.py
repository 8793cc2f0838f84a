"""
How evenly the far end's packets come: the jitter, as far as T.38 shows it.

Pure: no I/O, no clock, no randomness.

UDPTL has no timestamps. But control frames are spoken at 300 bit/s, and most send them
an octet a packet: packet n of a frame should come n times 27 ms after its first.

Standards:
    ITU-T T.30 (09/2005) §5.3.2 -- 300 bit/s for control frames
    ITU-T T.38 (09/2010) §7, §9.1 -- the packet, and the datagram round it
"""

OCTET_S = 8 / 300
"""Of a control frame on the line."""

LONGEST_RUN_S = 4.0
"""No frame is longer; what comes after it belongs to another."""

_LENGTH_AT, _IFP_AT = 2, 3
_ONE_OCTET = 6
"""Octets of a packet with one octet of a frame; the last is that octet."""

_V21_DATA = 0xC0
_HDLC_DATA = 0x80


class Pace:
    """Watches the datagrams that carry control frames."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        "Between the soonest and the latest packet of one frame, by their numbers."

        self._barrier: int | None = None
        self._seen: set[int] = set()
        self._base = (0, 0.0)
        self._soonest = self._latest = 0.0

    def datagram(self, at: float, data: bytes) -> None:
        """One datagram came, *at* in seconds on any clock."""
        if len(data) <= _IFP_AT:
            return
        sequence = data[0] << 8 | data[1]
        if self._barrier is not None and _ahead(sequence, self._barrier) <= 0:
            return
        ifp = data[_IFP_AT : _IFP_AT + data[_LENGTH_AT]]
        if len(ifp) != _ONE_OCTET or ifp[0] != _V21_DATA or ifp[2] & 0xF0 != _HDLC_DATA:
            # The frame ends here; what is late of it tells nothing of the next.
            self._barrier = sequence
            self._seen.clear()
            return
        if sequence not in self._seen:
            self._octet(at, sequence)

    def _octet(self, at: float, sequence: int) -> None:
        if not self._seen or at - self._base[1] > LONGEST_RUN_S:
            self._seen = {sequence}
            self._base = (sequence, at)
            self._soonest = self._latest = 0.0
            return
        self._seen.add(sequence)
        first, began = self._base
        transit = at - began - _ahead(sequence, first) * OCTET_S
        self._soonest = min(self._soonest, transit)
        self._latest = max(self._latest, transit)
        self.worst_s = max(self.worst_s, self._latest - self._soonest)


def _ahead(number: int, of: int) -> int:
    return (number - of + 0x8000) % 0x10000 - 0x8000
