"""
The store's silence: told once, whoever meets it first, and once that it is over.

I/O: the log, the monotonic clock.

A dozen loops ask the store all the time. What each of them has to say of it fills the
log of a night, and hides what else was in it.
"""

import contextlib
import logging
import time
from collections.abc import Iterator

from ..domain.errors import StoreFull, StoreUnavailable

logger = logging.getLogger(__name__)

REMINDER_SECONDS = 600.0
"""Who opens the log in the middle of it finds a word of it."""


class Outage:
    """
    What is known of the store's silence in this process.
    """

    def __init__(self) -> None:
        self._met: set[str] = set()
        self._told_at = 0.0

    def begun(self, who: str, error: StoreUnavailable) -> None:
        """
        Hear that the store did not answer.

        Args:
            who: Waits now; the silence is over when it is for all who met it.
        """
        now = time.monotonic()
        if not self._met or now - self._told_at >= REMINDER_SECONDS:
            mend = (
                "make room on its disk"
                if isinstance(error, StoreFull)
                else "see that its database runs and its disk can be written"
                " (store.database, gateway.state)"
            )
            logger.error(
                "the store does not answer (%s): what was accepted waits, nothing is"
                " lost; %s",
                error,
                mend,
            )
            self._told_at = now
        self._met.add(who)

    def over(self, who: str) -> None:
        """Hear that the store answered."""
        if who not in self._met:
            return
        self._met.remove(who)
        if not self._met:
            logger.info("the store answers again")

    @contextlib.contextmanager
    def outlasted(self, who: str) -> Iterator[None]:
        """What it does to the store waits for its next turn if the store is silent."""
        try:
            yield
        except StoreUnavailable as error:
            self.begun(who, error)
        else:
            self.over(who)
