"""
What is said between a process that forks others and the one that has it fork.

I/O: sockets.

A byte comes with the socket of each child to be forked; a status goes back when the child
has ended. What a child is told and says goes over its own socket.
"""

import socket
import struct
from collections.abc import Iterator

READY, REFUSED = b"\x06", b"\x15"
"""Said once: it forks from now on; or it cannot, and ends."""

GO = b"\x01"
"""With each child's socket."""

ENDED = struct.Struct(">i")
"""How a child ended: as `subprocess` tells it."""


def sockets_of_children(control: socket.socket) -> Iterator[int]:
    """Give the descriptor of each child's socket, until nobody is there to ask."""
    while True:
        said, sockets, _, _ = socket.recv_fds(control, len(GO), 1)
        if not said:
            return
        yield from sockets
