"""
One clock for all calls: a tick every 20 ms.

I/O: the event loop's timer.

One timer for everybody is a third cheaper than one a call. After a stall the ticks
that were missed are made up for, but only half a second of them: a longer burst makes
the far end's modem run dry or over, where a pause is only a pause.
"""

import asyncio
import logging
from collections.abc import Callable

from .lateness import Lateness

logger = logging.getLogger(__name__)

TICK_S = 0.02
"""libspandsp takes one step a call: 20 ms costs nothing, 30 ms 12 % of the speed."""

SAMPLES = 160
"""Of 1/8000 s, in one tick."""

MAX_CATCH_UP = 25
"""Ticks made up for at once: 0.5 s. Measured: bursts from 2 s on end a call."""

OnTick = Callable[[], None]


class Ticker:
    """
    Calls its members every 20 ms, as long as it has any.

    How late the last member's tick was is counted in `lateness`, and logged at the end:
    it says whether this machine has too many calls.
    """

    def __init__(self) -> None:
        self.lateness = Lateness()
        self._members: dict[OnTick, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def add(self, on_tick: OnTick) -> None:
        """Begin to call *on_tick*; it must not raise."""
        self._members[on_tick] = None
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + TICK_S
            self._timer = loop.call_at(self._due, self._tick)

    def discard(self, on_tick: OnTick) -> None:
        """Call it no more; harmless if it is none."""
        self._members.pop(on_tick, None)

    def close(self) -> None:
        """Stop; idempotent."""
        self._members.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.lateness.count:
            logger.info("%s", self.lateness)
            self.lateness = Lateness()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = self._due
        late = loop.time() - due
        ticks = 1 + max(0, int(late / TICK_S))
        if ticks > MAX_CATCH_UP:
            self._due = loop.time()
            ticks = MAX_CATCH_UP
        else:
            self._due += (ticks - 1) * TICK_S
        try:
            for _ in range(ticks):
                for on_tick in list(self._members):
                    if on_tick in self._members:
                        on_tick()
        finally:
            done = loop.time()
            for made_up in range(ticks):
                self.lateness.note(done - due - made_up * TICK_S)
            self._timer = None
            if self._members:
                self._due += TICK_S
                self._timer = loop.call_at(self._due, self._tick)
