"""
A client's connection: not too many, and each brings its requests in time.

I/O: sockets, as the server's protocol.

The web server alone waits for a request as long as the client likes. Whoever opens a
thousand connections and says nothing would then have all the files that the process may
open, and the calls need some too.
"""

import asyncio

from uvicorn.protocols.http.auto import AutoHTTPProtocol

MAX_CONNECTIONS = 500
"""At the same time, on a process that may open 1024 files as systemd starts it: six for
each browser, and the calls have the rest."""

REQUEST_SECONDS = 20.0
"""From the connection, or a request's first byte, to the end of its headers."""


class Connection(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # chosen when imported
    """The server's own protocol, with those limits."""

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take a connection, or hang up."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
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
