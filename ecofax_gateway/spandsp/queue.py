"""
The packets that a step of a T.38 terminal makes, collected without Python.

No I/O. C keeps a pointer to a queue, so it lives as long as its terminal.
"""

from ._spandsp import ffi, lib

ON_PACKET = lib.ecofax_queue_packet
"""For `t38_terminal_init`, with `PacketQueue.pointer` as user data."""

MAX_WAITING_PACKETS = 20_000
"""Out of one step; a page without pacing is some hundreds. More is a runaway, and ends
the procedure."""

_HEAD: int = lib.ECOFAX_QUEUE_HEAD


class PacketQueue:
    """What waits to be sent, in order."""

    def __init__(self) -> None:
        self.pointer = ffi.gc(ffi.new("ecofax_queue_t *"), lib.ecofax_free_queue)
        self.pointer.most = MAX_WAITING_PACKETS

    def drain(self) -> list[tuple[bytes, int]]:
        """The IFP packets since the last time, each with how often to send it."""
        queue = self.pointer
        if not queue.used:
            return []
        raw = ffi.unpack(ffi.cast("char *", queue.octets), queue.used)
        queue.used = queue.packets = 0
        packets: list[tuple[bytes, int]] = []
        at = 0
        while at < len(raw):
            start = at + _HEAD
            end = start + (raw[at] << 8 | raw[at + 1])
            packets.append((raw[start:end], raw[at + 2]))
            at = end
        return packets
