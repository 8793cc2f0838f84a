"""
One LibreOffice kept warm in its own sandbox.

I/O: one child, `office_launcher`, spoken to over its standard input and output.

One document at a time. It is thrown away after a failure, a time-out, when it hangs,
and after `DOCUMENTS_PER_LIFE` documents or when it has grown; the next one is started
at once, so that nobody waits for it. A document under which it dies or hangs is tried
once more on a fresh one, then refused.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import tempfile
from pathlib import Path
from typing import Any

from .budget import Budget
from .contract import Cause, Limits
from .process import cpu_ticks, occupied_bytes
from .sandbox import office_command, remove_dead_pipes

logger = logging.getLogger(__name__)

DOCUMENTS_PER_LIFE = 100
"Memory was flat at 0.8 GB after 200; a fresh one forgets what a document left."

GROWN_BYTES = 1024**3
"Seen at most 0.8 GB: more is what a document left behind."

START_SECONDS = 40.0

WATCH_SECONDS = 1.0

HANG_SECONDS = 8.0
"""Without a hundredth of a second of CPU: it is stopped or waits for ever. A document
that is only slow keeps it busy."""

UNREADABLE = Cause(
    for_requester="Le document n’a pas pu être ouvert. Ouvrez-le, enregistrez-le à nouveau puis"
    " renvoyez-le, ou envoyez-le en PDF.",
    code="unreadable",
)
TOO_SLOW = Cause(
    for_requester="Le document est trop long ou trop complexe pour être converti. Envoyez-le en PDF,"
    " ou en plusieurs parties.",
    code="too-slow",
)
TOO_LARGE = Cause(
    for_requester="Le document est trop complexe pour être converti. Simplifiez-le ou réduisez-le"
    " puis renvoyez-le.",
    code="too-large",
)


class OfficeLost(Exception):
    """LibreOffice ended under a document; perhaps not this document's fault."""


async def end(child: asyncio.subprocess.Process) -> None:
    """
    Kill a child, if it has not ended, and wait until it is gone.

    Not by its own method: that looks first whether it has ended, and takes its status
    away from the one who waits for it. What it has written is read to the end: before
    that asyncio does not call a child ended.
    """
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    if child.stdin is not None:
        child.stdin.close()
    if child.stdout is not None:
        with contextlib.suppress(OSError, RuntimeError):
            while await child.stdout.read(_DISCARDED_BYTES):
                pass
    await child.wait()


_DISCARDED_BYTES = 1024**2


