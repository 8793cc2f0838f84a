"""
SIP over TCP and TLS: connections, opened and taken, each known by its hop.

I/O: TCP sockets, TLS.

Standards:
    RFC 3261 §18 -- connections are used again in both directions
    RFC 5626 §3.5.1 -- keep-alives; RFC 5922 §7 -- whom a TLS server must be
"""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable
from typing import cast

from ..domain.errors import MalformedMessage
from ..sip.certificate import is_of_domain
from ..sip.hop import Address, Hop, Transport
from ..sip.stream import PING, PONG, KeepAlive, StreamParser
from .tls import TrustStore

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 4.0
"""A proxy that is there answers in a round trip; a call waits for this one's failure
before it tries the next."""

MAX_TAKEN = 500
"""Connections opened to us at a time."""

MAX_TAKEN_BY_HOST = 50
"""Of one host: a proxy opens one, a broken one opens many."""

MAX_WAITING = 100
"""Messages that wait for a connection to be opened."""

MAX_UNSENT_BYTES = 1 << 20
"""A far end that reads nothing for so long is gone."""

KEEP_ALIVE_S = 100.0
"""Between two pings of ours. RFC 5626 §4.4.1: 95 to 120 s over streams."""

MAX_IDLE_S = 600.0
"""A connection opened to us that brings nothing for so long, no keep-alive either."""


class Streams:
    """
    All connections of one user agent.

    Args:
        on_message: Called with each message and the hop that it came from.

        on_open: Called when a connection of ours stands, with its near end.

        on_close: Called when one is gone, or could not be opened.
    """

    def __init__(
        self,
        on_message: Callable[[bytes, Hop], None],
        on_open: Callable[[Hop, Address], None],
        on_close: Callable[[Hop], None],
    ) -> None:
        self.on_message = on_message
        self._on_open = on_open
        self._on_close = on_close
        self.trust = TrustStore()
        self._connections: dict[Hop, _Connection] = {}
        self._opening: dict[Hop, asyncio.Task[None]] = {}
        self._waiting: dict[Hop, list[bytes]] = {}
        self._servers: list[asyncio.Server] = []
        self._taken: Counter[str] = Counter()
        self._closed = False

    async def listen(
        self, host: str, port: int, context: ssl.SSLContext | None = None
    ) -> Address:
        """
        Take connections.

        Args:
            host: An IP literal of this machine.

            port: 0 lets the system choose.

            context: With our certificate for TLS; None for TCP.

        Raises:
            OSError: If it cannot be bound.
        """
        transport = Transport.TCP if context is None else Transport.TLS
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _Connection(self, None, transport), host, port, ssl=context
        )
        self._servers.append(server)
        name = server.sockets[0].getsockname()
        return name[0], name[1]

    def open(self, hop: Hop) -> None:
        """Have a connection to *hop*; `on_open` or `on_close` says what came of it."""
        standing = self._connections.get(hop)
        if standing is not None:
            self._on_open(hop, standing.local)
        if self._closed or standing is not None or hop in self._opening:
            return
        task = asyncio.get_running_loop().create_task(self._open(hop))
        self._opening[hop] = task
        task.add_done_callback(lambda done: self._opened(hop, done))

    def send(self, data: bytes, hop: Hop) -> None:
        """Send by the connection to *hop*, which is opened if there is none; no errors:
        `on_close` says if that fails."""
        connection = self._connections.get(hop)
        if connection is not None:
            connection.send(data)
            return
        if self._closed:
            return
        waiting = self._waiting.setdefault(hop, [])
        if len(waiting) < MAX_WAITING:
            waiting.append(data)
        self.open(hop)

    def close(self) -> None:
        """Close everything; idempotent."""
        self._closed = True
        for server in self._servers:
            server.close()
        for task in list(self._opening.values()):
            task.cancel()
        for connection in list(self._connections.values()):
            connection.close()
        self._servers.clear()
        self._connections.clear()
        self._waiting.clear()

    def taken(self, connection: "_Connection", hop: Hop) -> bool:
        """For a connection: it was opened to us; whether it may stay."""
        by_host = self._taken[hop.host]
        if self._taken.total() >= MAX_TAKEN or by_host >= MAX_TAKEN_BY_HOST:
            logger.info("too many connections from %s", hop.host)
            return False
        self._taken[hop.host] += 1
        self._connections[hop] = connection
        return True

    def lost(self, connection: "_Connection", hop: Hop, *, was_taken: bool) -> None:
        """For a connection: it is gone."""
        if was_taken:
            self._taken[hop.host] -= 1
            if not self._taken[hop.host]:
                del self._taken[hop.host]
        if self._connections.get(hop) is connection:
            del self._connections[hop]
            self._on_close(hop)

    async def _open(self, hop: Hop) -> None:
        loop = asyncio.get_running_loop()
        context = None
        if hop.transport is Transport.TLS:
            context = self.trust.context(hop.trust)
        connection = _Connection(self, hop, hop.transport)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                transport, _ = await loop.create_connection(
                    lambda: connection,
                    hop.host,
                    hop.port,
                    ssl=context,
                    server_hostname=(hop.domain or hop.host) if context else None,
                )
        except TimeoutError:
            raise OSError(
                f"{hop}: no connection in {CONNECT_TIMEOUT_S:.0f} s"
            ) from None
        if context is not None and context.verify_mode is not ssl.CERT_NONE:
            certificate = transport.get_extra_info("peercert") or {}
            if not is_of_domain(certificate, hop.domain or hop.host):
                transport.abort()
                raise OSError(f"{hop}: a certificate of another than {hop.domain!r}")
        self._connections[hop] = connection
        connection.keep_alive()
        self._on_open(hop, connection.local)
        for data in self._waiting.pop(hop, ()):
            connection.send(data)

    def _opened(self, hop: Hop, task: asyncio.Task[None]) -> None:
        self._opening.pop(hop, None)
        self._waiting.pop(hop, None)
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or error is not None:
            if error is not None:
                logger.info("%s", error)
            if not self._closed:
                self._on_close(hop)


