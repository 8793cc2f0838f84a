"""
Reads mails in another process, which may die of them.

I/O: one child process, `worker`, behind the converters' walls, and a socket for each mail.

Whatever a mail does there, it costs a bounded time and memory, and its end is a
sentence: a bomb that passed the look before the 250, a fault of a parser, an endless
loop. The gateway's own process only sees plain data.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import ecofax_gateway
from converters.forker import Forker, ForkingRefused
from converters.sandbox import python_command, walls

from ..domain.errors import MalformedMessage
from .frame import MAX_BODY_BYTES, MAX_HEADER_BYTES, decode_mail
from .message import Mail
from .worker import ANSWER, REQUEST

TRIES = 2
"""Of a mail whose process ended: it may have been the machine's doing, once."""

END_SECONDS = 5.0
"""For a child to end that has said its last word."""

_BUFFER_BYTES = 1024 * 1024
"""Between two processes of one machine; a mail of 40 MB passes in 40 pieces."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """What one mail may cost."""

    cpu_seconds: int = 20
    "A mail of 40 MB takes two."

    wall_seconds: float = 60.0
    "Three times its CPU, for a machine that does other things too."

    address_bytes: int = 1536 * 1024**2
    "Address space: the interpreter has 100 MB, a mail of 40 MB needs 400."


class ReaderUnavailable(Exception):
    """The process that reads mails cannot be started: no mail's doing."""


class ReaderLost(Exception):
    """The process that read a mail ended under it."""


class MailReader:
    """
    Reads one mail at a time.

    Args:
        folder: Private; made if absent. For what the child might write where there is
            no bubblewrap.

        limits: What one mail may cost.
    """

    def __init__(self, *, folder: Path, limits: ReadingLimits | None = None) -> None:
        self._folder = folder
        self._limits = limits or ReadingLimits()
        self._worker: Forker | None = None
        self._launching: asyncio.Task[Forker] | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Of the process that waits for mails, if there is one."""
        return None if self._worker is None else self._worker.process.pid

    async def start(self) -> None:
        """Have the process ready before the first mail comes, if it can be had."""
        async with self._turn:
            try:
                await self._ready()
            except ReaderUnavailable as error:
                logger.error("%s", error)

    async def close(self) -> None:
        """End the process; idempotent."""
        async with self._turn:
            await self._drop()

    async def read(self, raw: bytes) -> Mail:
        """
        Read the bytes of one mail.

        Returns:
            As `parse_mail` does, its HTML texts already as they are seen.

        Raises:
            MalformedMessage: If nothing can be made of it within the limits.

            ReaderUnavailable: If there is no process to read it.
        """
        async with self._turn:
            for _ in range(TRIES):
                try:
                    return await self._read(raw)
                except ReaderLost as lost:
                    logger.warning("a mail of %d bytes: %s", len(raw), lost)
                    reason = str(lost)
        raise MalformedMessage(reason)

    async def _read(self, raw: bytes) -> Mail:
        worker = await self._ready()
        try:
            child = worker.fork()
        except OSError:
            await self._drop()
            raise ReaderLost("the process that reads mails had ended") from None
        status = asyncio.create_task(worker.status())
        try:
            async with asyncio.timeout(self._limits.wall_seconds), _talk(child) as talk:
                header, body = await _exchange(*talk, raw)
        except TimeoutError:
            raise ReaderLost("reading it took too long") from None
        except (OSError, EOFError):
            await asyncio.wait({status}, timeout=END_SECONDS)
            ended = status.result() if status.done() else None
            if ended == -signal.SIGXCPU:
                # Another try would take as long.
                raise MalformedMessage("reading it took too much CPU") from None
            raise ReaderLost(f"the process that read it ended: {ended}") from None
        else:
            await asyncio.wait({status}, timeout=END_SECONDS)
        finally:
            # Also when the gateway stops in the middle: how it ends is still to be told.
            if not status.done() or status.result() is None:
                status.cancel()
                await self._drop()
        return await asyncio.to_thread(decode_mail, header, body)

    async def _ready(self) -> Forker:
        if self._launching is None:
            if self._worker is not None and self._worker.process.returncode is None:
                return self._worker
            await self._drop()
            self._launching = asyncio.create_task(self._launch())
        # Whoever waits may be cancelled, the launch not: a sandbox that is killed while
        # it is being built leaves a part of itself behind.
        try:
            return await asyncio.shield(self._launching)
        finally:
            if self._launching.done():
                self._launching = None

    async def _launch(self) -> Forker:
        await asyncio.to_thread(walls)  # tried once, by running it
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._temporary = tempfile.TemporaryDirectory(dir=self._folder)
        home = self._temporary.name
        package = Path(ecofax_gateway.__file__).parent
        command, environment = python_command(
            "ecofax_gateway.mail.worker", package, package.parent / "converters"
        )
        limits = (str(self._limits.cpu_seconds), str(self._limits.address_bytes))
        try:
            self._worker = await Forker.launch(
                [*command, *limits],
                # Nothing is imported from where a child may write.
                {"HOME": home, "TMPDIR": home, "PYTHONSAFEPATH": "1", **environment},
                folder=Path(home),
            )
        except (OSError, ForkingRefused):
            raise ReaderUnavailable(
                "the process that reads mails does not start: is this machine short of"
                " memory or processes (in the systemd unit: MemoryMax, TasksMax)?"
            ) from None
        return self._worker

    async def _drop(self) -> None:
        if self._launching is not None:
            with contextlib.suppress(ReaderUnavailable):
                await asyncio.shield(self._launching)
            self._launching = None
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()
        temporary, self._temporary = self._temporary, None
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.cleanup()


@contextlib.asynccontextmanager
async def _talk(
    child: socket.socket,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A child's socket as streams; it is gone afterwards."""
    source, sink = await asyncio.open_connection(sock=child, limit=_BUFFER_BYTES)
    try:
        yield source, sink
    finally:
        sink.transport.abort()


async def _exchange(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, raw: bytes
) -> tuple[bytes, bytes]:
    sink.writelines((REQUEST.pack(len(raw)), raw))
    await sink.drain()
    header_bytes, body_bytes = ANSWER.unpack(await source.readexactly(ANSWER.size))
    if header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_BODY_BYTES:
        raise EOFError
    header = await source.readexactly(header_bytes)
    return header, await source.readexactly(body_bytes)
