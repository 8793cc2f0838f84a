"""
mail -> order's reference: the 250 is answered after the commit.

I/O: the store.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ..mail.listener import AcceptedMail
from ..store import mails
from ..store.database import Database
from ..store.reference import reference
from .worker import Bell

logger = logging.getLogger(__name__)


class Accept:
    """
    Takes responsibility for mails.

    Args:
        db: The store.

        clock: Aware UTC.

        bell: Rung when there is a mail to prepare.
    """

    def __init__(
        self, *, db: Database, clock: Callable[[], datetime], bell: Bell
    ) -> None:
        self._db = db
        self._clock = clock
        self._bell = bell

    async def __call__(self, mail: AcceptedMail) -> str:
        """
        Make a mail durable.

        When this returns, the mail is on the disk and its sender may forget it.

        Returns:
            The reference that the requester will see. A mail that was taken in within
            the last 24 hours keeps its first one, and makes no second fax.

        Raises:
            StoreUnavailable: Nothing was kept; say 451.
        """
        new = mails.NewMail(
            ref=reference(secrets.randbits(64)),
            envelope_from=mail.envelope_from,
            recipients=tuple(mail.recipients),
            peer=mail.peer,
            content=await self._db.keep(await _bytes(mail)),
            login=mail.login,
        )
        accepted = await self._db.tx(mails.accept, new, now=self._clock())
        if isinstance(mail.content, Path):
            await asyncio.to_thread(mail.content.unlink, missing_ok=True)
        if isinstance(accepted, mails.Duplicate):
            logger.info("the same mail as %s came again; one fax", accepted.ref)
            return accepted.ref
        self._bell.ring()
        return accepted


async def _bytes(mail: AcceptedMail) -> bytes:
    if isinstance(mail.content, bytes):
        return mail.content
    return await asyncio.to_thread(mail.content.read_bytes)
