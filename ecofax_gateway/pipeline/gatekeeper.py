"""
mail -> taken in, or refused while its sender's server still listens.

I/O: the store, the DNS, and the process that reads mails.

Whom nobody vouches for cannot be answered by mail: the address may be a stranger's. So
everything that can be wrong with his order is found before the 250, and his own server
tells him. Mail of trusted machines goes straight through.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ..domain.errors import MailRefused, OrderRefused
from ..domain.trust import HANDED_IN, Level, Network, Trust, is_in
from ..mail.message import Mail
from ..orders.answering import answer_key
from ..orders.opt_out import is_opt_out
from ..orders.ordering import order_of
from ..replies.mistakes import in_english
from ..smtp.listener import Accept, AcceptedMail
from ..smtp.refusal import smtp_reply
from ..store import guesses
from ..store.database import Database
from ..trust.assessor import Assessor
from ..trust.hops import MAX_HOPS, hops
from ..trust.level import Verdict
from .credentials import Credentials, Handover

logger = logging.getLogger(__name__)

LOOP = "554 5.4.6 this mail has passed too many servers: it goes round in circles"
COME_AGAIN = "451 4.4.3 the DNS of the sender's domain does not answer, try again later"
FORBIDDEN = (
    "Le domaine de votre adresse demande de refuser les messages qu'il n'a pas signés"
    " (DMARC). Envoyez celui-ci par le serveur de messagerie habituel de votre domaine.",
    "Your domain asks to reject mail that it did not sign (DMARC).",
)

Clock = Callable[[], datetime]
"""Aware UTC."""

ReadMail = Callable[[bytes], Awaitable[Mail]]
"""Raises MalformedMessage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Whose word is taken, and whose is not."""

    trusted: Sequence[Network] = ()
    "Machines that vouch for the sender."

    relays: Sequence[Network] = ()
    "Machines of ours that hand in mail of the internet."

    relays_pass_answers: bool = False
    "A refusal reaches the sender; else the relay would bounce it to a forged address."

    answered: Sequence[Network] = ()
    "Machines whose mail is answered though nothing proves its sender."


class Gatekeeper:
    """
    Stands before `Accept`.

    Args:
        accept: Makes a mail durable.

        doors: See `Doors`.

        assessor: Finds out about senders.

        read_mail: Reads the mail of a stranger, in a process that may die of it.

        credentials: Checks line and password.

        db: The store.

        domain: Of our replies: answers to them name an order by their address.

        zone: Of dates in mails.

        clock: Aware UTC.
    """

    def __init__(
        self,
        accept: Accept,
        *,
        doors: Doors,
        assessor: Assessor,
        read_mail: ReadMail,
        credentials: Credentials,
        db: Database,
        domain: str,
        zone: ZoneInfo,
        clock: Clock,
    ) -> None:
        self._accept = accept
        self._doors = doors
        self._assessor = assessor
        self._read_mail = read_mail
        self._credentials = credentials
        self._db = db
        self._domain = domain
        self._zone = zone
        self._clock = clock

    async def __call__(self, mail: AcceptedMail) -> str:
        """
        Take a mail in.

        Returns:
            The order's reference.

        Raises:
            MailRefused: Its sender's server is to tell him.
            MalformedMessage: It is too complex to be read.
            StoreUnavailable: Nothing was kept; say 451.
        """
        await refuse_loop(mail)
        if self._is_vouched_for(mail):
            return await self._accept(replace(mail, trust=HANDED_IN))
        by_relay = is_in(mail.peer, self._doors.relays)
        verdict = await self._assessor.assess(
            mail.content,
            peer=mail.peer,
            envelope_from=mail.envelope_from,
            helo=mail.helo,
            by_relay=by_relay,
        )
        if verdict.is_temporary:
            await self._put_off_once(mail, verdict)
        trust = verdict.trust
        if trust.level is Level.CLAIMED and self._hears_refusal(mail, by_relay):
            await self._examine(mail, verdict)
        reference = await self._accept(replace(mail, trust=trust))
        logger.info("%s: sender of level %s: %s", reference, trust.level, trust.detail)
        return reference

    def _is_vouched_for(self, mail: AcceptedMail) -> bool:
        return (
            mail.login is not None
            or mail.has_certificate
            or is_in(mail.peer, self._doors.trusted)
        )

    def _hears_refusal(self, mail: AcceptedMail, by_relay: bool) -> bool:
        """Whether our answer to DATA reaches the sender, and none by mail does."""
        if is_in(mail.peer, self._doors.answered):
            return False
        return not by_relay or self._doors.relays_pass_answers

    async def _put_off_once(self, mail: AcceptedMail, verdict: Verdict) -> None:
        if not await self._db.tx(guesses.was_deferred, mail.sha256, now=self._clock()):
            logger.info("put off once: %s", verdict.trust.detail)
            raise MailRefused(COME_AGAIN)

    async def _examine(self, mail: AcceptedMail, verdict: Verdict) -> None:
        """Refuse the mail of a stranger if anything is wrong with it."""
        if verdict.is_forbidden:
            logger.info("refused: %s", verdict.trust.detail)
            raise MailRefused(smtp_reply("550 5.7.26", FORBIDDEN))
        try:
            await self._understand(mail, verdict.trust)
        except OrderRefused as refusal:
            logger.info("refused, the sender is unknown: %s", refusal.code)
            code = "450 4.7.1" if refusal.code == "too-many-guesses" else "550 5.7.1"
            raise MailRefused(
                smtp_reply(
                    code,
                    [*refusal.for_requester.splitlines(), *in_english(refusal.codes)],
                )
            ) from None

    async def _understand(self, mail: AcceptedMail, trust: Trust) -> None:
        parsed = await self._read_mail(await bytes_of(mail.content))
        if is_opt_out(mail.recipients):
            return
        if answer_key(parsed, mail.recipients, domain=self._domain) is not None:
            return
        order = await asyncio.to_thread(
            order_of,
            parsed,
            recipients=mail.recipients,
            now=self._clock(),
            zone=self._zone,
        )
        by = Handover(peer=mail.peer, login=None, trust=trust)
        await self._credentials.line_of(order, by)


async def refuse_loop(mail: AcceptedMail) -> None:
    """
    Look whether a mail goes round in circles.

    Raises:
        MailRefused: It does.
    """
    content = mail.content
    passed = (
        hops(content)
        if isinstance(content, bytes)
        else await asyncio.to_thread(hops, content)
    )
    if passed > MAX_HOPS:
        logger.warning("a mail from %s goes round in circles", mail.peer)
        raise MailRefused(LOOP)


async def bytes_of(content: bytes | Path) -> bytes:
    """The whole mail."""
    if isinstance(content, bytes):
        return content
    return await asyncio.to_thread(content.read_bytes)
