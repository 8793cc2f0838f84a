"""
Ports for programs that cannot be told to take any free one.

A port found free by binding to port 0 and letting go of it again lies in the range from
which the kernel serves everybody else: on a busy machine the next socket gets it before
the program does. These ports lie below that range, and a name in the kernel's abstract
namespace keeps the other processes of a test run off them (unix(7)); it goes with the
process.

I/O: sockets of the loopback.
"""

import itertools
import os
import socket
from pathlib import Path

LOWEST = 10_000
SPAN = 12_000
"""So many from the lowest on; Debian's kernel gives out 32768 and above by itself."""

_steps = itertools.count()


def free_port(host: str = "127.0.0.1") -> int:
    """
    A port of the loopback that nobody has, by UDP and TCP, and nobody else here gets.

    Raises:
        RuntimeError: If there is none.
    """
    first = os.getpid() * 61  # processes that start together begin far apart
    for _ in range(SPAN):
        port = LOWEST + (first + next(_steps)) % SPAN
        if port < _lowest_given_out() and _is_ours(port) and _is_free(host, port):
            return port
    raise RuntimeError("no port of this machine is free")


def _lowest_given_out() -> int:
    """Where the range begins that the kernel serves sockets without a port from."""
    text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    return int(text.split()[0])


def _is_ours(port: int) -> bool:
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0ecofax-port-{port}")
    except OSError:
        name.close()
        return False
    name.detach()  # stays open for as long as the process lives
    return True


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True
