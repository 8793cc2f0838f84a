"""
The door: takes mail by SMTP and answers 250 when it is safe.

I/O: one listening TCP socket; large mails in the spool folder.

Whoever may connect is believed about who sent the mail, for a relay stands in front
of us and checked that. So only the networks named in the settings may connect.
"""

import asyncio
import ipaddress
import logging
import re
import traceback
import unicodedata
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..domain.errors import StoreUnavailable
from ..domain.number import NotANumber
from .address import parse_recipient, split_address
from .incoming import IncomingMail, remove_unfinished
from .session import FaxSession

MAX_CONNECTIONS = 200
"""At the same time, 11 KiB each; a relay keeps twenty."""

MAX_RECIPIENTS = 100
"""Of one mail; RFC 5321 §4.5.3.1.8 asks for no less. Campaigns have numbers.txt."""

MAX_QUOTED_CHARS = 40
"""Of an address, in a reply."""

COMMIT_SECONDS = 120.0
"""For `accept`; afterwards the relay is told to come again, and may find it done."""

CLOSE_SECONDS = 10.0
"""How long `close` waits for mails that are being committed."""

_REFERENCE = re.compile(r"[^!-~]+")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedMail:
    """One mail, whole; nothing in it has been looked at."""

    envelope_from: str
    "Of MAIL FROM without brackets; empty for bounces. No surrogates."

    recipients: tuple[str, ...]
    "Of RCPT TO, each a number or fax@ at one of our domains."

    peer: str
    "The address that connected."

    content: bytes | Path = field(repr=False)
    """The bytes up to 256 KiB; above, a file in the spool folder, already flushed.
    It belongs to `accept` if that returns, and is deleted if it raises."""

    size: int
    "Bytes."

    sha256: str
    "Of the content, hexadecimal."


Accept = Callable[[AcceptedMail], Awaitable[str]]
"""Commits the mail and returns the order's reference, or raises: StoreUnavailable if it
is to come again later. It is finished even if the client goes away meanwhile."""


