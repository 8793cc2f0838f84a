"""
A warm process that forks a child for each thing that a stranger made.

I/O: child processes, sockets.

What a child is told and says goes over a socket of its own, made for it and gone with it:
whoever takes a child over can answer for no other.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .forking import ENDED, GO, READY, REFUSED
from .office import end

START_SECONDS = 30.0
"""For it to be there; 0.3 s on a quiet machine."""


class ForkingRefused(Exception):
    """It is there, and says that it cannot fork here."""


@dataclass(frozen=True, slots=True)
class Forker:
    """
    The near end.

    Args:
        process: It.

        control: Where it is told of children, and tells how they ended.
    """

    process: asyncio.subprocess.Process
    control: socket.socket

    @classmethod
    async def launch(
        cls,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path | None = None,
    ) -> "Forker":
        """
        Start one and wait until it is ready.

        Not to be cancelled: a sandbox that is killed while it is being built leaves a
        part of itself behind.

        Args:
            command: Has the control socket as standard input.

            environment: All of it.

            folder: Where it is to be.

        Raises:
            OSError: If there is none.

            ForkingRefused: If it says so.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    env=environment,
                    cwd=folder,
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            except OSError:
                ours.close()
                raise
        forker = cls(process, ours)
        said = b""
        with contextlib.suppress(OSError):
            async with asyncio.timeout(START_SECONDS):
                loop = asyncio.get_running_loop()
                said = await loop.sock_recv(ours, len(READY))
        if said == READY:
            return forker
        await forker.end()
        if said == REFUSED:
            raise ForkingRefused
        raise OSError("a process that forks others does not start")

    def fork(self) -> socket.socket:
        """
        Have a child forked and get the socket that it talks on.

        Raises:
            OSError: If this has died while it waited.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self.control, [GO], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours

    async def status(self) -> int | None:
        """How the child ended, once it has; None if this has ended with it."""
        loop = asyncio.get_running_loop()
        try:
            said = await loop.sock_recv(self.control, ENDED.size)
            return int(ENDED.unpack(said)[0])
        except (OSError, struct.error):
            return None

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        await asyncio.shield(asyncio.ensure_future(end(self.process)))
        self.control.close()
