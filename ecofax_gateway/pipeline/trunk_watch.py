"""
How this node finds its trunks, and what waits for those that are closed.

I/O: the store.

The engine tells what trunks answer, `Transmit` how calls by them end. What comes of
that is written, and faxes that wait for a trunk which every node finds down, or which
the operator has paused, go to the next of their route; when it opens, back again.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..domain.outcome import Ending
from ..domain.trunk_health import (
    TrunkHealth,
    TrunkState,
    after_call,
    after_pause,
    after_report,
)
from ..engine import protocol
from ..store import trunk_health, trunks
from ..store.database import Database
from ..store.trunks import Waiting
from .routing import Routing
from .worker import Bell

logger = logging.getLogger(__name__)

SLICE = 2000
"""Faxes looked at in one transaction, so that nobody else waits for long."""

LOOK_AGAIN = timedelta(seconds=5)
"""How often faxes that came to wait for a closed trunk meanwhile are looked for."""


class TrunkWatch:
    """
    Keeps an eye on the trunks.

    Args:
        db: The store.

        node: Whose view it is.

        routing: The trunks.

        pauses: By trunk, the shortest time before one that fails its calls is tried
            again.

        clock: Aware UTC.

        bell: Wakes `step`.

        called: Rung when faxes have changed their trunk.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        routing: Routing,
        pauses: Mapping[str, timedelta],
        clock: Callable[[], datetime],
        bell: Bell,
        called: Bell,
    ) -> None:
        self._db = db
        self._node = node
        self._routing = routing
        self._pauses = dict(pauses)
        self._clock = clock
        self._bell = bell
        self._called = called
        self._found = {name: TrunkHealth() for name in pauses}
        self._written = dict(self._found)
        self._closed: frozenset[str] | None = None
        self._looked_at: datetime | None = None

    def heard(self, event: protocol.TrunkHealth) -> None:
        """Hear from the engine what a trunk answers."""
        health = self._found.get(event.name)
        if health is None:
            return
        state = TrunkState(event.state.value)
        self._set(
            event.name, after_report(health, state, event.detail, now=self._now())
        )

    def called(self, name: str, ending: Ending, detail: str) -> None:
        """Hear how a call by a trunk ended."""
        health = self._found.get(name)
        if health is None:
            return
        pause = self._pauses[name]
        self._set(
            name, after_call(health, ending, detail, pause=pause, now=self._now())
        )

    async def step(self) -> bool:
        """Write what has changed, and let faxes wait where they are served."""
        now = self._now()
        for name, health in self._found.items():
            self._set(name, after_pause(health, now=now))
        for name, health in tuple(self._found.items()):
            if _news(health) != _news(self._written[name]):
                await self._db.tx(trunk_health.put, name, self._node, health, now=now)
                self._written[name] = health
        if self._routing.has_choice:
            await self._rehome(now)
        return False

    async def _rehome(self, now: datetime) -> None:
        closed = await self._db.read(trunks.closed)
        # At the start too: the settings may be others than before.
        has_changed = closed != self._closed
        is_time = self._looked_at is None or now - self._looked_at >= LOOK_AGAIN
        self._closed = closed
        if not has_changed and not is_time:
            return
        self._looked_at = now
        after, moved = 0, 0
        while found := await self._db.read(
            trunks.queued,
            closed=closed,
            known=self._routing.names,
            with_others=has_changed,
            after=after,
            limit=SLICE,
        ):
            after = found[-1].id
            if any(self._choose(each, closed) != each.trunk for each in found):
                moved += await self._db.tx(self._move, found, closed)
            if len(found) < SLICE:
                break
        if moved:
            logger.info("%d waiting faxes go by another trunk", moved)
            self._called.ring()

    def _choose(self, fax: Waiting, closed: frozenset[str]) -> str:
        return self._routing.choose(fax.number, fax.quality, closed)

    def _move(
        self, conn: Connection, found: list[Waiting], closed: frozenset[str]
    ) -> int:
        return trunks.move(
            conn,
            found,
            lambda number, quality: self._routing.choose(number, quality, closed),
        )

    def _set(self, name: str, health: TrunkHealth) -> None:
        before = self._found[name]
        self._found[name] = health
        if _news(health) == _news(before):
            return
        level = logging.WARNING if health.is_down else logging.INFO
        said = f" ({health.detail})" if health.detail else ""
        logger.log(level, "trunk %s: %s%s", name, health.state, said)
        self._bell.ring()

    def _now(self) -> datetime:
        return self._clock()


def _news(health: TrunkHealth) -> tuple[TrunkState, str]:
    """What others are told of it."""
    return health.state, health.detail
