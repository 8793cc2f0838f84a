"""
event -> webhook: each message tried until it is taken.

I/O: the store, and the servers that people name.

Standards:
    Standard Webhooks 1.0.0 -- headers, signature, retries; 410 ends it for good
"""

import json
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from ..domain import event as events
from ..outbound.client import Answered, Client
from ..outbound.destination import OutboundFailed
from ..store import deliveries
from ..store import events as store
from ..store.database import Database
from ..store.deliveries import DueDelivery
from .worker import Bell, insist

logger = logging.getLogger(__name__)

SECONDS = 15.0
"""For one try: the standard's advice for senders is 15 to 30."""

LEASE = timedelta(minutes=2)
"""Longer than one try; a restart of the node frees its leases at once."""

LONGEST_WAIT = timedelta(days=1)
"""A far end that asks for more (Retry-After) is asked again after this."""

GONE = 410
"""The far end wants nothing any more (RFC 9110 §15.5.11)."""

NAME_BYTES = 12


class Telling:
    """
    Publishes events and hands them to webhooks.

    Args:
        db: The store.

        node: Holds the leases.

        client: Makes the requests; refuses addresses that are not public.

        clock: Aware UTC.

        bell: Rung when something was published.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        client: Client,
        clock: Callable[[], datetime],
        bell: Bell,
    ) -> None:
        self._db = db
        self._node = node
        self._client = client
        self._clock = clock
        self._bell = bell
        self._trouble: dict[str, set[str]] = {}
        "By webhook, what its messages met since one was taken."

    async def publish(self) -> bool:
        """Give what happened since the last time its names and deliveries."""
        if not await self._db.read(store.is_any_new):
            return False
        new = await self._db.tx(store.publish, _name, now=self._clock())
        if new:
            self._bell.ring()
        return new > 0

    async def step(self) -> bool:
        """One try of one message."""
        now = self._clock()
        if not await self._db.read(deliveries.is_any_due, now=now):
            return False
        due = await self._db.tx(
            deliveries.claim_due, node=self._node, now=now, lease=LEASE
        )
        if due is None:
            return False
        if not due.webhook.active:
            await self._give_up(due, None, "the webhook is switched off")
            return True
        try:
            answer = await self._post(due)
        except OutboundFailed as failure:
            await self._put_off(due, None, failure.code)
        else:
            await self._hear(due, answer)
        return True

    async def recover(self) -> None:
        """After a fault of the store: give back what was leased and not sent."""
        await self._db.tx(deliveries.give_back, node=self._node)

    async def _post(self, due: DueDelivery) -> Answered:
        payload = json.dumps(due.body, ensure_ascii=False).encode()
        sent_at = int(self._clock().timestamp())
        return await self._client.post(
            due.webhook.url,
            payload,
            headers={
                "Content-Type": "application/json",
                "Webhook-Id": due.ref,
                "Webhook-Timestamp": str(sent_at),
                "Webhook-Signature": events.signature(
                    due.webhook.secret, event=due.ref, sent_at=sent_at, payload=payload
                ),
            },
            seconds=SECONDS,
        )

    async def _hear(self, due: DueDelivery, answer: Answered) -> None:
        if 200 <= answer.status < 300:
            await insist(
                self._db,
                deliveries.delivered,
                due,
                status=answer.status,
                now=self._clock(),
            )
            logger.info("webhook %s: %s delivered", due.webhook.id, due.ref)
            self._trouble.pop(due.webhook.id, None)
            return
        if answer.status == GONE:
            await self._give_up(due, GONE, "410", switch_off=True)
            return
        await self._put_off(
            due, answer.status, str(answer.status), wait=_wait(answer.retry_after)
        )

    async def _put_off(
        self,
        due: DueDelivery,
        status: int | None,
        error: str,
        *,
        wait: timedelta = timedelta(),
    ) -> None:
        now = self._clock()
        at = events.next_try(due.tries, now=now)
        if at is None:
            await self._give_up(due, status, error)
            return
        at = max(at, now + wait)
        logger.log(
            self._level(due, error),
            "webhook %s: %s put off until %s: %s",
            due.webhook.id,
            due.ref,
            f"{at:%d/%m %H:%M}",
            error,
        )
        await self._db.tx(deliveries.postpone, due, at=at, status=status, error=error)

    def _level(self, due: DueDelivery, error: str) -> int:
        """A thousand messages that meet the same at a webhook are one thing to look at."""
        told = self._trouble.setdefault(due.webhook.id, set())
        level = logging.INFO if error in told else logging.WARNING
        told.add(error)
        return level

    async def _give_up(
        self,
        due: DueDelivery,
        status: int | None,
        error: str,
        *,
        switch_off: bool = False,
    ) -> None:
        logger.log(
            self._level(due, f"given up: {error}"),
            "webhook %s: %s given up: %s",
            due.webhook.id,
            due.ref,
            error,
        )
        await self._db.tx(
            deliveries.give_up,
            due,
            status=status,
            error=error,
            switch_off=switch_off,
            now=self._clock(),
        )


def _name() -> str:
    return f"evt_{secrets.token_hex(NAME_BYTES)}"


def _wait(retry_after: str | None) -> timedelta:
    """What a far end asks for in seconds; a date is not looked at."""
    if retry_after is None or not retry_after.isascii() or not retry_after.isdecimal():
        return timedelta()
    seconds = min(float(retry_after), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds)
