"""
Reads mails in another process, which may die of them.

I/O: one child process, `worker`, behind the converters' walls.

Whatever a mail does there, it costs a bounded time and memory, and its end is a
sentence: a bomb that passed the look before the 250, a fault of a parser, an endless
loop. The gateway's own process only sees plain data.
"""

import asyncio
import contextlib
import logging
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path

import ecofax_gateway
from converters.office import end
from converters.sandbox import python_command, walls

from ..domain.errors import MalformedMessage
from .frame import MAX_BODY_BYTES, MAX_HEADER_BYTES, decode_mail
from .message import Mail
from .worker import ANSWER, GO, READY, REQUEST

TRIES = 2
"""Of a mail whose process ended: it may have been the machine's doing, once."""

START_SECONDS = 30.0
"""For the process to be there; 0.3 s on a quiet machine."""

END_SECONDS = 5.0
"""For a process to end that has closed its pipes."""

_BUFFER_BYTES = 1024 * 1024
"""Between two processes of one machine; a mail of 40 MB passes in 40 pieces."""

_OUT_OF_CPU = {-signal.SIGXCPU, 128 + signal.SIGXCPU}

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
        self._child: asyncio.subprocess.Process | None = None
        self._launching: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Of the process that waits for mails, if there is one."""
        return None if self._child is None else self._child.pid

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
        child = await self._ready()
        whole = False
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                header, body = await self._exchange(child, raw)
            whole = True
        except TimeoutError:
            raise ReaderLost("reading it took too long") from None
        except (OSError, EOFError):
            status = await _status(child)
            if status in _OUT_OF_CPU:
                # Another try would take as long.
                raise MalformedMessage("reading it took too much CPU") from None
            raise ReaderLost(f"the process that read it ended: {status}") from None
        finally:
            # Also when the gateway stops in the middle: half an answer is in the pipe.
            if not whole:
                await self._drop()
        return await asyncio.to_thread(decode_mail, header, body)

    async def _exchange(
        self, child: asyncio.subprocess.Process, raw: bytes
    ) -> tuple[bytes, bytes]:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.writelines((GO + REQUEST.pack(len(raw)), raw))
        await child.stdin.drain()
        said = await child.stdout.readexactly(ANSWER.size)
        header_bytes, body_bytes = ANSWER.unpack(said)
        if header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_BODY_BYTES:
            await end(child)
            raise EOFError
        header = await child.stdout.readexactly(header_bytes)
        return header, await child.stdout.readexactly(body_bytes)

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._launching is None:
            if self._child is not None and self._child.returncode is None:
                return self._child
            await self._drop()
            self._launching = asyncio.create_task(self._launch())
        # Whoever waits may be cancelled, the launch not: a sandbox that is killed while
        # it is being built leaves a part of itself behind, which holds our pipe.
        try:
            child = await asyncio.shield(self._launching)
        except (OSError, ReaderUnavailable):
            self._launching = None
            raise
        self._launching = None
        return child

    async def _launch(self) -> asyncio.subprocess.Process:
        await asyncio.to_thread(walls)  # tried once, by running it
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._temporary = tempfile.TemporaryDirectory(dir=self._folder)
        home = self._temporary.name
        package = Path(ecofax_gateway.__file__).parent
        command, environment = python_command(
            "ecofax_gateway.mail.worker", package, package.parent / "converters"
        )
        child = await asyncio.create_subprocess_exec(
            *command,
            str(self._limits.cpu_seconds),
            str(self._limits.address_bytes),
            env={"HOME": home, "TMPDIR": home, **environment},
            cwd=home,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_BUFFER_BYTES,
        )
        self._child = child
        assert child.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                await child.stdout.readexactly(len(READY))
        except (OSError, EOFError):
            await end(child)
            raise ReaderUnavailable(
                "the process that reads mails does not start: is this machine short of"
                " memory or processes (in the systemd unit: MemoryMax, TasksMax)?"
            ) from None
        return child

    async def _drop(self) -> None:
        if self._launching is not None:
            with contextlib.suppress(ReaderUnavailable):
                await asyncio.shield(self._launching)
            self._launching = None
        child, self._child = self._child, None
        if child is not None:
            await asyncio.shield(asyncio.ensure_future(_end(child)))
        temporary, self._temporary = self._temporary, None
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.cleanup()


async def _end(child: asyncio.subprocess.Process) -> None:
    assert child.stdin is not None
    await end(child)
    with contextlib.suppress(OSError):
        await child.stdin.wait_closed()  # or asyncio complains of what was not written


async def _status(child: asyncio.subprocess.Process) -> int | None:
    """How a process ended that has stopped talking; None if it is still there."""
    assert child.stdout is not None
    try:
        async with asyncio.timeout(END_SECONDS):
            # Before that asyncio does not call it ended.
            while await child.stdout.read(_BUFFER_BYTES):
                pass
            return await child.wait()
    except (OSError, TimeoutError):
        return None
