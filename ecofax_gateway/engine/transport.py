"""
UDP endpoints: one socket each, nothing but datagrams.

I/O: UDP sockets.
"""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from functools import lru_cache
from typing import cast

logger = logging.getLogger(__name__)

Address = tuple[str, int]
"""An IP literal and a port."""

OnDatagram = Callable[[bytes, Address], None]

Tap = Callable[[bool, bytes, Address], None]
"""Whether it is ours, the datagram, the far end; must not raise."""

RECEIVE_BUFFER = 1 << 20
"""Bytes asked of the kernel; a page without pacing comes in a burst."""


class UdpPort(asyncio.DatagramProtocol):
    """
    One bound UDP socket.

    Args:
        on_datagram: Called with each datagram and its source; must not raise.
    """

    def __init__(self, on_datagram: OnDatagram) -> None:
        self.on_datagram = on_datagram
        self.tap: Tap | None = None
        "Sees each datagram that comes or goes."

        self._transport: asyncio.DatagramTransport | None = None

    @property
    def address(self) -> Address:
        """Where it listens."""
        assert self._transport is not None
        name = self._transport.get_extra_info("sockname")
        return name[0], name[1]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; called by asyncio."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand a datagram on; called by asyncio."""
        if self.tap is not None:
            self.tap(False, data, (addr[0], addr[1]))
        self.on_datagram(data, (addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        """
        Note an ICMP error; it says nothing about the next datagram.

        A port that is closed late is told to us long after it mattered.
        """
        logger.debug("UDP: %s", exc)

    def send(self, data: bytes, address: Address) -> None:
        """
        Send one datagram; dropped if the address cannot be sent to, or after `close`.

        An address with a port out of range, or with a name that would be looked up,
        makes asyncio raise or block; peers choose addresses, so it is checked here.
        """
        if self._transport is None or not is_sendable(address):
            logger.debug("dropped a datagram to %r", address)
            return
        if self.tap is not None:
            self.tap(True, data, address)
        self._transport.sendto(data, address)

    def close(self) -> None:
        """Close the socket; idempotent."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


@lru_cache(maxsize=4096)
def is_sendable(address: Address) -> bool:
    """Whether it is the IP literal of one machine, with a port from 1 to 65535."""
    host, port = address
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return 0 < port < 0x10000 and not (ip.is_unspecified or ip.is_multicast)


async def open_udp(host: str, port: int, on_datagram: OnDatagram) -> UdpPort:
    """
    Bind a socket.

    Args:
        host: An IP literal of this machine.

        port: 0 lets the system choose.

        on_datagram: Called with each datagram and its source.

    Raises:
        OSError: If it cannot be bound.
    """
    loop = asyncio.get_running_loop()
    _, udp_port = await loop.create_datagram_endpoint(
        lambda: UdpPort(on_datagram), local_addr=(host, port)
    )
    return udp_port


async def resolve(host: str, port: int, *, from_host: str) -> list[Address]:
    """
    The addresses of a host, as the system's own rules say; an IP literal is its own.

    Args:
        host: A name or an IP literal.

        port: Of its service.

        from_host: The IP literal that we send from: its family is asked for, because a
            socket reaches no other.

    Raises:
        OSError: If the name is not known, or has no address of that family.
    """
    family = socket.AF_INET6 if ":" in from_host else socket.AF_INET
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_DGRAM)
    addresses = [(str(address[0]), int(address[1])) for *_, address in found]
    return list(dict.fromkeys(addresses))
