"""
Mail for postmaster@ and abuse@: passed on to a person.

I/O: the store.

It goes on as it came, so that its sender's signature still holds, through the outbox of
replies: in it before the 250, tried for two days. It leaves with an empty envelope
sender, for a bounce of ours to an address that nobody proved would hit a stranger.

Standards:
    RFC 5321 (2008) §4.5.1 postmaster, §6.3 loops
    RFC 2142 (1997) §4, §5 -- abuse and postmaster of every domain
"""

import asyncio
import logging
import secrets
from dataclasses import replace
from pathlib import Path

from ..domain.errors import MailRefused
from ..orders.postmaster import with_trace, without_roles
from ..smtp.listener import Accept, AcceptedMail
from ..store import forwards
from ..store.database import Database
from ..store.reference import reference
from .gatekeeper import Clock, bytes_of, refuse_loop
from .worker import Bell

MAX_BYTES = 10 * 1024 * 1024
"""Of a mail that is passed on; it is written to a person, with perhaps an example."""

TOO_LARGE = f"552 5.3.4 mail for the postmaster may have {MAX_BYTES} bytes here"
TOO_MANY = "450 4.7.1 too much mail for the postmaster, try again in an hour"

logger = logging.getLogger(__name__)


class Forwarding:
    """
    Stands before whatever takes mails in, and takes out those for the postmaster.

    Args:
        accept: Is given what is to be faxed.

        to_address: The postmaster's own.

        hostname: Ours, in the Received field.

        db: The store.

        clock: Aware UTC.

        bell: Rung when there is something to post.
    """

    def __init__(
        self,
        accept: Accept,
        *,
        to_address: str,
        hostname: str,
        db: Database,
        clock: Clock,
        bell: Bell,
    ) -> None:
        self._accept = accept
        self._to_address = to_address
        self._hostname = hostname
        self._db = db
        self._clock = clock
        self._bell = bell

    async def __call__(self, mail: AcceptedMail) -> str:
        """
        Take a mail in.

        Returns:
            The order's reference, or that of a mail which is only passed on.

        Raises:
            MailRefused: It goes round in circles, is too large, or too many came.
            MalformedMessage: As `Gatekeeper` does.
            StoreUnavailable: Nothing was kept; say 451.
        """
        to_fax = without_roles(mail.recipients)
        if len(to_fax) == len(mail.recipients):
            return await self._accept(mail)
        await refuse_loop(mail)
        if mail.size > MAX_BYTES:
            raise MailRefused(TOO_LARGE)
        content = await bytes_of(mail.content)
        # The fax first: if it is refused, so is all. Both know a mail that comes again.
        ref = (
            await self._accept(replace(mail, recipients=to_fax))
            if to_fax
            else reference(secrets.randbits(64))
        )
        await self._forward(mail, content, ref)
        if not to_fax and isinstance(mail.content, Path):
            await asyncio.to_thread(mail.content.unlink, missing_ok=True)
        return ref

    async def _forward(self, mail: AcceptedMail, content: bytes, ref: str) -> None:
        now = self._clock()
        new = forwards.Forward(
            sender=mail.envelope_from,
            sha256=mail.sha256,
            to_address=self._to_address,
            message=with_trace(
                content,
                helo=mail.helo,
                peer=mail.peer,
                envelope_from=mail.envelope_from,
                hostname=self._hostname,
                reference=ref,
                now=now,
            ),
        )
        if not await self._db.tx(forwards.forward, new, now=now):
            logger.warning("too much mail for the postmaster from %s", mail.peer)
            raise MailRefused(TOO_MANY)
        self._bell.ring()
        logger.info("%s goes to the postmaster", ref)
