"""
A client's connection: not too many, and each brings its requests in time.

I/O: sockets, as the server's protocol.

The web server alone waits for a request as long as the client likes. Whoever opens a
thousand connections and says nothing would then have all the files that the process may
open, and the calls need some too.
"""

import asyncio
from functools import cache
from ipaddress import IPv4Network, IPv6Network

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from ..domain.guesses import site_of
from ..domain.trust import parse_networks, parse_peer

MAX_CONNECTIONS = 500
"""At the same time, on a process that may open 1024 files as systemd starts it: six for
each browser, and the calls have the rest."""

MAX_OF_CLIENT = 250
"""Half of them: no address alone shuts the others out, and forty people behind one have
their six each."""

CROWDED = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Retry-After: 10\r\n"
    b"Content-Length: 49\r\n"
    b"Connection: close\r\n"
    b"\r\n"
    b"Trop de connexions / too many connections, sorry\n"
)
"""What one too many of a client is told; whether it still reads that is its own matter."""

REQUEST_SECONDS = 20.0
"""From the connection, or a request's first byte, to the end of its headers."""


class Connection(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # chosen when imported
    """The server's own protocol, with those limits."""

    site = ""
    "What stands for its client."

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take a connection, or hang up."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        if self._is_crowd():
            transport.write(CROWDED)
            transport.close()
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read, and see whether a request is still to come."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._rest()
        super().connection_lost(exc)

    def _is_crowd(self) -> bool:
        """Whether its client has too many; of a proxy's, `Pace` counts the requests."""
        if self.client is None:
            return False
        self.site = site_of(self.client[0])
        if self.config.proxy_headers and _is_proxy(
            self.client[0], tuple(self.config.forwarded_allow_ips)
        ):
            return False
        same: int = sum(
            getattr(each, "site", "") == self.site for each in self.connections
        )
        return same > MAX_OF_CLIENT

    def _watch(self) -> None:
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if is_answering:
            self._rest()
        elif self._overdue is None and not self.transport.is_closing():
            loop = asyncio.get_running_loop()
            self._overdue = loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _rest(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


def _is_proxy(host: str, trusted: tuple[str, ...]) -> bool:
    address = parse_peer(host)
    return address is not None and any(address in each for each in _networks(trusted))


@cache
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return parse_networks(texts)
