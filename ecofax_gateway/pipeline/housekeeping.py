"""
Chores: heartbeat, take-over of dead nodes, retention.

I/O: the store, the monotonic clock. A missed tick loses nothing: what is due is decided
by rows.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from ..domain.errors import StoreUnavailable
from ..engine.capture import forget_captures
from ..store import (
    claims,
    drafts,
    faxes,
    history,
    housekeeping,
    nodes,
    repeats,
    trunk_health,
)
from ..store.database import Database
from . import campaigns
from .answer import Answer
from .outage import Outage

logger = logging.getLogger(__name__)

LATE = 2 / 3
"""Of the time after which a silent node is dead: two of our own beats that are further
apart mean that others may have been kept from beating too."""


class Housekeeping:
    """
    What is done by the clock; APScheduler ticks it.

    Args:
        db: The store.

        node, epoch: This life of this node.

        answer: Puts replies into the outbox.

        silent_after: A node silent for so long is dead; `beat` is ticked at least
            three times as often.

        slot_grace: How long a lost call keeps its channel.

        keep: How long contents of finished orders are kept.

        keep_history: How long their numbers, calls and replies are; None: for ever.

        captures: This node's folder of packet captures, kept as long as contents.

        repeat_patience: How long a repeat is held for somebody to release it.

        clock: Aware UTC.

        stop: Called when this life of the node was declared over.

        outage: Tells of the store's silence, for all of a process together.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        epoch: int,
        answer: Answer,
        silent_after: timedelta,
        slot_grace: timedelta,
        keep: timedelta,
        keep_history: timedelta | None = None,
        repeat_patience: timedelta = repeats.PATIENCE,
        captures: Path | None = None,
        clock: Callable[[], datetime],
        stop: Callable[[], None],
        outage: Outage | None = None,
    ) -> None:
        self._db = db
        self._node = node
        self._epoch = epoch
        self._answer = answer
        self._silent_after = silent_after
        self._slot_grace = slot_grace
        self._keep = keep
        self._keep_history = keep_history
        self._captures = captures
        self._repeat_patience = repeat_patience
        self._clock = clock
        self._stop = stop
        self._outage = outage or Outage()
        self._heard_at = self._steady_since = time.monotonic()

    async def beat(self) -> None:
        """
        Say that this node lives, then look for nodes that do not.

        A refused beat means that it must stop. After an outage of the database, or a
        sleep of our own, every node may be late: nobody is declared dead until our own
        heart has beaten steadily for one whole interval.
        """
        try:
            heard = await self._db.tx(_beat, self._node, self._epoch)
        except StoreUnavailable as error:
            self._outage.begun("heartbeat", error)
            self._heard_at = float("-inf")
            return
        self._outage.over("heartbeat")
        if not heard:
            logger.critical(
                "node %s was declared dead, or another daemon took its name; stopping",
                self._node,
            )
            self._stop()
            return
        now, limit = time.monotonic(), self._silent_after.total_seconds()
        if now - self._heard_at > limit * LATE:
            self._steady_since = now
        self._heard_at = now
        if now - self._steady_since >= limit:
            await self._reap()

    async def _reap(self) -> None:
        with self._outage.outlasted("take-over"):
            silent = await self._db.read(_silent, self._silent_after)
            for name, epoch in silent:
                taken = await self._db.tx(self._take_over, name, epoch)
                if taken is not None:
                    logger.error(
                        "node %s is silent: its work is taken over, %d calls unknown",
                        name,
                        taken,
                    )

    def _take_over(self, conn: Connection, name: str, epoch: int) -> int | None:
        now = nodes.clock(conn)
        fenced = nodes.fence(conn, name, epoch, since=now - self._silent_after, now=now)
        if fenced is None:
            return None
        trunk_health.forget_node(conn, name)
        unknown = claims.take_over(
            conn, node=name, epoch=fenced, now=now, slot_grace=self._slot_grace
        )
        tell_unknown(conn, unknown, self._answer, now=now)
        return len(unknown)

    async def drop_repeats(self) -> None:
        """Cancel what was held as a repeat for so long that nobody can have meant it."""
        with self._outage.outlasted("repeats"):
            while dropped := await self._db.tx(self._drop_repeats, self._clock()):
                logger.info("%d repeats cancelled: nobody released them", dropped)

    def _drop_repeats(self, conn: Connection, now: datetime) -> int:
        before = now - self._repeat_patience
        dropped = repeats.expire(conn, before=before, now=now)
        for ref in dict.fromkeys(dropped):
            self._answer.after_call(conn, ref, now=now)
        return len(dropped)

    async def drop_drafts(self) -> None:
        """Delete drafts that nobody has changed for so long that nobody will."""
        with self._outage.outlasted("drafts"):
            if dropped := await self._db.tx(_drop_drafts, now=self._clock()):
                logger.info("%d drafts deleted: nobody has changed them", dropped)

    async def send_summaries(self) -> None:
        """Send what was held back because its addresses had too many replies."""
        with self._outage.outlasted("summaries"):
            while await self._db.tx(self._answer.send_summary, now=self._clock()):
                self._answer.bell.ring()

    async def empty_log(self) -> None:
        """Let no mail that is dealt with, password and all, linger in SQLite's log."""
        try:
            await self._db.empty_log()
        except StoreUnavailable as error:
            logger.debug("the database's log is not emptied now: %s", error)

    async def forget(self) -> None:
        """Forget the contents of what was finished long ago, and later all of it."""
        now = self._clock()
        before = now - self._keep
        with self._outage.outlasted("retention"):
            forgotten = 0
            while rows := await self._db.tx(housekeeping.purge, before=before, now=now):
                forgotten += rows
            if self._keep_history is not None:
                oldest = now - self._keep_history
                while rows := await self._db.tx(history.purge, before=oldest):
                    forgotten += rows
            named = await self._db.read(housekeeping.spool_names)
            swept = await self._db.sweep(named, now=now)
            if self._captures is not None:
                swept += await asyncio.to_thread(
                    forget_captures, self._captures, before=before.timestamp()
                )
            if forgotten or swept:
                logger.info("retention: %d rows, %d files forgotten", forgotten, swept)


def tell_unknown(
    conn: Connection, refs: list[str], answer: Answer, *, now: datetime
) -> None:
    """Answer for faxes whose node was lost in the call; the most are unknown."""
    for ref in refs:
        fax = faxes.get(conn, ref)
        assert fax is not None
        logger.error("%s: lost in its call; %s, not dialled again", ref, fax.state)
        answer.after_call(conn, fax.campaign, now=now)


def _drop_drafts(conn: Connection, *, now: datetime) -> int:
    abandoned = drafts.abandoned(conn, now=now)
    for ref in abandoned:
        campaigns.delete(conn, ref, now=now)
    return len(abandoned)


def _beat(conn: Connection, node: str, epoch: int) -> bool:
    return nodes.beat(conn, node, epoch, now=nodes.clock(conn))


def _silent(conn: Connection, silent_after: timedelta) -> list[tuple[str, int]]:
    return nodes.silent(conn, since=nodes.clock(conn) - silent_after)
