"""
UDP endpoints: one socket each, nothing but datagrams.

I/O: UDP sockets.
"""

import asyncio
import ipaddress
import logging
import socket
from collections import deque
from collections.abc import Callable
from functools import lru_cache

from ..spandsp._spandsp import ffi
from .door import door_to

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

MAX_DATAGRAM = 65_536
MAX_READ = 64
"""Datagrams at a time; then the others have their turn."""

MAX_WAITING = 4096
"""Datagrams that the kernel has no room for; then the oldest are lost, as UDP may."""

RECEIVE_BUFFER = 1 << 20
"""Bytes asked of the kernel; a page without pacing comes in a burst."""


class UdpPort:
    """
    One bound UDP socket, read when something comes, or when its owner asks.

    asyncio's own endpoint does the same with twice the work a datagram; there are some
    hundreds of them each 20 ms.

    Args:
        sock: Bound, not blocking; closed by `close`.

        on_datagram: Called with each datagram and its source; must not raise.

        on_refused: Called with an address at which nobody listens, as ICMP says; None:
            the kernel is not asked.
    """

    def __init__(
        self,
        sock: socket.socket,
        on_datagram: OnDatagram,
        on_refused: Callable[[Address], None] | None = None,
    ) -> None:
        self.on_datagram = on_datagram
        self.tap: Tap | None = None
        "Sees each datagram that comes or goes."

        self._sock = sock
        self._on_refused = on_refused
        self._has_failed = False
        self._is_closed = False
        self._good: Address | None = None
        self._waiting: deque[tuple[bytes, Address]] = deque(maxlen=MAX_WAITING)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self.read)

    @property
    def address(self) -> Address:
        """Where it listens."""
        name = self._sock.getsockname()
        return name[0], name[1]

    def hold(self) -> None:
        """
        Leave what comes in the kernel until `read` is called.

        Each datagram wakes the process otherwise, which costs more than to read it.
        """
        self._loop.remove_reader(self._sock)

    def release(self) -> None:
        """Hear each datagram when it comes again; idempotent."""
        if not self._is_closed:
            self._loop.add_reader(self._sock, self.read)

    def read(self) -> None:
        """Take what has come, a bounded number."""
        for _ in range(MAX_READ):
            if self._is_closed:
                return
            try:
                data, source = self._sock.recvfrom(MAX_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._failed(error)
                return
            address = (source[0], source[1])
            if self.tap is not None:
                self.tap(False, data, address)
            self.on_datagram(data, address)

    def send(self, data: bytes, address: Address) -> None:
        """
        Send one datagram; dropped if the address cannot be sent to, or after `close`.

        An address with a port out of range, or with a name that would be looked up,
        makes a socket raise or block; peers choose addresses, so it is checked here.
        """
        if address is not self._good and is_sendable(address):
            self._good = address
        if self._is_closed or address is not self._good:
            logger.debug("dropped a datagram to %r", address)
            return
        if self.tap is not None:
            self.tap(True, data, address)
        if self._waiting:
            self._waiting.append((data, address))
            return
        self._has_failed = False
        self._send(data, address)
        if self._has_failed and self._on_refused is not None:
            # The kernel tells the error of an earlier datagram instead of sending.
            self._send(data, address)

    def door(self, address: Address) -> ffi.CData | None:
        """
        By which C sends to *address* without us; not to be used after `close`.

        None where that is not possible: somebody looks on at what is sent, or the
        address cannot be sent to.
        """
        if self.tap is not None or self._is_closed or not is_sendable(address):
            return None
        return door_to(self._sock.fileno(), *address)

    def close(self) -> None:
        """Close the socket; what the kernel had no room for is dropped. Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._sock.close()

    def _send(self, data: bytes, address: Address) -> None:
        if not self._left(data, address):
            self._waiting.append((data, address))
            self._loop.add_writer(self._sock, self._send_waiting)

    def _send_waiting(self) -> None:
        """The kernel has room again."""
        while self._waiting and self._left(*self._waiting[0]):
            self._waiting.popleft()
        if not self._waiting:
            self._loop.remove_writer(self._sock)

    def _left(self, data: bytes, address: Address) -> bool:
        """Whether the kernel had room for it; what it cannot send at all has left."""
        try:
            self._sock.sendto(data, address)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            self._failed(error)
        return True

    def _failed(self, error: OSError) -> None:
        """
        Note an ICMP error; it says nothing about the next datagram.

        A port that is closed late is told to us long after it mattered.
        """
        logger.debug("UDP: %s", error)
        self._has_failed = True
        if self._on_refused is None:
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
                self._loop.call_soon(self._on_refused, (address[0], address[1]))


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
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if on_refused is not None:
            is_v6 = family == socket.AF_INET6
            level = socket.IPPROTO_IPV6 if is_v6 else socket.IPPROTO_IP
            sock.setsockopt(level, IPV6_RECVERR if is_v6 else IP_RECVERR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return UdpPort(sock, on_datagram, on_refused)


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
