"""
What the listener answers to EHLO, MAIL, RCPT, AUTH and PROXY.

I/O: none of its own; what it answers goes out by the session.

Standards:
    RFC 5321 (2008) §4.3.2 -- which reply to which command
    RFC 3463 (2003) -- enhanced status codes
"""

import asyncio
import unicodedata
from typing import Any

from aiosmtpd.smtp import MISSING

from ..domain.number import NotANumber
from ..orders.address import parse_recipient, split_address
from ..orders.postmaster import is_for_role
from .room import NO_ROOM, Room
from .visitors import Visitors

MAX_RECIPIENTS = 100
"""Of one mail; RFC 5321 §4.5.3.1.8 asks for no less. Campaigns have numbers.txt."""

NO_POSTMASTER = (
    "550 5.1.1 nobody reads mail for the postmaster here; write to whoever runs this fax"
    " service (setting smtp.postmaster)"
)

MAX_QUOTED_CHARS = 40
"""Of an address, in a reply."""


class Commands:
    """
    What aiosmtpd asks, one method a command; the names are its own.

    Args:
        domains: Ours; lower case.

        visitors: Who may connect.

        room: For mails.

        has_postmaster: Somebody reads what is sent to postmaster@ and abuse@.
    """

    def __init__(
        self,
        domains: frozenset[str],
        visitors: Visitors,
        room: Room,
        *,
        has_postmaster: bool = False,
    ) -> None:
        self._domains = domains
        self._has_postmaster = has_postmaster
        self._visitors = visitors
        self._room = room

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = [*lines[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", lines[-1]]
        if not server.takes_logins:
            offered = [line for line in offered if not line.startswith("250-AUTH")]
        return offered

    async def handle_AUTH(
        self, server: Any, session: Any, envelope: Any, args: list[str]
    ) -> Any:
        """Anything but MISSING is the answer."""
        if not server.takes_logins:
            return "502 5.5.1 no login here"
        peer, now = session.peer[0], asyncio.get_running_loop().time()
        if not self._visitors.may_log_in(peer, now=now):
            return "421 4.7.0 too many failed logins from your address, try in an hour"
        return MISSING

    async def handle_PROXY(
        self, server: Any, session: Any, envelope: Any, proxied: Any
    ) -> bool:
        """The proxy tells who stands behind it; its own address counts if nobody."""
        if proxied.src_addr is not None:
            session.peer = (str(proxied.src_addr), int(proxied.src_port or 0))
        is_in: bool = await server.let_in(session.peer[0])
        return is_in

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if _has_surrogates(address):
            return "553 5.6.7 sender address is not valid UTF-8"
        if not self._room.has(_declared(options)):
            return NO_ROOM
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
        refusal = self._refuse_recipient(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 recipient ok"

    def _refuse_recipient(self, address: str) -> str | None:
        local, domain = split_address(address)
        is_ours = domain in self._domains
        if is_for_role(address) and (is_ours or not local):
            return None if self._has_postmaster else NO_POSTMASTER
        if not is_ours:
            return "550 5.7.1 relaying denied: not a domain of this fax service"
        try:
            parse_recipient(local)
        except NotANumber as error:
            return (
                f"550 5.1.1 {_ascii(local)[:MAX_QUOTED_CHARS]!r}: ce numero de fax"
                f" {_ascii(str(error))} / not a fax number"
            )
        return None


def _declared(options: list[str]) -> int:
    """Bytes, of SIZE (RFC 1870 (1995) §6.1), which was checked; 0: not said."""
    sizes = (option[5:] for option in options if option.startswith("SIZE="))
    return int(next(sizes, "") or 0)


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _ascii(text: str) -> str:
    """For a reply: RFC 5321 (2008) §4.2 allows printable US-ASCII only."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in plain if character.isprintable())