class MailListener:
    """
    An SMTP server for one purpose.

    Args:
        accept: What makes a mail safe; see `Accept`.

        host: Address to listen on.

        port: 0 lets the system choose.

        domains: Ours; lower case.

        trusted_networks: Who may connect, e.g. "127.0.0.0/8".

        spool: Folder for mails over 256 KiB while they come in.

        max_bytes: Of one mail.

        hostname: Ours, in the greeting.
    """

    def __init__(
        self,
        accept: Accept,
        *,
        host: str,
        port: int,
        domains: Collection[str],
        trusted_networks: Sequence[str],
        spool: Path,
        max_bytes: int = 40 * 1024 * 1024,
        hostname: str = "localhost",
    ) -> None:
        self._accept = accept
        self._host, self._port = host, port
        self._domains = frozenset(domain.lower().rstrip(".") for domain in domains)
        self._networks = [ipaddress.ip_network(text) for text in trusted_networks]
        self._spool = spool
        self._max_bytes = max_bytes
        self._hostname = hostname
        self._server: asyncio.Server | None = None
        self._sessions: set[_Session] = set()
        self._commits: set[asyncio.Task[str]] = set()
        # aiosmtpd logs what it does not understand, and after a mishap that is the
        # body of a mail, password and all. Our own log says what matters.
        library_log = logging.getLogger("mail.log")
        library_log.setLevel(logging.CRITICAL)
        if _nothing not in library_log.filters:
            library_log.addFilter(_nothing)

    async def start(self) -> int:
        """
        Listen.

        Returns:
            The port.

        Raises:
            OSError: If the address is taken or the folder cannot be used.
        """
        await asyncio.to_thread(self._spool.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(remove_unfinished, self._spool)
        self._server = await asyncio.get_running_loop().create_server(
            self._session, self._host, self._port
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening, finish what is being committed, close every connection."""
        if self._server is None:
            return
        self._server.close()
        if self._commits:
            await asyncio.wait(self._commits, timeout=CLOSE_SECONDS)
        for session in list(self._sessions):
            session.abort()
        await self._server.wait_closed()
        self._server = None

    def _session(self) -> "_Session":
        return _Session(
            self._sessions,
            _Hooks(self._domains),
            deliver=self._delivered,
            refuse=self._refusal,
            spool=self._spool,
            max_bytes=self._max_bytes,
            hostname=self._hostname,
        )

    def _refusal(self, peer: str) -> str | None:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return "554 5.7.1 unknown client address"
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not any(mapped in network for network in self._networks):
            logger.warning("connection from %s refused: not in trusted_networks", peer)
            return (
                f"554 5.7.1 {peer} may not connect: it is not in the setting"
                " trusted_networks"
            )
        if len(self._sessions) >= MAX_CONNECTIONS:
            return "421 4.7.0 too many connections, try again later"
        return None

    async def _delivered(
        self, session: FaxSession, incoming: IncomingMail, content: bytes | Path
    ) -> str:
        assert session.envelope is not None
        assert session.session is not None
        peer: Any = session.session.peer  # a socket's pair, whatever the stub says
        mail = AcceptedMail(
            envelope_from=_clean(session.envelope.mail_from),
            recipients=tuple(_clean(one) for one in session.envelope.rcpt_tos),
            peer=str(peer[0]),
            content=content,
            size=incoming.size,
            sha256=incoming.sha256,
        )
        # A task of its own: a client that vanishes after its dot cancels the session,
        # and must not cancel a commit half done.
        task = asyncio.create_task(self._committed(mail, incoming))
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)
        return await asyncio.shield(task)

    async def _committed(self, mail: AcceptedMail, incoming: IncomingMail) -> str:
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                reference = await self._accept(mail)
        except (StoreUnavailable, TimeoutError) as error:
            logger.warning(
                "mail of %d bytes put off: %s", mail.size, type(error).__name__
            )
            incoming.discard()
            return "451 4.3.0 cannot keep the mail just now, try again later"
        except Exception as error:  # noqa: BLE001 -- the client must get an answer
            # Frames without the message: that may hold a path or a password.
            frames = "".join(traceback.format_tb(error.__traceback__))
            logger.error("mail not accepted: %s\n%s", type(error).__name__, frames)
            incoming.discard()
            return "451 4.3.0 temporary fault on our side, try again later"
        logger.info("mail of %d bytes accepted as %s", mail.size, reference)
        return f"250 2.0.0 accepted, reference {_REFERENCE.sub('', reference)}"


class _Session(FaxSession):
    """A session that its listener counts."""

    def __init__(
        self, sessions: set["_Session"], hooks: object, **options: Any
    ) -> None:
        super().__init__(hooks, **options)
        self._sessions = sessions
        self._transport_made: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._transport_made = transport
        if not self._is_refused:
            self._sessions.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        if isinstance(self._transport_made, asyncio.Transport):
            self._transport_made.abort()


class _Hooks:
    """What aiosmtpd asks, one method a command; the names are its own."""

    def __init__(self, domains: frozenset[str]) -> None:
        self._domains = domains

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*lines[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", lines[-1]]

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if _has_surrogates(address):
            return "553 5.6.7 sender address is not valid UTF-8"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender ok"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if _has_surrogates(address):
            return "553 5.1.3 recipient address is not valid UTF-8"
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return (
                f"452 4.5.3 more than {MAX_RECIPIENTS} recipients; a campaign has its"
                " numbers in numbers.txt, sent to fax@"
            )
        local, domain = split_address(address)
        if domain not in self._domains:
            return "550 5.7.1 relaying denied: not a domain of this fax service"
        try:
            parse_recipient(local)
        except NotANumber as error:
            return (
                f"550 5.1.1 {_ascii(local)[:MAX_QUOTED_CHARS]!r}: ce numero de fax"
                f" {_ascii(str(error))} / not a fax number"
            )
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 recipient ok"


def _nothing(record: logging.LogRecord) -> bool:
    """Let no record of the library's pass; set once, however many listeners run."""
    return False


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _ascii(text: str) -> str:
    """For a reply: RFC 5321 (2008) §4.2 allows printable US-ASCII only."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in plain if character.isprintable())


def _clean(address: object) -> str:
    """aiosmtpd gives the null sender as "<>"."""
    text = str(address).strip()
    return "" if text == "<>" else text
