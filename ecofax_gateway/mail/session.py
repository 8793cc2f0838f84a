"""
One SMTP connection: aiosmtpd's commands, our own DATA.

I/O: one TCP connection, through aiosmtpd.

Its DATA keeps an endless line in memory, refuses lines over 1 000 bytes, cuts a slow
but steady upload and, on an exception, tells the client its text. Ours does not.

Standards:
    RFC 5321 (2008) §4.1.1.4 DATA, §4.5.3.2 timeouts
    RFC 2034 (1996), RFC 3463 (2003) -- enhanced status codes
    RFC 2920 (2000) -- command pipelining
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from .dots import DataDecoder
from .incoming import IncomingMail

IDLE_SECONDS = 60.0
"""Between two pieces of a mail; RFC 5321 §4.5.3.2.5 would allow three minutes, but the
relay in front of us stands next door."""

TOTAL_SECONDS = 30 * 60.0
"""For one mail: 40 MB at 22 KiB/s."""

MIN_BYTES_PER_SECOND = 1024
"""Slower than that after the first minute is a client that holds the connection."""

MAX_COMMANDS = {"NOOP": 100, "VRFY": 20, "HELP": 20, "*": 100_000}
"""On one connection; a NOOP now and then would keep it open for ever."""

_MAX_DRAIN = 2
"""A mail over the limit is read to its end, so that the client hears 552 instead of a
broken connection, up to this many times the limit."""

_DRAIN_BYTES = 64 * 1024
"""The same for a small limit: one piece more is always read."""

_ENHANCED = {
    221: "2.0.0",
    250: "2.0.0",
    252: "2.5.0",
    450: "4.7.1",
    451: "4.3.0",
    452: "4.3.1",
    454: "4.7.0",
    500: "5.5.2",
    501: "5.5.4",
    502: "5.5.1",
    503: "5.5.1",
    530: "5.7.0",
    538: "5.7.11",
    552: "5.3.4",
    553: "5.1.3",
    554: "5.5.0",
    555: "5.5.4",
}
_CODE = re.compile(r"(\d{3})([ -])(?![245]\.\d{1,3}\.\d{1,3}\b)(.*)", re.DOTALL)

logger = logging.getLogger(__name__)

Deliver = Callable[["FaxSession", IncomingMail, "bytes | Path"], Awaitable[str]]
"""Given a whole mail; its answer is the reply to DATA. Never raises."""


class FaxSession(SMTP):
    """
    One connection.

    Args:
        hooks: What aiosmtpd asks about EHLO, MAIL and RCPT.

        deliver: What happens with a whole mail.

        refuse: Given the peer's address, a reply that turns it away, or None.

        spool: Folder for large mails.

        max_bytes: Of one mail, as SIZE announces.

        hostname: Ours, in the greeting.
    """

    line_length_limit = 256 * 1024
    """Of the stream's buffer, not of a line: DATA is read in pieces of this size. With
    aiosmtpd's 1 001 a mail of 2 MB holds up the loop for 45 ms."""

    def __init__(
        self,
        hooks: object,
        *,
        deliver: Deliver,
        refuse: Callable[[str], str | None],
        spool: Path,
        max_bytes: int,
        hostname: str,
    ) -> None:
        super().__init__(
            hooks,
            data_size_limit=max_bytes,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="ESMTP",
            loop=asyncio.get_running_loop(),
            command_call_limit=MAX_COMMANDS,
        )
        self._deliver = deliver
        self._refuse = refuse
        self._spool = spool
        self._max_bytes = max_bytes
        self._is_refused = False
        self._is_greeting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or turn it away before anything is read."""
        peer = transport.get_extra_info("peername")
        refusal = self._refuse(str(peer[0]) if peer else "")
        if refusal is None:
            super().connection_made(transport)
            return
        assert isinstance(transport, asyncio.Transport)
        self._is_refused = True
        transport.write(refusal.encode("ascii", "replace") + b"\r\n")
        transport.close()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the client was turned away."""
        if not self._is_refused:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """The client is gone: what is not committed by now is dropped."""
        return None if self._is_refused else bool(super().eof_received())

    def connection_lost(self, error: Exception | None) -> None:
        """Tidy up."""
        if not self._is_refused:
            super().connection_lost(error)

    async def push(self, status: str | bytes) -> None:
        """Send a reply, with the enhanced code that EHLO promises."""
        text = status if isinstance(status, str) else status.decode("ascii", "replace")
        match = None if self._is_greeting else _CODE.match(text)
        if match and int(match[1]) in _ENHANCED:
            text = f"{match[1]}{match[2]}{_ENHANCED[int(match[1])]} {match[3]}"
        await super().push(text)

    async def smtp_EHLO(self, hostname: str) -> None:
        """Answer without enhanced codes, as RFC 2034 §4 asks."""
        self._is_greeting = True
        try:
            await super().smtp_EHLO(hostname)
        finally:
            self._is_greeting = False

    async def smtp_HELO(self, hostname: str) -> None:
        """Answer without enhanced codes, as RFC 2034 §4 asks."""
        self._is_greeting = True
        try:
            await super().smtp_HELO(hostname)
        finally:
            self._is_greeting = False

    async def handle_exception(self, error: Exception) -> str:
        """Say that it was us, never what: the text may hold a path or a password."""
        logger.error("SMTP session: %s", type(error).__name__)
        return "451 4.3.0 temporary fault on our side, try again later"

    async def smtp_DATA(self, arg: str | None) -> None:
        """Read one mail and hand it over; the reply comes after that is done."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        incoming = IncomingMail(spool=self._spool, max_bytes=self._max_bytes)
        # aiosmtpd's own timer would cut in the middle; the deadlines below hold.
        self._reset_timeout(TOTAL_SECONDS + IDLE_SECONDS)
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            reply, content = await self._received(incoming)
        except TimeoutError:
            incoming.discard()
            await self.push("421 4.4.2 too slow, closing")
            self._hang_up()
            return
        except BaseException:
            # Most often the client is gone: aiosmtpd cancels us when it hears that.
            incoming.discard()
            raise
        if content is not None:
            # From here on the mail belongs to the commit, whatever becomes of us.
            reply = await self._deliver(self, incoming, content)
        self._reset_timeout()
        self.envelope = self._create_envelope()
        await self.push(reply)
        if reply.startswith("421"):
            self._hang_up()

    async def _received(
        self, incoming: IncomingMail
    ) -> tuple[str, bytes | Path | None]:
        """Read to the end: a reply that refuses, or the whole mail."""
        decoder = DataDecoder()
        loop = asyncio.get_running_loop()
        began, raw_bytes = loop.time(), 0
        async with asyncio.timeout(TOTAL_SECONDS):
            while not decoder.is_complete:
                piece = await self._piece()
                raw_bytes += len(piece)
                await incoming.add(decoder.feed(piece))
                if raw_bytes > self._max_bytes * _MAX_DRAIN + _DRAIN_BYTES:
                    incoming.discard()
                    return "421 4.3.4 far too large, closing", None
                elapsed = loop.time() - began
                if (
                    elapsed > IDLE_SECONDS
                    and raw_bytes < elapsed * MIN_BYTES_PER_SECOND
                ):
                    raise TimeoutError
        if incoming.is_too_large:
            incoming.discard()
            return f"552 5.3.4 mail larger than {self._max_bytes} bytes", None
        try:
            return "", await incoming.finish()
        except OSError as error:
            logger.error("mail not kept: %s", error.strerror)
            incoming.discard()
            return "452 4.3.1 no room for the mail just now", None

    async def _piece(self) -> bytes:
        reader: Any = self._reader
        async with asyncio.timeout(IDLE_SECONDS):
            try:
                piece: bytes = await reader.readuntil(b".\r\n")
            except asyncio.LimitOverrunError as overrun:
                # Cannot be 0: the buffer is longer than its limit here.
                piece = await reader.readexactly(max(overrun.consumed, 1))
        return piece

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()
