"""
What a leg of either kind does for the fax terminal that it carries.

I/O: none of its own.
"""

import logging
from collections.abc import Callable

from ..spandsp.job import FaxMet, PageDone, TerminalEvent
from ..spandsp.procedure import Procedure
from .watchdog import Watchdog

logger = logging.getLogger(__name__)


def end_if_stuck(terminal: Procedure, watchdog: Watchdog, now: float) -> str:
    """
    End a fax that is no longer going anywhere.

    Args:
        now: Seconds from the beginning of the leg.

    Returns:
        Why it was ended; "" while there is hope.
    """
    fault = watchdog.fault(now, terminal.idle_s)
    if fault:
        logger.info("watchdog: %s", fault)
        if terminal.ladder is not None:
            terminal.ladder.own("watchdog", fault)
        terminal.terminate()
    return fault


def hand_on(
    terminal: Procedure,
    watchdog: Watchdog,
    now: float,
    on_event: Callable[[TerminalEvent], None],
) -> None:
    """Hand on what the terminal has to tell; *now* as in `end_if_stuck`."""
    for event in terminal.events():
        if isinstance(event, FaxMet | PageDone):
            watchdog.turned(now)
        on_event(event)
