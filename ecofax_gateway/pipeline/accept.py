"""
mail -> order's reference: the 250 is answered after the commit.

I/O: the store.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ..mail.listener import AcceptedMail
from ..store import mails
from ..store.content import Content
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
            content=await self._content(mail),
            login=mail.login,
        )
        accepted = await self._db.tx(mails.accept, new, now=self._clock())
        if isinstance(accepted, mails.Duplicate):
            logger.info("the same mail as %s came again; one fax", accepted.ref)
            return accepted.ref
        self._bell.ring()
        return accepted

    async def _content(self, mail: AcceptedMail) -> Content:
        if isinstance(mail.content, Path):
            return await self._db.keep_file(mail.content, sha256=mail.sha256)
        return await self._db.keep(mail.content)
