"""
Where one document at a time meets a worker: a process that ends with it.

I/O: child processes.

Behind bubblewrap's walls a worker is forked from a `zygote` that is kept warm: it costs
5 ms. Where there are no walls, or no rooms behind them, it is started, which costs 200.
"""

import asyncio
import contextlib
import logging
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from . import sandbox
from .forker import Forker, ForkingRefused
from .office import end

logger = logging.getLogger(__name__)

TRIES = 2
"""To fork: a zygote may have died while it waited."""

END_SECONDS = 10.0
"""For a worker to end that has said its last word."""

BUFFER_BYTES = 1024**2
"""Between two processes of one machine: a page."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that waits for one document."""

    source: asyncio.StreamReader
    "What it says."

    sink: asyncio.StreamWriter
    "What it is told."

    ended: Callable[[], Awaitable[int | None]]
    """Wait until it has ended. A status as `subprocess` has it, or None if nobody can
    tell."""


class Desk:
    """
    One after the other, workers.

    Args:
        folder: Private; temporary files of workers without walls.
    """

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._zygote: Forker | None = None
        self._launching: asyncio.Task[Forker | None] | None = None
        self._forks = True

    async def start(self) -> None:
        """Have a zygote ready, where there can be one."""
        await self._warm()

    async def close(self) -> None:
        """End the zygote and what it forked; idempotent."""
        if self._launching is not None:
            await asyncio.shield(self._launching)
            self._launching = None
        zygote, self._zygote = self._zygote, None
        if zygote is not None:
            await zygote.end()

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """Get a worker; it is gone afterwards, whatever it was doing."""
        forked = await self._fork()
        using = self._started() if forked is None else self._seated(*forked)
        async with using as worker:
            yield worker

    async def _fork(self) -> tuple[Forker, socket.socket] | None:
        for _ in range(TRIES):
            zygote = await self._warm()
            if zygote is None:
                break
            try:
                return zygote, zygote.fork()
            except OSError:
                await self.close()
        return None

    async def _warm(self) -> Forker | None:
        if not self._forks:
            return None
        if self._launching is None:
            if self._zygote is not None and self._zygote.process.returncode is None:
                return self._zygote
            await self.close()
            self._launching = asyncio.create_task(self._launch())
        # Whoever waits may be cancelled, the launch not: a sandbox that is killed while
        # it is being built leaves a part of itself behind.
        zygote = await asyncio.shield(self._launching)
        self._launching = None
        return zygote

    async def _launch(self) -> Forker | None:
        if await asyncio.to_thread(sandbox.walls) is sandbox.Walls.NONE:
            self._forks = False
            return None
        try:
            self._zygote = await Forker.launch(*sandbox.zygote_command())
        except ForkingRefused:
            self._forks = False
            logger.info("conversions start processes of their own: no rooms here")
        except OSError:
            return None
        return self._zygote

    @contextlib.asynccontextmanager
    async def _seated(
        self, zygote: Forker, document: socket.socket
    ) -> AsyncIterator[Worker]:
        source, sink = await asyncio.open_connection(sock=document, limit=BUFFER_BYTES)
        status = asyncio.create_task(zygote.status())
        try:
            yield Worker(source, sink, lambda: asyncio.shield(status))
            # It has said its last word, and ends now, or is made to.
            await asyncio.wait({status}, timeout=END_SECONDS)
        finally:
            sink.transport.abort()
            if not status.done():
                status.cancel()
                await self.close()

    @contextlib.asynccontextmanager
    async def _started(self) -> AsyncIterator[Worker]:
        command, environment = sandbox.worker_command()
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            child = await asyncio.create_subprocess_exec(
                *command,
                env={"HOME": folder, "TMPDIR": folder, **environment},
                cwd=folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=BUFFER_BYTES,
            )
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                yield Worker(child.stdout, child.stdin, child.wait)
            finally:
                await asyncio.shield(asyncio.ensure_future(end(child)))
