"""
The HTTP server, in the daemon's own loop.

I/O: a listening socket.
"""

import asyncio
import contextlib
import socket
from collections.abc import Collection, Iterator

import uvicorn
from starlette.types import ASGIApp

from ..certificate import Certificate
from .connection import Connection

STOP_SECONDS = 5
"""What is being answered at a stop may take so long; open streams end at once."""

BACKLOG = 512

KEEP_ALIVE_SECONDS = 75


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the daemon, whose they are."""
        yield


class WebServer:
    """
    Serves a site until it is closed.

    Args:
        site: The ASGI application.

        host: Address to listen on.

        port: 0: any free one.

        certificate: Given to every handshake anew, so that a renewed one counts at once;
            None: http, for a proxy in front.

        proxies: Networks whose X-Forwarded-For and -Proto are believed.
    """

    def __init__(
        self,
        site: ASGIApp,
        *,
        host: str,
        port: int,
        certificate: Certificate | None = None,
        proxies: Collection[str] = (),
    ) -> None:
        self._address = (host, port)
        tls = certificate.context if certificate else None
        self._server = _Server(
            uvicorn.Config(
                site,
                http=Connection,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
                ssl_context_factory=(lambda _, __: tls) if tls else None,
            )
        )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> int:
        """
        Listen.

        Returns:
            The port.

        Raises:
            OSError: If it cannot.
        """
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
        # Those that are accepted inherit it. asyncio sets it only where a socket names
        # its protocol; without it the end of an answer waits 40 ms for the client's ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._task = asyncio.create_task(
            self._server.serve(sockets=[listening]), name="web"
        )
        return int(listening.getsockname()[1])

    async def close(self) -> None:
        """Take no more requests, and end those under way."""
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.wait([self._task])
