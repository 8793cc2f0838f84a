"""
Chores: heartbeat, retention.

I/O: the store. A missed tick loses nothing: what is due is decided by rows.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ..domain.errors import StoreUnavailable
from ..store import housekeeping, nodes
from ..store.database import Database

logger = logging.getLogger(__name__)


class Housekeeping:
    """
    What is done by the clock; APScheduler ticks it.

    Args:
        db: The store.

        node, epoch: This life of this node.

        keep: How long contents of finished orders are kept.

        clock: Aware UTC.

        stop: Called when this life of the node was declared over.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        epoch: int,
        keep: timedelta,
        clock: Callable[[], datetime],
        stop: Callable[[], None],
    ) -> None:
        self._db = db
        self._node = node
        self._epoch = epoch
        self._keep = keep
        self._clock = clock
        self._stop = stop

    async def beat(self) -> None:
        """Say that this node lives; a refused beat means that it must stop."""
        try:
            heard = await self._db.tx(
                nodes.beat, self._node, self._epoch, now=self._clock()
            )
        except StoreUnavailable as error:
            logger.error("no heartbeat, the store does not answer: %s", error)
            return
        if not heard:
            logger.critical("another daemon runs as node %s; stopping", self._node)
            self._stop()

    async def forget(self) -> None:
        """Forget the contents of what was finished long ago; the history stays."""
        now = self._clock()
        before = now - self._keep
        try:
            forgotten = 0
            while rows := await self._db.tx(housekeeping.purge, before=before, now=now):
                forgotten += rows
            named = await self._db.read(housekeeping.spool_names)
            swept = await self._db.sweep(named, now=now)
        except StoreUnavailable as error:
            logger.error("retention put off, the store does not answer: %s", error)
            return
        if forgotten or swept:
            logger.info("retention: %d rows, %d files forgotten", forgotten, swept)
