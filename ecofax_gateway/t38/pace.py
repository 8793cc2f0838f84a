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


class Pace:
    """Watches the packets of control frames."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        "The furthest off the pace so far."

        self._last_at: float | None = None

    def data(self, at: float, octets: int) -> None:
        """A packet with so many octets of a control frame came in time, alone."""
        if not 0 < octets <= MAX_OCTETS:
            self.pause()
            return
        if self._last_at is not None:
            spacing = at - self._last_at
            self.worst_s = max(self.worst_s, abs(spacing - octets * OCTET_S))
        self._last_at = at

    def pause(self) -> None:
        """A frame ended, or something else came: the next packet begins anew."""
        self._last_at = None
