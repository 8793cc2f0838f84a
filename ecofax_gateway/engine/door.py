"""
A socket and an address, as C sends by them.

I/O: none of its own.
"""

from ..spandsp._spandsp import ffi, lib


def door_to(fd: int, host: str, port: int) -> ffi.CData | None:
    """
    An `ecofax_door_t *` for `FaxTerminal.advance_through`.

    Args:
        fd: Of a UDP socket; must stay open for as long as the door is used.

        host: An IP literal of the socket's family.

        port: From 1 to 65535.

    Returns:
        None if C cannot read the address: it has a zone, say.
    """
    door = ffi.new("ecofax_door_t *")
    if lib.ecofax_open_door(door, fd, host.encode("ascii", "replace"), port) < 0:
        return None
    return door
