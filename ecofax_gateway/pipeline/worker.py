"""
The loop that every step of the path runs in.

I/O: none of its own; it waits, and logs what a step could not do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from ..domain.errors import StoreUnavailable
from ..store.database import Database
from .outage import Outage

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"How often a step looks for work that nobody told it of (another process's orders)."

BACK_OFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)
"After faults of the store or a bug in a row; the last goes on."

Step = Callable[[], Awaitable[bool]]
"Claims one row, does its work, commits; False: there was none."

Recovery = Callable[[], Awaitable[None]]
"Gives back what a step may hold since the store failed it."


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


async def work(
    name: str,
    step: Step,
    *,
    bell: Bell,
    stop: asyncio.Event,
    recover: Recovery | None = None,
    outage: Outage | None = None,
) -> None:
    """
    Run *step* again and again until *stop* is set.

    A fault of the store backs off and loses nothing: *recover* comes before the next
    step, because a claim whose commit was not answered may be written. Any other exception is a bug:
    its traceback is logged once and the loop goes on, so that one poisoned row does not
    stop the others. The step itself counts the tries of its row.

    Args:
        outage: Tells of the store's silence, for all loops of a process together.
    """
    outage = outage or Outage()
    faults = 0
    bug = ""
    unsure = False
    while not stop.is_set():
        try:
            if unsure and recover is not None:
                await recover()
            unsure = False
            found = await step()
            outage.over(name)
            faults, bug = 0, ""
        except StoreUnavailable as error:
            outage.begun(name, error)
            found, faults, unsure = False, faults + 1, True
        except Exception as error:
            if repr(error) != bug:
                logger.exception("%s: a fault of this program; please report it", name)
            bug = repr(error)
            found, faults = False, faults + 1
        if faults:
            await bell.wait(BACK_OFF_SECONDS[min(faults, len(BACK_OFF_SECONDS)) - 1])
        elif not found:
            await bell.wait(IDLE_SECONDS)


async def insist(
    db: Database,
    fn: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """
    Run a brief transaction until the store takes it, also while we are being stopped.

    For what happened outside and must be written; *fn* must be safe to repeat, because
    a commit that was not answered may have been made.
    """
    pauses = chain(BACK_OFF_SECONDS, repeat(BACK_OFF_SECONDS[-1]))
    told = False
    while True:
        try:
            return await asyncio.shield(db.brief(fn, *args, **kwargs))
        except StoreUnavailable as error:
            if not told:
                logger.error("%s; tried until it can be written", error)
                told = True
            await asyncio.sleep(next(pauses))
