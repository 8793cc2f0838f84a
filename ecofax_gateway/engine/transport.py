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

IP_RECVERR = 11
IPV6_RECVERR = 25
"""Of linux/in.h and linux/in6.h; Python 3.11 does not name them."""

MAX_ERRORS = 100
"""Read at a time."""

ERROR_BYTES = 512
"""For what the kernel says with one."""

RECEIVE_BUFFER = 1 << 20
"""Bytes asked of the kernel; a page without pacing comes in a burst."""


class UdpPort(asyncio.DatagramProtocol):
    """
    One bound UDP socket.

    Args:
        on_datagram: Called with each datagram and its source; must not raise.

        on_refused: Called with an address at which nobody listens, as ICMP says; None:
            the kernel is not asked.
    """

    def __init__(
        self,
        on_datagram: OnDatagram,
        on_refused: Callable[[Address], None] | None = None,
    ) -> None:
        self.on_datagram = on_datagram
        self._on_refused = on_refused
        self._has_failed = False
        self._sock: socket.socket | None = None
        self.tap: Tap | None = None
        "Sees each datagram that comes or goes."

        self._transport: asyncio.DatagramTransport | None = None

    @property
    def address(self) -> Address:
        """Where it listens."""
        assert self._transport is not None
        name = self._transport.get_extra_info("sockname")
        return name[0], name[1]

    def watch_errors(self, sock: socket.socket) -> None:
        """Where ICMP errors are read from."""
        self._sock = sock

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
        self._has_failed = True
        if self._on_refused is None or self._sock is None:
            return
        # The error itself names nobody; the queue has the datagrams that came back. It
        # must be emptied: while it is not, the socket counts as ready.
        for _ in range(MAX_ERRORS):
            try:
                _, _, _, address = self._sock.recvmsg(
                    0, ERROR_BYTES, socket.MSG_ERRQUEUE
                )
            except OSError:
                return
            if address:
                asyncio.get_running_loop().call_soon(
                    self._on_refused, (address[0], address[1])
                )

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
        self._has_failed = False
        self._transport.sendto(data, address)
        if self._has_failed and self._on_refused is not None:
            # The kernel tells the error of an earlier datagram instead of sending.
            self._transport.sendto(data, address)

    def close(self) -> None:
        """Close the socket; idempotent."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            self._sock = None


@lru_cache(maxsize=4096)
def is_sendable(address: Address) -> bool:
    """Whether it is the IP literal of one machine, with a port from 1 to 65535."""
    host, port = address
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return 0 < port < 0x10000 and not (ip.is_unspecified or ip.is_multicast)


async def open_udp(
    host: str,
    port: int,
    on_datagram: OnDatagram,
    on_refused: Callable[[Address], None] | None = None,
) -> UdpPort:
    """
    Bind a socket.

    Args:
        host: An IP literal of this machine.

        port: 0 lets the system choose.

        on_datagram: Called with each datagram and its source.

        on_refused: Called with an address at which nobody listens; None: not asked for.

    Raises:
        OSError: If it cannot be bound.
    """
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        if on_refused is not None:
            is_v6 = family == socket.AF_INET6
            level = socket.IPPROTO_IPV6 if is_v6 else socket.IPPROTO_IP
            sock.setsockopt(level, IPV6_RECVERR if is_v6 else IP_RECVERR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    udp_port = UdpPort(on_datagram, on_refused)
    udp_port.watch_errors(sock)
    await loop.create_datagram_endpoint(lambda: udp_port, sock=sock)
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
