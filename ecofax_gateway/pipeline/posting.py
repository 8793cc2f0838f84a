"""
reply -> mail: the outbox is emptied, each reply tried until it is taken.

I/O: the store, and the postman.

A mail server that takes a reply in the moment we die may get it again; its Message-ID
is then the same, and mail programs show it once.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..log import about
from ..smtp.postman import PostFailed, Postman
from ..store import replies
from ..store.database import Database
from .enclosing import Enclosing
from .worker import Bell, insist

logger = logging.getLogger(__name__)

Sign = Callable[[bytes], bytes]
"""A message -> the same with a signature in front."""

LEASE = timedelta(minutes=5)
"Longer than one try; a restart of the node frees its leases at once."

PATIENCE = timedelta(days=2)
"How long a reply is tried."

RETRY_DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180))
"After each failed try; the last goes on."


class Posting:
    """
    Hands replies to the postman until they are taken, for two days.

    Args:
        db: The store.

        node: Holds the leases.

        postman: Posts them.

        zone: In which people read times, in what joins a reply.

        sign: Puts our domain's signature in front; None: replies are not signed.

        clock: Aware UTC.

        bell: Rung when there is something to post.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        postman: Postman,
        zone: ZoneInfo,
        sign: Sign | None = None,
        clock: Callable[[], datetime],
        bell: Bell,
    ) -> None:
        self._db = db
        self._node = node
        self._postman = postman
        self._enclosing = Enclosing(db=db, zone=zone)
        self._sign = sign
        self._clock = clock
        self._bell = bell
        self._trouble = ""

    async def step(self) -> bool:
        """One reply."""
        now = self._clock()
        due = await self._db.tx(
            replies.claim_due, node=self._node, now=now, lease=LEASE
        )
        if due is None:
            return False
        with about(due.campaign or ""):
            try:
                message = await self._enclosing.complete(due)
                if self._sign is not None and due.kind != replies.FORWARDED:
                    message = await asyncio.to_thread(self._sign, message)
                await self._postman.post(message, due.to_address)
            except PostFailed as failure:
                await self._put_off(due, failure)
            else:
                # Not posted again only because the store was away for a moment.
                await insist(self._db, replies.sent, due.id, now=self._clock())
                logger.info("reply posted: %s", due.kind)
                self._trouble = ""
        return True

    async def recover(self) -> None:
        """After a fault of the store: give back what was leased and not posted."""
        await self._db.tx(replies.give_back, node=self._node)

    async def _put_off(self, due: replies.DueReply, failure: PostFailed) -> None:
        delay = RETRY_DELAYS[min(due.tries, len(RETRY_DELAYS)) - 1]
        at = self._clock() + delay
        if not failure.temporary or at - due.created_at > PATIENCE:
            logger.error(
                "reply %s given up: %s%s", due.kind, failure.reply, _todo(failure)
            )
            await self._db.tx(replies.drop, due.id, failure.reply, now=self._clock())
            return
        # What all of them meet is one thing to look at.
        is_news = failure.reply != self._trouble
        self._trouble = failure.reply
        logger.log(
            logging.WARNING if is_news else logging.INFO,
            "reply %s put off until %s: %s%s",
            due.kind,
            f"{at:%H:%M}",
            failure.reply,
            _todo(failure),
        )
        await self._db.tx(replies.postpone, due.id, at=at, error=failure.reply)


def _todo(failure: PostFailed) -> str:
    return f"; {failure.todo}" if failure.todo else ""
