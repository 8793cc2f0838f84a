"""
The engine's process: commands on standard input, events on standard output.

I/O: standard input, output and error; signals; everything below.

`python -m ecofax_gateway.engine.main`. It ends by itself when its input does: the
daemon is gone, and nobody would hear how the calls end.
"""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import log
from ..domain.errors import Malformed
from .protocol import Event, Ready, format_event, parse_command
from .resolver import Resolver
from .switchboard import Switchboard

logger = logging.getLogger(__name__)

MAX_LINE = 1 << 20
"""Bytes of one command; the longest real one has some kilobytes."""

GARBAGE = 20_000
"""Objects more than before until the collector looks for cycles; 700 would have it look
some times a second in the middle of a tick."""

FAREWELL_S = 2.5
"""For BYEs to be answered after the end of input."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The engine's options."""
    parser.add_argument(
        "--bind",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="IP address of this machine that the trunks can reach",
    )
    parser.add_argument(
        "--sip-port", type=int, default=0, metavar="PORT", help="0: any that is free"
    )
    parser.add_argument(
        "--nameserver",
        default="",
        metavar="HOST:PORT",
        help="ask this DNS server instead of the system's",
    )
    parser.add_argument(
        "--capture",
        type=Path,
        metavar="FOLDER",
        help="write the packets of every call into a file there",
    )
    parser.add_argument("--verbose", action="store_true", help="log every T.30 signal")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until standard input ends; the exit status is 0, or 1 if it cannot begin."""
    parser = argparse.ArgumentParser(prog="ecofax-engine", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    log.set_up("debug" if options.verbose else "info")
    try:
        asyncio.run(
            serve(
                options.bind,
                options.sip_port,
                options.nameserver,
                captures=options.capture,
            )
        )
    except (OSError, ValueError) as error:
        # ValueError: standard input or output is a plain file.
        logger.error("cannot begin: %s", error)
        return 1
    return 0


async def serve(
    bind: str, sip_port: int, nameserver: str = "", *, captures: Path | None = None
) -> None:
    """
    Be the engine until standard input ends.

    Raises:
        OSError: If the SIP port cannot be bound.
    """
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader(limit=MAX_LINE)
    pipe, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    # A daemon that is slow to read must not hold up the media: the pipe's transport
    # keeps what does not fit.
    output, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sys.stdout)

    def tell(event: Event) -> None:
        output.write(format_event(event))

    switchboard = Switchboard(
        bind, tell, resolver=Resolver(nameserver), captures=captures
    )
    _, port = await switchboard.open(sip_port)
    # Ctrl-C goes to the whole group; the daemon decides what becomes of its calls.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, pipe.close)
    # What was imported stays: the collector need not walk through it in every call, and
    # what calls leave behind is freed by its last reference but for a few cycles.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    tell(Ready(sip_port=port))
    try:
        await _obey_until_eof(commands, switchboard)
        switchboard.hang_up_all()
        await asyncio.gather(_farewell(switchboard), switchboard.leave_trunks())
    finally:
        switchboard.close()
        output.close()


async def _obey_until_eof(
    commands: asyncio.StreamReader, switchboard: Switchboard
) -> None:
    async with asyncio.TaskGroup() as tasks:
        while True:
            try:
                line = await commands.readline()
            except ValueError:
                logger.error("a command of more than %d bytes", MAX_LINE)
                break
            if not line:
                break
            try:
                command = parse_command(line)
            except Malformed as error:
                logger.error("%s", error)
                continue
            tasks.create_task(switchboard.obey(command))
        switchboard.hang_up_all()


async def _farewell(switchboard: Switchboard) -> None:
    try:
        async with asyncio.timeout(FAREWELL_S):
            await switchboard.wait_until_idle()
    except TimeoutError:
        logger.info("left without an answer to every BYE")


if __name__ == "__main__":
    sys.exit(main())
