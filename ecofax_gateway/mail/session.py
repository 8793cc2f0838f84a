"""
One SMTP or LMTP connection: aiosmtpd's commands, our own DATA.

I/O: one TCP connection, through aiosmtpd.

Its DATA keeps an endless line in memory, refuses lines over 1 000 bytes, cuts a slow
but steady upload and, on an exception, tells the client its text; its LMTP answers
once for all recipients. Ours does not.

Standards:
    RFC 5321 (2008) §4.1.1.4 DATA, §4.5.3.2 timeouts
    RFC 2033 (1996) §4.2 -- LMTP: one reply to DATA for each recipient
    RFC 2034 (1996), RFC 3463 (2003) -- enhanced status codes
    RFC 2920 (2000) -- command pipelining
    RFC 3207 (2002) -- STARTTLS; RFC 4954 (2007) -- AUTH, only where it is encrypted
    PROXY protocol 1 and 2 (HAProxy, 2020)
"""

import asyncio
import contextlib
import logging
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, syntax

from .dots import DataDecoder
from .incoming import IncomingMail
from .visitors import Visitors

IDLE_SECONDS = 60.0
"""Between two pieces of a mail; RFC 5321 §4.5.3.2.5 would allow three minutes, but the
relay in front of us stands next door."""

TOTAL_SECONDS = 30 * 60.0
"""For one mail: 40 MB at 22 KiB/s."""

MIN_BYTES_PER_SECOND = 1024
"""Slower than that after the first minute is a client that holds the connection."""

MAX_COMMANDS = {"NOOP": 100, "VRFY": 20, "HELP": 20, "*": 100_000}
"""On one connection; a NOOP now and then would keep it open for ever."""

PROXY_SECONDS = 5.0
"""For the proxy's first line; it stands next door and says it at once."""

MAX_LOGINS = 3
"""Wrong passwords on one connection; a mail client asks its user after the first."""

_MAX_DRAIN = 2
"""A mail over the limit is read to its end, so that the client hears 552 instead of a
broken connection, up to this many times the limit."""

_DRAIN_BYTES = 64 * 1024
"""The same for a small limit: one piece more is always read."""