class Office:
    """
    One instance and its successors.

    Args:
        limits: Memory of one instance; bytes of one PDF.

        folder: For temporary files of an instance that runs without a sandbox.
    """

    def __init__(self, *, limits: Limits, folder: Path) -> None:
        self._limits = limits
        self._folder = folder
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._served = 0

    async def start(self) -> None:
        """
        Start an instance unless one runs; returns when it is ready.

        Raises:
            OfficeLost: If it does not start.
        """
        async with self._turn:
            await self._ready()

    async def convert(
        self, content: bytes, office_filter: str, budget: Budget
    ) -> bytes:
        """
        Turn a document into a PDF.

        Args:
            office_filter: LibreOffice's name of the import filter; never guessed.

            budget: Spent while it works on the document.

        Raises:
            ConversionFailed: If the document cannot be read, or needs too much.
            OfficeLost: If LibreOffice cannot be started.
        """
        async with self._turn:
            try:
                return await self._convert(content, office_filter, budget)
            except OfficeLost:
                # Killed from outside, or by what an earlier document left behind:
                # one more try on a fresh one tells.
                logger.warning(
                    "LibreOffice ended or hung under a document; trying again"
                )
            try:
                return await self._convert(content, office_filter, budget)
            except OfficeLost:
                if self._served == 0 and self._child is None:
                    raise
                raise UNREADABLE.failure() from None

    async def renew(self) -> None:
        """Start the next instance if the last one was thrown away or is worn out."""
        async with self._turn:
            child = self._child
            grown = child is not None and occupied_bytes(child.pid) > GROWN_BYTES
            if self._served >= DOCUMENTS_PER_LIFE or grown:
                await self._discard()
            with contextlib.suppress(OfficeLost):
                await self._ready()

    async def close(self) -> None:
        """End the instance; idempotent."""
        async with self._turn:
            await self._discard()

    async def _convert(
        self, content: bytes, office_filter: str, budget: Budget
    ) -> bytes:
        child = await self._ready()
        self._served += 1
        header = {"office_filter": office_filter, "bytes": len(content)}
        try:
            async with budget.spend():
                answer, pdf = await self._watched(child, header, content)
        except TimeoutError:
            await self._discard()
            raise TOO_SLOW.failure() from None
        except BaseException:
            # Lost, or this task was cancelled in the middle of an answer.
            await self._discard()
            raise
        if "failed" in answer:
            logger.info("LibreOffice refused a document: %.80s", answer["failed"])
            await self._discard()
            raise UNREADABLE.failure()
        return pdf

    async def _watched(
        self, child: asyncio.subprocess.Process, header: dict[str, Any], content: bytes
    ) -> tuple[dict[str, Any], bytes]:
        """Exchange, unless LibreOffice stands still or grows too large."""
        exchange = asyncio.ensure_future(self._exchange(child, header, content))
        used, still = -1, 0.0
        try:
            while not (await asyncio.wait({exchange}, timeout=WATCH_SECONDS))[0]:
                before, used = used, cpu_ticks(child.pid)
                still = still + WATCH_SECONDS if used == before else 0.0
                if still >= HANG_SECONDS:
                    raise OfficeLost("it hangs")
                if occupied_bytes(child.pid) > self._limits.heap_bytes:
                    raise TOO_LARGE.failure()
            return exchange.result()
        finally:
            exchange.cancel()

    async def _exchange(
        self, child: asyncio.subprocess.Process, header: dict[str, Any], content: bytes
    ) -> tuple[dict[str, Any], bytes]:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(header).encode() + b"\n" + content)
            await child.stdin.drain()
            answer = json.loads(await child.stdout.readline())
            length = int(answer.get("bytes", 0))
            if not 0 <= length <= self._limits.result_bytes:
                raise OfficeLost("an answer of an impossible length")
            return answer, await child.stdout.readexactly(length)
        except (
            *(OSError, EOFError, ValueError, TypeError, AttributeError),
            *(OverflowError, RecursionError),
        ) as error:
            raise OfficeLost(type(error).__name__) from error

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._child is not None and self._child.returncode is None:
            return self._child
        await self._discard()
        command, environment = office_command()
        temporary = tempfile.TemporaryDirectory(dir=self._folder, prefix="office-")
        self._temporary = temporary
        environment = {"HOME": temporary.name, "TMPDIR": temporary.name} | environment
        try:
            child = await asyncio.create_subprocess_exec(
                *command,
                str(self._limits.memory_bytes),
                env=environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise OfficeLost(str(error)) from error
        self._child = child
        self._served = 0
        assert child.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                greeting = await child.stdout.readline()
        except BaseException as error:
            await self._discard()
            if isinstance(error, TimeoutError):
                raise OfficeLost("LibreOffice does not start") from None
            raise
        if b'"ready"' not in greeting:
            await self._discard()
            raise OfficeLost("LibreOffice does not start")
        return child

    async def _discard(self) -> None:
        child, self._child = self._child, None
        temporary, self._temporary = self._temporary, None
        if child is not None:
            await self._kill(child)
        if temporary is not None:
            # A process that is just dying may still write.
            with contextlib.suppress(OSError):
                await asyncio.to_thread(temporary.cleanup)
            await asyncio.to_thread(remove_dead_pipes)

    async def _kill(self, child: asyncio.subprocess.Process) -> None:
        # The sandbox's first process: all inside die with it. Shielded so that no
        # zombie is left behind.
        await asyncio.shield(asyncio.ensure_future(end(child)))
