"""
The text behind DATA, straight from the connection.

I/O: slows down one connection that brings more than is taken.

While a mail comes in, the bytes do not go through the stream that commands are read
from: it would copy each twice and wake its reader for every segment. Here they are kept
as they came, and somebody is woken when there is enough to be worth it.
"""

import asyncio

from .dots import DataDecoder

ENOUGH_BYTES = 512 * 1024
"""Worth a thread that writes it. As much again may come meanwhile, so that a connection
costs some 1.3 MB while a mail comes in."""

_SMALL_BYTES = 4 * 1024
"""A piece under it is put together with the next: of a client that sends two bytes at a
time each would be an object of fifty."""


class Inflow:
    """
    One mail on its way in.

    Args:
        transport: Told to wait while nobody takes what came.
    """

    def __init__(self, transport: asyncio.ReadTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._decoder = DataDecoder()
        self._pieces: list[bytes] = []
        self._held = 0
        "Bytes of the pieces."

        self._commands = b""
        self._is_paused = self._is_closed = False
        self._awaited: asyncio.Future[None] | None = None
        self.raw_bytes = 0
        "Came so far, doubled dots and all."

        self.last_at = self._loop.time()
        "When something came, or was let in again; on the loop's clock."

    @property
    def is_complete(self) -> bool:
        """Whether the end mark has come; what is fed then is no part of the mail."""
        return self._decoder.is_complete

    def feed(self, data: bytes) -> None:
        """Keep what has just come; after `close`, drop it."""
        if self._is_closed:
            return
        if self.is_complete:
            self._commands += data
        else:
            self._feed_text(data)
        if self._held + len(self._commands) >= ENOUGH_BYTES and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        if self._is_worth_it and self._awaited and not self._awaited.done():
            self._awaited.set_result(None)

    def _feed_text(self, data: bytes) -> None:
        self.raw_bytes += len(data)
        self.last_at = self._loop.time()
        text = self._decoder.feed(data)
        if self._pieces and len(self._pieces[-1]) < _SMALL_BYTES:
            self._pieces[-1] += text
        else:
            self._pieces.append(text)
        self._held += len(text)
        self._commands = self._decoder.rest

    async def take(self) -> list[bytes]:
        """Wait until there is enough, or all; then it is the caller's."""
        if not self._is_worth_it:
            self._awaited = self._loop.create_future()
            try:
                await self._awaited
            finally:
                self._awaited = None
        taken, self._pieces, self._held = self._pieces, [], 0
        self._resume()
        return taken

    def close(self) -> bytes:
        """Let the connection go on; gives what came behind the end mark: commands."""
        self._is_closed = True
        self._pieces.clear()
        self._resume()
        return self._commands

    @property
    def _is_worth_it(self) -> bool:
        return self.is_complete or self._held >= ENOUGH_BYTES

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self.last_at = self._loop.time()  # it was we who kept it waiting
            self._transport.resume_reading()
