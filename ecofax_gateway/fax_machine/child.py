"""
The built-in fax machine: the same program, held as a child process of the daemon.

I/O: one child process and its pipes. It ends when its standard input does, so that it
never outlives the daemon, however that ends.
"""

import asyncio
import contextlib
import json
import logging
import sys
from pathlib import Path

logger = logging.getLogger(__name__)

READY_SECONDS = 20.0
"From exec to the ready line: an interpreter on a busy machine."

FAREWELL_SECONDS = 5.0


class FaxMachineChild:
    """
    A fax machine on a port of the loopback.

    Args:
        folder: Where it prints; made by it.

        paced: At the speed of a real line.

        options: More options of the `fax-machine` command.
    """

    def __init__(
        self, *, folder: Path, paced: bool, options: tuple[str, ...] = ()
    ) -> None:
        self._command = [
            sys.executable,
            "-m",
            "ecofax_gateway.fax_machine.main",
            "--until-eof",
            f"--folder={folder}",
            *([] if paced else ["--unpaced"]),
            *options,
        ]
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """
        Start it, and start it again on the same port whenever it ends.

        Returns:
            Its SIP port.

        Raises:
            OSError: If it does not come up.
        """
        port = await self._launch(0)
        self._keeper = asyncio.create_task(self._keep(port))
        return port

    async def close(self) -> None:
        """End it; idempotent."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._process.wait()
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def _launch(self, port: int) -> int:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            f"--port={port}",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the daemon, which then ends us
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                ready = json.loads(await self._process.stdout.readline())
            return int(ready["port"])
        except (TimeoutError, ValueError, KeyError, TypeError) as error:
            raise OSError("the built-in fax machine does not come up") from error

    async def _keep(self, port: int) -> None:
        while True:
            assert self._process is not None
            assert self._process.stdout is not None
            while line := await self._process.stdout.readline():
                logger.info("built-in fax machine: %s", line.decode().strip())
            await self._process.wait()
            logger.error("the built-in fax machine ended; starting it again")
            await self._launch(port)
