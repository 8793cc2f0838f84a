"""
The text behind DATA, from the connection into an `IncomingMail`.

I/O: one connection's stream; what `IncomingMail` does.

aiosmtpd's own keeps an endless line in memory, refuses lines over 1 000 bytes and cuts
a slow but steady upload. This one takes lines of any length, counts bytes, and has
deadlines for the next piece, for the pace and for the whole.

Standards:
    RFC 5321 (2008) §4.1.1.4 DATA, §4.5.3.2 timeouts
"""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from .dots import DataDecoder
from .incoming import IncomingMail
from .room import NO_ROOM

IDLE_SECONDS = 60.0
"""Between two pieces of a mail; RFC 5321 §4.5.3.2.5 would allow three minutes, but the
relay in front of us stands next door."""

TOTAL_SECONDS = 30 * 60.0
"""For one mail: 40 MB at 22 KiB/s."""

MIN_BYTES_PER_SECOND = 1024
"""Slower than that after the first minute is a client that holds the connection."""

PIECE_BYTES = 256 * 1024
"""Read in one go, if so much is there."""

_MAX_DRAIN = 2
"""A mail over the limit is read to its end, so that the client hears 552 instead of a
broken connection, up to this many times the limit."""

_DRAIN_BYTES = 64 * 1024
"""The same for a small limit: one piece more is always read."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A mail that did not come in whole, or has no place."""

    reply: str
    "To DATA; 421 if the connection has to end."


async def receive(
    reader: asyncio.StreamReader, incoming: IncomingMail
) -> bytes | Path | NotTaken:
    """
    Read one mail to its end.

    Args:
        reader: What comes behind the mail stays in it.

        incoming: Empty. It has to be discarded if the mail is not taken, and if this
            raises.

    Returns:
        What `IncomingMail.finish` gives, or the reply that refuses.

    Raises:
        ConnectionResetError: The client went away.
    """
    decoder = DataDecoder()
    loop = asyncio.get_running_loop()
    began, raw_bytes, fault = loop.time(), 0, None
    end = began + TOTAL_SECONDS
    try:
        async with asyncio.timeout_at(end) as deadline:
            while not decoder.is_complete:
                deadline.reschedule(min(loop.time() + IDLE_SECONDS, end))
                piece = await _piece(reader)
                deadline.reschedule(end)
                raw_bytes += len(piece)
                text = decoder.feed(piece)
                if fault is None:
                    fault = await _kept(incoming, text)
                if raw_bytes > incoming.max_bytes * _MAX_DRAIN + _DRAIN_BYTES:
                    return NotTaken("421 4.3.4 far too large, closing")
                if _is_slow(raw_bytes, loop.time() - began):
                    return NotTaken("421 4.4.2 too slow, closing")
    except TimeoutError:
        return NotTaken("421 4.4.2 too slow, closing")
    _give_back(reader, decoder.rest)
    if fault is not None:
        return fault
    if incoming.is_too_large:
        return NotTaken(f"552 5.3.4 mail larger than {incoming.max_bytes} bytes")
    try:
        return await incoming.finish()
    except OSError as error:
        return _no_room(error)


async def _kept(incoming: IncomingMail, text: bytes) -> NotTaken | None:
    """Add *text*. What follows it has to be read all the same: it is no command."""
    try:
        await incoming.add(text)
    except OSError as error:
        return _no_room(error)
    return None


def _no_room(error: OSError) -> NotTaken:
    logger.error("mail not kept: %s", error.strerror)
    return NotTaken(NO_ROOM)


def _is_slow(raw_bytes: int, elapsed: float) -> bool:
    return elapsed > IDLE_SECONDS and raw_bytes < elapsed * MIN_BYTES_PER_SECOND


async def _piece(reader: asyncio.StreamReader) -> bytes:
    piece = await reader.read(PIECE_BYTES)
    if not piece:
        raise ConnectionResetError("the client went away")
    return piece


def _give_back(reader: asyncio.StreamReader, rest: bytes) -> None:
    """Put commands that came with the mail's last piece where they are read next."""
    if rest:
        buffer: bytearray = reader._buffer  # type: ignore[attr-defined]  # aiosmtpd too
        buffer[:0] = rest
