"""
answer -> order: what somebody writes back to one of our replies is done.

I/O: the store.

The key in the answer's address, or in its thread, says which order it is about and that
its sender was written to about it. What was done is told to the one who gave the order,
whoever answered: a stolen key can do nothing that its owner does not hear of.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.order import Requester
from ..mail.message import Mail
from ..orders.answering import Wishes, answer_key, wishes_of
from ..replies.answered import Done
from ..store import answer_keys, mails
from ..store.campaigns import Campaign
from ..store.database import Database
from ..store.mails import MailRow
from . import campaigns
from .amending import Amender
from .answer import Answer
from .routing import Routing

logger = logging.getLogger(__name__)

UNKNOWN_ANSWER = OrderRefused(
    "Votre message répond à une demande que nous ne connaissons pas ou plus."
    " Pour envoyer un fax, écrivez un nouveau message.",
    code="unknown-answer",
)

_TOLD = {
    "nothing-failed": Done.NOTHING_FAILED,
    "not-paused": Done.NOT_PAUSED,
    "not-under-way": Done.OVER,
    "purged": Done.ERASED,
}
"""Refusals that have words of their own in both languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One answer that is to be dealt with."""

    mail_ref: str
    order: str
    "Reference of what it is about."

    message_id: str | None
    wishes: Wishes


class Answering:
    """
    Does what answers ask for.

    Args:
        db: The store.

        routing: By which trunk a fax leaves in another quality.

        zone: Of dates in mails.

        answer: Puts replies into the outbox.

        clock: Aware UTC.
    """

    def __init__(
        self,
        *,
        db: Database,
        routing: Routing,
        zone: ZoneInfo,
        answer: Answer,
        clock: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._answer = answer
        self._clock = clock
        self._amender = Amender(routing=routing, zone=zone, answer=answer)

    async def take(self, mail: MailRow, parsed: Mail, requester: Requester) -> bool:
        """
        Do what an answer asks for.

        Args:
            mail: As it was taken in.

            parsed: What it says.

            requester: Who wrote; without an address a machine did, and nothing is done.

        Returns:
            Whether it was an answer.

        Raises:
            OrderRefused: If its key is none of ours.
        """
        key = answer_key(parsed, mail.recipients, domain=self._answer.domain)
        if key is None:
            return False
        if not await self._db.read(answer_keys.opens, key.reference, key.key):
            raise UNKNOWN_ANSWER
        if requester.address is None:
            await self._db.tx(
                mails.mark_refused, mail.ref, "automatic", now=self._clock()
            )
            return True
        await self._carry_out(
            _Answer(
                mail_ref=mail.ref,
                order=key.reference,
                message_id=requester.message_id,
                wishes=wishes_of(parsed),
            )
        )
        self._answer.bell.ring()
        return True

    async def _carry_out(self, answer: _Answer) -> None:
        now = self._clock()
        try:
            done = await self._db.tx(self._write, answer, now=now)
        except OrderRefused as refusal:
            # Whatever it had begun was undone with its transaction.
            logger.info("answer about %s refused: %s", answer.order, refusal.code)
            told = _TOLD.get(refusal.code, Done.REFUSED)
            sentences = refusal.for_requester if told is Done.REFUSED else ""
            await self._db.tx(self._tell, answer, told, sentences=sentences, now=now)
        else:
            logger.info("answer about %s: %s", answer.order, done or "done")

    def _write(
        self, conn: Connection, answer: _Answer, *, now: datetime
    ) -> Done | None:
        """Do it and tell; None: another reply tells what was done."""
        if not mails.mark_refused(conn, answer.mail_ref, "answer", now=now):
            return None
        campaign = campaigns.found(conn, answer.order)
        done = self._amender.amend(
            conn, campaign, answer.wishes, message_id=answer.message_id, now=now
        )
        if done is not None:
            self._say(conn, campaign, answer, done, now=now)
        return done

    def _tell(
        self,
        conn: Connection,
        answer: _Answer,
        done: Done,
        *,
        sentences: str,
        now: datetime,
    ) -> None:
        if mails.mark_refused(conn, answer.mail_ref, "answer", now=now):
            campaign = campaigns.found(conn, answer.order)
            self._say(conn, campaign, answer, done, sentences=sentences, now=now)

    def _say(
        self,
        conn: Connection,
        campaign: Campaign,
        answer: _Answer,
        done: Done,
        *,
        sentences: str = "",
        now: datetime,
    ) -> None:
        owner = replace(campaign.requester, message_id=answer.message_id)
        self._answer.answered(
            conn,
            campaign.ref,
            answer.mail_ref,
            owner,
            done,
            sentences=sentences,
            now=now,
        )
