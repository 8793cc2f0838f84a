"""
Other people's programs as far ends: started on the loopback, ended for sure.
"""

import asyncio
import contextlib
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

PATIENCE_S = 60.0
"""For a program to come up, or to end, on a busy machine."""

LOOK_EVERY_S = 0.02


async def until(condition: Callable[[], bool], *, what: str) -> None:
    """
    Return once *condition* holds.

    Looks again and again: what a stranger's process does makes no event for us.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 -- no event to wait for
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise AssertionError(f"in vain waited for {what}") from None


def is_bound(port: int, kind: int = socket.SOCK_DGRAM) -> bool:
    """Whether somebody on this machine listens on a port."""
    wanted, stream = f":{port:04X}", kind == socket.SOCK_STREAM
    for name in ("tcp", "tcp6") if stream else ("udp", "udp6"):
        table = Path("/proc/net", name)
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            # 0A: LISTEN. A UDP socket has no such state.
            if fields[1].endswith(wanted) and (not stream or fields[3] == "0A"):
                return True
    return False


@contextlib.asynccontextmanager
async def running(command: Sequence[str | Path], log: Path) -> AsyncIterator[Process]:
    """
    A program in the background.

    Args:
        command: Its name and options.

        log: Takes what it says on standard output and error.
    """
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *map(str, command), stdin=DEVNULL, stdout=output, stderr=STDOUT
        )
    try:
        yield process
    finally:
        await end(process)


async def end(process: Process) -> None:
    """End a program kindly, or not."""
    for stop in (process.terminate, process.kill):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S / 3):
                await process.wait()


async def output_of(*command: str | Path) -> str:
    """
    What a program that ends by itself says.

    Raises:
        AssertionError: With its standard error, if its status is not 0.
    """
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(2 * PATIENCE_S):
            out, error = await process.communicate()
    finally:
        await end(process)
    assert process.returncode == 0, error.decode(errors="replace")
    return out.decode(errors="replace")