_ENHANCED = {
    221: "2.0.0",
    235: "2.7.0",
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
    504: "5.5.4",
    530: "5.7.0",
    535: "5.7.8",
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

LogIn = Callable[[str, str], Awaitable[str | None]]
"""Given user and password; who that is, or None. Takes as long for unknown users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every connection of a listener is held to."""

    deliver: Deliver
    visitors: Visitors
    spool: Path
    "Folder for large mails."

    max_bytes: int
    "Of one mail, as SIZE announces."

    hostname: str
    "Ours, in the greeting."

    tls: ssl.SSLContext | None = None
    "For STARTTLS; None: not offered."

    is_encrypted: bool = False
    "From the first byte (RFC 8314 §3.3)."

    is_proxied: Callable[[str], bool] = lambda peer: False
    "Whether this peer has to begin with a PROXY header."

    log_in: LogIn | None = None


class FaxSession(SMTP):
    """
    One connection.

    Args:
        hooks: What aiosmtpd asks about each command; see `commands.Commands`.

        terms: See `Terms`.

        open_sessions: Where it is listed while it is connected.
    """

    line_length_limit = 256 * 1024
    """Of the stream's buffer, not of a line: DATA is read in pieces of this size. With
    aiosmtpd's 1 001 a mail of 2 MB holds up the loop for 45 ms."""

    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"

    def __init__(
        self, hooks: object, terms: Terms, open_sessions: set["FaxSession"]
    ) -> None:
        super().__init__(
            hooks,
            data_size_limit=terms.max_bytes,
            enable_SMTPUTF8=True,
            hostname=terms.hostname,
            ident="ESMTP",
            loop=asyncio.get_running_loop(),
            command_call_limit=MAX_COMMANDS,
            tls_context=terms.tls,
            auth_require_tls=not terms.is_encrypted,
            authenticator=self._keep_credentials,
        )
        self._hold_to(terms, open_sessions)

    def _hold_to(self, terms: Terms, open_sessions: set["FaxSession"]) -> None:
        self._terms = terms
        self._open_sessions = open_sessions
        self._entered: str | None = None
        self._wire: asyncio.BaseTransport | None = None
        self._is_trusted = False
        self._is_refused = False
        self._is_greeting = False
        self._credentials: LoginPassword | None = None
        self._failed_logins = 0
        self.login: str | None = None
        "Who logged in, in the words of `Terms.log_in`."

    @property
    def takes_logins(self) -> bool:
        """Whether AUTH is there at all."""
        return self._terms.log_in is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or turn it away before anything is read."""
        if self._original_transport is not None:
            # The same connection, encrypted by now. Who the proxy told us, and nothing
            # else, is still true: RFC 3207 §4.2.
            peer = self.session.peer if self.session is not None else None
            super().connection_made(transport)
            if self.session is not None:
                self.session.peer = peer
            return
        self._open_sessions.add(self)
        self._wire = transport
        peername = transport.get_extra_info("peername")
        peer = str(peername[0]) if isinstance(peername, tuple) else ""
        if self._terms.is_proxied(peer):
            self._proxy_timeout = PROXY_SECONDS
            super().connection_made(transport)
            return
        refusal = self._refuse(peer)
        if refusal is None:
            super().connection_made(transport)
            return
        assert isinstance(transport, asyncio.Transport)
        self._is_refused = True
        transport.write(refusal.encode("ascii", "replace") + b"\r\n")
        transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        if isinstance(self._wire, asyncio.Transport):
            # asyncio's TLS transport lets go of its protocol a moment before it tells
            # us that the connection is lost; then there is nothing left to cut.
            with contextlib.suppress(AttributeError):
                self._wire.abort()

    async def let_in(self, peer: str) -> bool:
        """Ask for the one behind the proxy; tell him if he is turned away."""
        refusal = self._refuse(peer)
        if refusal is not None:
            await self.push(refusal)
        return refusal is None

    def _refuse(self, peer: str) -> str | None:
        refusal = self._terms.visitors.enter(
            peer, now=asyncio.get_running_loop().time()
        )
        if refusal is None:
            self._entered = peer
            self._is_trusted = self._terms.visitors.is_trusted(peer)
            return None
        if refusal.log:
            logger.warning("%s", refusal.log)
        return refusal.reply

    def data_received(self, data: bytes) -> None:
        """Read on, unless the client was turned away."""
        if not self._is_refused:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """The client is gone: what is not committed by now is dropped."""
        return None if self._is_refused else bool(super().eof_received())

    def connection_lost(self, error: Exception | None) -> None:
        """Tidy up."""
        if self._entered is not None:
            self._terms.visitors.leave(self._entered)
            self._entered = None
        self._open_sessions.discard(self)
        if not self._is_refused:
            super().connection_lost(error)

    async def push(self, status: str | bytes) -> None:
        """Send a reply, with the enhanced code that EHLO promises; 421 is the last."""
        text = status if isinstance(status, str) else status.decode("ascii", "replace")
        match = None if self._is_greeting else _CODE.match(text)
        if match and int(match[1]) in _ENHANCED:
            text = f"{match[1]}{match[2]}{_ENHANCED[int(match[1])]} {match[3]}"
        await super().push(text)
        if text.startswith("421"):
            self._hang_up()

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        """Answer without enhanced codes, as RFC 2034 §4 asks."""
        self._is_greeting = True
        try:
            await super().smtp_EHLO(hostname)
        finally:
            self._is_greeting = False

    @syntax("HELO hostname")
    async def smtp_HELO(self, hostname: str) -> None:
        """Answer without enhanced codes, as RFC 2034 §4 asks."""
        self._is_greeting = True
        try:
            await super().smtp_HELO(hostname)
        finally:
            self._is_greeting = False

    @syntax("AUTH <mechanism>", when="takes_logins")
    async def smtp_AUTH(self, arg: str) -> None:
        """Check a password in our own time: the library would hold up everybody."""
        self._credentials = None
        await super().smtp_AUTH(arg)
        if self._credentials is None or self._terms.log_in is None:
            return
        assert self.session is not None
        user, password = (
            part.decode("utf-8", "replace") for part in self._credentials[:2]
        )
        self._credentials = None
        self.login = await self._terms.log_in(user, password)
        if self.login is not None:
            self.session.authenticated = True
            await self.push("235 2.7.0 logged in")
            return
        self._failed_logins += 1
        peer: Any = self.session.peer
        self._terms.visitors.login_failed(
            peer[0], now=asyncio.get_running_loop().time()
        )
        logger.warning("failed login from %s", peer[0])
        if self._failed_logins >= MAX_LOGINS:
            await self.push("421 4.7.0 too many failed logins, closing")
        else:
            await self.push(
                "535 5.7.8 unknown user or wrong password; the user is the number of"
                " the fax line, the password its fax password"
            )

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Strangers log in before anything else."""
        if self.login is not None or self._is_trusted:
            return False
        if self._terms.is_encrypted or self._tls_protocol is not None:
            await self.push("530 5.7.0 authentication required")
        else:
            await self.push("530 5.7.0 STARTTLS, then authentication required")
        return True

    def _keep_credentials(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        """Take what AUTH brought; the library asks this where nothing can be awaited."""
        self._credentials = data
        return AuthResult(success=False, handled=True)

    async def handle_exception(self, error: Exception) -> str:
        """Say that it was us, never what: the text may hold a path or a password."""
        logger.error("SMTP session: %s", type(error).__name__)
        return "451 4.3.0 temporary fault on our side, try again later"

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        """Read one mail and hand it over; the reply comes after that is done."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        incoming = IncomingMail(
            spool=self._terms.spool, max_bytes=self._terms.max_bytes
        )
        # aiosmtpd's own timer would cut in the middle; the deadlines below hold.
        self._reset_timeout(TOTAL_SECONDS + IDLE_SECONDS)
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            reply, content = await self._received(incoming)
        except TimeoutError:
            incoming.discard()
            await self.push("421 4.4.2 too slow, closing")
            return
        except BaseException:
            # Most often the client is gone: aiosmtpd cancels us when it hears that.
            incoming.discard()
            raise
        if content is not None:
            # From here on the mail belongs to the commit, whatever becomes of us.
            reply = await self._terms.deliver(self, incoming, content)
        self._reset_timeout()
        replies = self._replies(reply)
        self.envelope = self._create_envelope()
        for each in replies:
            await self.push(each)

    def _replies(self, reply: str) -> list[str]:
        """To DATA; one, whatever the number of recipients."""
        return [reply]

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
                if raw_bytes > self._terms.max_bytes * _MAX_DRAIN + _DRAIN_BYTES:
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
            return f"552 5.3.4 mail larger than {self._terms.max_bytes} bytes", None
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


class LmtpSession(FaxSession):
    """One connection of a mail server that wants an answer for each recipient."""

    show_smtp_greeting = False

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str) -> None:
        """Do what EHLO does."""
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        """Not here: RFC 2033 §4.1."""
        await self.push("500 5.5.1 this is LMTP: LHLO")

    async def smtp_EHLO(self, hostname: str) -> None:
        """Not here: RFC 2033 §4.1."""
        await self.push("500 5.5.1 this is LMTP: LHLO")

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """Ask for the greeting of this protocol."""
        return await super().check_helo_needed("LHLO")

    def _replies(self, reply: str) -> list[str]:
        assert self.envelope is not None
        return [reply] * len(self.envelope.rcpt_tos)
