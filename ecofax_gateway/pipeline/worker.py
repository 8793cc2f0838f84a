"""
The loop that every step of the path runs in.

I/O: none of its own; it waits, and logs what a step could not do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ..domain.errors import StoreUnavailable

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"How often a step looks for work that nobody told it of (another process's orders)."

BACK_OFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)
"After faults of the store or a bug in a row; the last goes on."

Step = Callable[[], Awaitable[bool]]
"Claims one row, does its work, commits; False: there was none."


class Bell:
    """
    Wakes whoever waits for work; ringing before anybody waits is not lost.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There is work."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return when rung or after *seconds*, whichever is first."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


async def work(name: str, step: Step, *, bell: Bell, stop: asyncio.Event) -> None:
    """
    Run *step* again and again until *stop* is set.

    A fault of the store backs off and loses nothing; any other exception is a bug:
    its traceback is logged once and the loop goes on, so that one poisoned row does
    not stop the others. The step itself counts the tries of its row.
    """
    faults = 0
    while not stop.is_set():
        try:
            found = await step()
            faults = 0
        except StoreUnavailable as error:
            logger.error(
                "%s: the store does not answer (%s); trying again", name, error
            )
            found, faults = False, faults + 1
        except Exception:
            logger.exception("%s: a fault of this program; please report it", name)
            found, faults = False, faults + 1
        if faults:
            await bell.wait(BACK_OFF_SECONDS[min(faults, len(BACK_OFF_SECONDS)) - 1])
        elif not found:
            await bell.wait(IDLE_SECONDS)
