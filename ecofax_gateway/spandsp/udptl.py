"""
The sending half of UDPTL, in C: `native.c` sends by it without Python too.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.38 (09/2010) §9.1 -- UDPTL header, secondary packets
"""

from ._spandsp import ffi, lib

MOST_OCTETS = 1 << 16
"""Of a datagram; who says that it takes more gets no more."""

MAX_REACH: int = lib.ECOFAX_MAX_REACH
"""Earlier packets that a datagram can repeat."""


class UdptlSender:
    """
    Frames one packet after the other.

    Args:
        redundancy: How many earlier packets each datagram repeats, at most.

        reach: How many a small one repeats, at most.

        max_datagram: Octets: earlier packets are left out where they do not fit; the
            packet itself always goes.

        small_datagram: Octets of what counts as small.

    Raises:
        ValueError: For a reach beyond `MAX_REACH`.
    """

    def __init__(
        self, *, redundancy: int, reach: int, max_datagram: int, small_datagram: int
    ) -> None:
        if not 0 <= redundancy <= reach <= MAX_REACH:
            raise ValueError(f"redundancy {redundancy}, in small datagrams {reach}")
        self.pointer = ffi.gc(ffi.new("ecofax_udptl_t *"), lib.ecofax_free_udptl)
        self.pointer.redundancy = redundancy
        self.pointer.reach = reach
        self.pointer.max_datagram = min(max_datagram, MOST_OCTETS)
        self.pointer.small_datagram = min(small_datagram, max_datagram)

    def send(self, ifp: bytes) -> bytes:
        """
        The datagram for the next IFP packet.

        Raises:
            ValueError: For one that UDPTL cannot carry whole.
        """
        if lib.ecofax_send_udptl(self.pointer, ifp, len(ifp)) < 0:
            raise ValueError(f"an IFP packet of {len(ifp)} octets")
        return self.last()

    def last(self) -> bytes:
        """The newest datagram; empty before the first."""
        size = self.pointer.size
        return bytes(ffi.buffer(self.pointer.datagram, size)) if size else b""