class _Connection(asyncio.Protocol):
    """
    One connection.

    Args:
        streams: Whose.

        hop: What it was opened to; None: it is opened to us.

        transport: TCP or TLS.
    """

    def __init__(self, streams: Streams, hop: Hop | None, transport: Transport) -> None:
        self._streams = streams
        self._hop = hop
        self._kind = transport
        self._was_taken = False
        self._parser = StreamParser()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pings = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)
        if self._hop is None:
            peer = transport.get_extra_info("peername")
            self._hop = Hop(peer[0], peer[1], self._kind)
            self._was_taken = self._streams.taken(self, self._hop)
            if not self._was_taken:
                self._transport.abort()
            else:
                self._watch()

    def data_received(self, data: bytes) -> None:
        """Hand messages on; called by asyncio."""
        assert self._hop is not None
        try:
            found = self._parser.feed(data)
        except MalformedMessage as error:
            logger.info("%s: closed: %s", self._hop, error)
            self.close()
            return
        self._watch()
        for item in found:
            if item is KeepAlive.PING:
                self.send(PONG)
            elif isinstance(item, bytes):
                self._streams.on_message(item, self._hop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell it; called by asyncio."""
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None
        if self._hop is not None:
            self._streams.lost(self, self._hop, was_taken=self._was_taken)

    @property
    def local(self) -> Address:
        """Our end."""
        assert self._transport is not None
        name = self._transport.get_extra_info("sockname")
        return name[0], name[1]

    def keep_alive(self) -> None:
        """Ping from now on: it is ours."""
        self._pings = True
        self._watch()

    def send(self, data: bytes) -> None:
        """Send; a far end that does not read is cut off."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            logger.info("%s: reads nothing; closed", self._hop)
            self._transport.abort()

    def close(self) -> None:
        """Close; idempotent."""
        if self._transport is not None:
            self._transport.close()

    def _watch(self) -> None:
        """Ours: ping when nothing has come for a while. Theirs: wait for a sign."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        if self._pings:
            self._timer = loop.call_later(KEEP_ALIVE_S, self._ping)
        elif self._was_taken:
            self._timer = loop.call_later(MAX_IDLE_S, self.close)

    def _ping(self) -> None:
        self.send(PING)
        self._watch()
