"""
How evenly the far end's packets come: the jitter, as far as T.38 shows it.

Pure: no I/O, no clock, no randomness.

UDPTL has no timestamps. But control frames are spoken at 300 bit/s, so a packet with
so many octets of one should follow the packet before it by so much time.

Standards:
    ITU-T T.30 (09/2005) §5.3.2 -- 300 bit/s for control frames
"""

OCTET_S = 8 / 300
"""Of a control frame on the line."""

MAX_OCTETS = 8
"""In a packet that keeps the pace; a gateway that hands on whole frames has none."""

LONGEST_S = 2.0
"""Between two packets of one frame; after more it is another signal."""


class Pace:
    """Watches the packets of control frames."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        "The furthest off the pace so far."

        self._last_at: float | None = None

    def data(self, at: float, octets: int) -> None:
        """
        A packet with so many octets of a control frame came in time, alone.

        The end of a frame has none, and says nothing about the pace.
        """
        last, self._last_at = self._last_at, at
        if last is None or not 0 < octets <= MAX_OCTETS:
            return
        spacing = at - last
        if spacing <= LONGEST_S:
            self.worst_s = max(self.worst_s, abs(spacing - octets * OCTET_S))

    def pause(self) -> None:
        """Something else came: the next packet begins anew."""
        self._last_at = None
