"""
The doors: take mail by SMTP and LMTP and answer 250 when it is safe.

I/O: listening TCP sockets; large mails in the spool folder.

A trusted network is believed about who sent the mail, for a relay stands there and
checked that. Whoever connects from elsewhere logs in, or is turned away.
"""

import asyncio
import ipaddress
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..certificate import Certificate
from ..domain.errors import MailRefused, MalformedMessage, StoreFull, StoreUnavailable
from ..domain.trust import UNKNOWN, Trust
from .commands import Commands
from .incoming import IncomingMail, remove_unfinished
from .lmtp import LmtpSession
from .room import NO_ROOM, RESERVE_BYTES, Room
from .session import FaxSession
from .terms import Client, LogIn, Terms
from .visitors import DEFAULTS, Limits, Visitors, is_in

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
    "Of RCPT TO, each a number, fax@ or a role at one of our domains."

    peer: str
    "The address that connected."

    content: bytes | Path = field(repr=False)
    """The bytes up to 256 KiB; above, a file in the spool folder, already flushed.
    It belongs to `accept` if that returns, and is deleted if it raises."""

    size: int
    "Bytes."

    sha256: str
    "Of the content, hexadecimal."

    login: str | None = None
    "Who handed it in, if he logged in; see `session.LogIn`."

    helo: str = ""
    "What the client called itself."

    has_certificate: bool = False
    "The client showed one that our authority vouches for."

    trust: Trust = UNKNOWN
    "In its sender; found out behind the listener."


Accept = Callable[[AcceptedMail], Awaitable[str]]
"""Commits the mail and returns the order's reference, or raises: StoreUnavailable if it
is to come again later, MailRefused if it is not taken. It is finished even if the client goes away meanwhile."""


class Protocol(StrEnum):
    """What is spoken at a door."""

    SMTP = "smtp"
    SMTPS = "smtps"
    "SMTP, encrypted from the first byte."

    LMTP = "lmtp"


class MailListener:
    """
    A mail server for one purpose, with one or more doors.

    Args:
        accept: What makes a mail safe; see `Accept`.

        doors: Protocol, address and port of each; port 0 lets the system choose.

        domains: Ours; lower case.

        trusted_networks: Whose word about the sender is believed, e.g. "127.0.0.0/8".

        proxy_networks: Proxies that begin every connection with a PROXY header.

        spool: Folder for mails over 256 KiB while they come in.

        max_bytes: Of one mail.

        hostname: Ours, in the greeting.

        certificate: For STARTTLS and SMTPS; None: neither.

        log_in: Who may connect from elsewhere; None: nobody.

        is_open: Anybody may hand in mail, without a login.

        limits: Of connections.

        reserve_bytes: See `Room`.

        has_postmaster: `accept` knows what to do with mail for postmaster@ and abuse@.
    """

    def __init__(
        self,
        accept: Accept,
        *,
        doors: Sequence[tuple[Protocol, str, int]],
        domains: Collection[str],
        trusted_networks: Sequence[str],
        proxy_networks: Sequence[str] = (),
        spool: Path,
        max_bytes: int = 40 * 1024 * 1024,
        hostname: str = "localhost",
        certificate: Certificate | None = None,
        log_in: LogIn | None = None,
        is_open: bool = False,
        limits: Limits = DEFAULTS,
        reserve_bytes: int = RESERVE_BYTES,
        has_postmaster: bool = False,
    ) -> None:
        self._accept = accept
        self._doors = doors
        self._certificate = certificate
        self._spool = spool
        proxies = [ipaddress.ip_network(text) for text in proxy_networks]
        visitors = Visitors(
            [ipaddress.ip_network(text) for text in trusted_networks],
            strangers=is_open
            or log_in is not None
            or (certificate is not None and certificate.asks_clients),
            limits=limits,
        )
        self._hooks = Commands(
            frozenset(domain.lower().rstrip(".") for domain in domains),
            visitors,
            Room(spool, reserve_bytes=reserve_bytes),
            has_postmaster=has_postmaster,
        )
        self._terms = Terms(
            deliver=self._delivered,
            visitors=visitors,
            spool=spool,
            max_bytes=max_bytes,
            hostname=hostname,
            tls=certificate.context if certificate else None,
            is_proxied=lambda peer: is_in(peer, proxies),
            log_in=log_in,
            is_open=is_open,
        )
        self._servers: list[asyncio.Server] = []
        self._sessions: set[FaxSession] = set()
        self._commits: set[asyncio.Task[str]] = set()
        # aiosmtpd logs what it does not understand, and after a mishap that is the
        # body of a mail, password and all. Our own log says what matters.
        library_log = logging.getLogger("mail.log")
        library_log.setLevel(logging.CRITICAL)
        if _nothing not in library_log.filters:
            library_log.addFilter(_nothing)

    async def start(self) -> list[int]:
        """
        Listen.

        Returns:
            The port of each door.

        Raises:
            OSError: If an address is taken or the folder cannot be used.
        """
        await asyncio.to_thread(self._spool.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(remove_unfinished, self._spool)
        try:
            for door in self._doors:
                self._servers.append(await self._open(*door))
        except OSError:
            await self.close()
            raise
        return [server.sockets[0].getsockname()[1] for server in self._servers]

    async def close(self) -> None:
        """Stop listening, finish what is being committed, close every connection."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.close()
        if self._commits:
            await asyncio.wait(self._commits, timeout=CLOSE_SECONDS)
        for session in list(self._sessions):
            session.abort()
        for server in servers:
            await server.wait_closed()

    async def _open(self, protocol: Protocol, host: str, port: int) -> asyncio.Server:
        terms, tls = self._terms, None
        kind = LmtpSession if protocol is Protocol.LMTP else FaxSession
        if protocol is Protocol.SMTPS:
            assert self._certificate is not None, "the settings see to it"
            tls = self._certificate.context
            # A PROXY header would come before the encryption; nobody here reads it.
            terms = replace(
                terms, tls=None, is_encrypted=True, is_proxied=lambda peer: False
            )
        model = kind(self._hooks, terms, self._sessions)
        return await asyncio.get_running_loop().create_server(
            model.sibling, host, port, ssl=tls
        )

    async def _delivered(
        self, client: Client, incoming: IncomingMail, content: bytes | Path
    ) -> str:
        assert client.envelope is not None
        assert client.session is not None
        peer: Any = client.session.peer  # a socket's pair, whatever the stub says
        mail = AcceptedMail(
            envelope_from=_clean(client.envelope.mail_from),
            recipients=tuple(_clean(one) for one in client.envelope.rcpt_tos),
            peer=str(peer[0]),
            content=content,
            size=incoming.size,
            sha256=incoming.sha256,
            login=client.login,
            helo=_clean(client.session.host_name or ""),
            has_certificate=client.has_certificate,
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
        except MalformedMessage as error:
            logger.warning(
                "mail of %d bytes from %s refused: %s", mail.size, mail.peer, error
            )
            incoming.discard()
            return f"554 5.6.0 this mail is refused unread: {error}"
        except MailRefused as refusal:
            incoming.discard()
            return refusal.reply
        except StoreFull as error:
            logger.error("mail of %d bytes put off: %s", mail.size, error)
            incoming.discard()
            return NO_ROOM
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


def _nothing(record: logging.LogRecord) -> bool:
    """Let no record of the library's pass; set once, however many listeners run."""
    return False


def _clean(address: object) -> str:
    """aiosmtpd gives the null sender as "<>"."""
    text = str(address).strip()
    return "" if text == "<>" else text
