"""
mail -> order's reference: the 250 is answered after the commit.

I/O: the store.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..domain.errors import StoreUnavailable
from ..smtp.listener import AcceptedMail
from ..store import mails
from ..store.content import Content
from ..store.database import Database
from ..store.reference import reference
from .worker import Bell

MAX_TOGETHER = 64
"""Mails in one transaction: 16 MiB of those that stay in the row."""

logger = logging.getLogger(__name__)

Accepted = str | mails.Duplicate


@dataclass(frozen=True, slots=True)
class _Waiting:
    new: mails.NewMail
    answer: asyncio.Future[Accepted]


class Accept:
    """
    Takes responsibility for mails.

    Those that come while others are being committed wait for them, and are then
    committed together: a commit and its statements cost as much for one as for fifty.

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
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None

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
            trust=mail.trust,
        )
        accepted = await self._commit(new)
        if isinstance(accepted, mails.Duplicate):
            logger.info("the same mail as %s came again; one fax", accepted.ref)
            return accepted.ref
        self._bell.ring()
        return accepted

    async def _content(self, mail: AcceptedMail) -> Content:
        if isinstance(mail.content, Path):
            return await self._db.keep_file(mail.content, sha256=mail.sha256)
        return Content(sha256=mail.sha256, size=mail.size, inline=mail.content)

    async def _commit(self, new: mails.NewMail) -> Accepted:
        waiting = _Waiting(new, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        return await waiting.answer

    async def _commit_all(self) -> None:
        """Commit until nobody waits any more."""
        try:
            while self._waiting:
                together = self._waiting[:MAX_TOGETHER]
                del self._waiting[:MAX_TOGETHER]
                await self._commit_some(together)
        finally:
            self._committing = None

    async def _commit_some(self, together: Sequence[_Waiting]) -> None:
        try:
            answers = await self._db.tx(
                mails.accept_all, [each.new for each in together], now=self._clock()
            )
        except Exception as error:  # noqa: BLE001 -- not swallowed: told to the callers
            if len(together) > 1 and not isinstance(error, StoreUnavailable):
                # One of them is to blame, and its fault is not the others'.
                for each in together:
                    await self._commit_some([each])
                return
            for each in together:
                if not each.answer.done():
                    each.answer.set_exception(error)
            return
        for each, answer in zip(together, answers, strict=True):
            if not each.answer.done():  # its caller may have given up
                each.answer.set_result(answer)
