"""
The text behind DATA, from the connection into an `IncomingMail`.

I/O: what `Inflow` and `IncomingMail` do.

aiosmtpd's own keeps an endless line in memory, refuses lines over 1 000 bytes and cuts
a slow but steady upload. This one takes lines of any length, counts bytes, and has
deadlines for the next bytes, for the pace and for the whole.

Standards:
    RFC 5321 (2008) §4.1.1.4 DATA, §4.5.3.2 timeouts
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path

from ..domain.errors import MalformedMessage
from .incoming import IncomingMail
from .inflow import Inflow
from .room import NO_ROOM

IDLE_SECONDS = 60.0
"""Between two segments of a mail; RFC 5321 §4.5.3.2.5 would allow three minutes, but the
relay in front of us stands next door."""

TOTAL_SECONDS = 30 * 60.0
"""For one mail: 40 MB at 22 KiB/s."""

MIN_BYTES_PER_SECOND = 1024
"""Slower than that after the first minute is a client that holds the connection."""

_MAX_DRAIN = 2
"""A mail over the limit is read to its end, so that the client hears 552 instead of a
broken connection, up to this many times the limit."""

_DRAIN_BYTES = 64 * 1024
"""The same for a small limit: one segment more is always read."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A mail that did not come in whole, or has no place."""

    reply: str
    "To DATA."

    @property
    def ends_connection(self) -> bool:
        """Whether the text may not have come to its end."""
        return self.reply.startswith("421")


async def receive(inflow: Inflow, incoming: IncomingMail) -> bytes | Path | NotTaken:
    """
    Read one mail to its end.

    Args:
        inflow: Fed by the connection.

        incoming: Empty. It has to be discarded if the mail is not taken, and if this
            raises.

    Returns:
        What `IncomingMail.finish` gives, or the reply that refuses.
    """
    began = asyncio.get_running_loop().time()
    fault = None
    try:
        is_last = False
        while not is_last:
            pieces = await _pieces(inflow, began)
            is_last = inflow.is_complete  # more may come while these are written
            if fault is None:
                fault = await _kept(incoming, pieces)
            if inflow.raw_bytes > incoming.max_bytes * _MAX_DRAIN + _DRAIN_BYTES:
                return NotTaken("421 4.3.4 far too large, closing")
    except TimeoutError:
        return NotTaken("421 4.4.2 too slow, closing")
    if fault is not None:
        return fault
    if incoming.is_too_large:
        return NotTaken(f"552 5.3.4 mail larger than {incoming.max_bytes} bytes")
    try:
        return await incoming.finish()
    except MalformedMessage as error:
        return _bomb(error)
    except OSError as error:
        return _no_room(error)


async def _pieces(inflow: Inflow, began: float) -> list[bytes]:
    """
    Wait for what comes next.

    Raises:
        TimeoutError: It does not come, or not fast enough.
    """
    loop = asyncio.get_running_loop()
    end = began + TOTAL_SECONDS
    while True:
        pieces: list[bytes] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(min(inflow.last_at + IDLE_SECONDS, end)):
                pieces = await inflow.take()
        now = loop.time()
        if _is_slow(inflow.raw_bytes, now - began):
            raise TimeoutError
        if pieces:
            return pieces
        # Something may have come meanwhile, but not enough to wake us.
        if now >= min(inflow.last_at + IDLE_SECONDS, end):
            raise TimeoutError


async def _kept(incoming: IncomingMail, pieces: list[bytes]) -> NotTaken | None:
    """Add them. What follows has to be read all the same: it is no command."""
    try:
        await incoming.add(pieces)
    except MalformedMessage as error:
        return _bomb(error)
    except OSError as error:
        return _no_room(error)
    return None


def _bomb(error: MalformedMessage) -> NotTaken:
    return NotTaken(f"554 5.6.0 this mail is refused unread: {error}")


def _no_room(error: OSError) -> NotTaken:
    logger.error("mail not kept: %s", error.strerror)
    return NotTaken(NO_ROOM)


def _is_slow(raw_bytes: int, elapsed: float) -> bool:
    return elapsed > IDLE_SECONDS and raw_bytes < elapsed * MIN_BYTES_PER_SECOND
