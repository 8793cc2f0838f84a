"""
One SMTP connection: aiosmtpd's commands, our own DATA.

I/O: one TCP connection, through aiosmtpd.

aiosmtpd tells the client the text of an exception, and looks all over itself for its
commands whenever somebody connects. This does not; who may hand in mail is decided by
`login`, and what stands behind DATA is read by `reception`.

Standards:
    RFC 5321 (2008) §4.1.1 commands
    RFC 2034 (1996), RFC 3463 (2003) -- enhanced status codes
    RFC 2920 (2000) -- command pipelining
    RFC 3207 (2002) -- STARTTLS
    PROXY protocol 1 and 2 (HAProxy, 2020)
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Coroutine, MutableSet
from pathlib import Path
from typing import Any, Self, cast

from aiosmtpd.smtp import syntax

from ..orders.address import plain_path
from .enhanced import with_enhanced
from .incoming import IncomingMail
from .inflow import Inflow
from .login import LoginSession
from .reception import IDLE_SECONDS, TOTAL_SECONDS, NotTaken, receive
from .terms import Terms

MAX_COMMANDS = {"NOOP": 100, "VRFY": 20, "HELP": 20, "*": 100_000}
"""On one connection; a NOOP now and then would keep it open for ever."""

PROXY_SECONDS = 5.0
"""For the proxy's first line; it stands next door and says it at once."""

logger = logging.getLogger(__name__)


class FaxSession(LoginSession):
    """
    One connection.

    Args:
        hooks: What aiosmtpd asks about each command; see `commands.Commands`.

        terms: See `Terms`.

        open_sessions: Where it is listed while it is connected.
    """

    line_length_limit = 256 * 1024
    """Of the stream's buffer, not of a line: what a client sends without waiting for
    354 is in it, and with aiosmtpd's 1 001 a mail of 2 MB holds up the loop for 45 ms."""

    def __init__(
        self, hooks: object, terms: Terms, open_sessions: MutableSet["FaxSession"]
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

    def sibling(self) -> Self:
        """
        Make another connection on the same terms.

        What the library's constructor finds out about its own methods, for 200 µs a
        connection, is taken from this one.
        """
        new = type(self).__new__(type(self))
        vars(new).update(vars(self))
        loop = asyncio.get_running_loop()
        asyncio.StreamReaderProtocol.__init__(
            new,
            asyncio.StreamReader(limit=self.line_length_limit, loop=loop),
            client_connected_cb=new._cb_client_connected,
            loop=loop,
        )
        new._smtp_methods = {
            name: getattr(new, f"smtp_{name}") for name in self._smtp_methods
        }
        if self.takes_logins:
            new._auth_methods = {
                name: found._replace(method=getattr(new, found.method.__name__))
                for name, found in self._auth_methods.items()
            }
        new._authenticator = new._keep_credentials
        new._hold_to(self._terms, self._open_sessions)
        return new

    def _hold_to(self, terms: Terms, open_sessions: MutableSet["FaxSession"]) -> None:
        self._terms = terms
        self._open_sessions = open_sessions
        # The library's is one for all connections, and grows with every EHLO.
        self.command_size_limits = defaultdict(lambda: self.command_size_limit)
        self._entered: str | None = None
        self._wire: asyncio.BaseTransport | None = None
        self._inflow: Inflow | None = None
        "Of the mail that is coming in."

        self._is_refused = False
        self._greeting: list[str] | None = None
        self._begin_outside()

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
        if self._inflow is not None:
            self._inflow.feed(data)
        elif not self._is_refused:
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
        if self._greeting is not None:
            self._greeting.append(text)
            return
        await super().push(with_enhanced(text))
        if text.startswith("421"):
            self._hang_up()

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        """Answer in one piece, and without enhanced codes, as RFC 2034 §4 asks."""
        await self._greet(super().smtp_EHLO(hostname))

    @syntax("HELO hostname")
    async def smtp_HELO(self, hostname: str) -> None:
        """Answer without enhanced codes, as RFC 2034 §4 asks."""
        await self._greet(super().smtp_HELO(hostname))

    async def _greet(self, answer: Coroutine[Any, Any, None]) -> None:
        lines: list[str] = []
        self._greeting = lines
        try:
            await answer
        finally:
            self._greeting = None
        if lines:
            await super().push("\r\n".join(lines))

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read a path and what follows it; the library's way, only if it is needed."""
        found: tuple[str | None, str | None] | None = plain_path(arg)
        if found is None:
            try:
                found = super()._getaddr(arg)
            except IndexError:  # the standard library's, of "<"
                found = None, None
        return found

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
        # aiosmtpd's own timer would cut in the middle; those of `receive` hold.
        self._reset_timeout(TOTAL_SECONDS + IDLE_SECONDS)
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            received = await self._receive(incoming)
        except BaseException:
            # Most often the client is gone: aiosmtpd cancels us when it hears that.
            incoming.discard()
            raise
        if isinstance(received, NotTaken):
            incoming.discard()
            logger.warning(
                "mail of %d bytes from %s not taken: %s",
                incoming.size,
                self._entered,
                received.reply,
            )
            reply = received.reply
        else:
            # From here on the mail belongs to the commit, whatever becomes of us.
            reply = await self._terms.deliver(self, incoming, received)
        self._reset_timeout()
        replies = self._replies(reply)
        self.envelope = self._create_envelope()
        for each in replies:
            await self.push(each)

    async def _receive(self, incoming: IncomingMail) -> bytes | Path | NotTaken:
        inflow = self._inflow = Inflow(cast(asyncio.Transport, self.transport))
        goes_on = False
        try:
            # Of a client that did not wait for 354 a part is in the stream already.
            early: bytearray = self._reader._buffer  # type: ignore[attr-defined]  # aiosmtpd too
            if early:
                inflow.feed(await self._reader.read(len(early)))
            received = await receive(inflow, incoming)
            goes_on = not (isinstance(received, NotTaken) and received.ends_connection)
        finally:
            commands = inflow.close()
            # If it ends here, what still comes is text of the mail, never a command.
            self._inflow = None if goes_on else inflow
        if goes_on:
            super().data_received(commands)
        return received

    def _replies(self, reply: str) -> list[str]:
        """To DATA; one, whatever the number of recipients."""
        return [reply]

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()
