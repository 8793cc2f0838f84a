"""
A response that is sent again and again until it has arrived.

Pure: no I/O, no clock, no randomness.
"""

import math
from collections.abc import Callable

from .exchange import Exchange
from .message import Response
from .transaction import Transaction


class Repetition:
    """
    Repeats a response after T1, 2 x T1, ... until `stop`, or says that it is lost.

    Args:
        exchange: Sends and wakes it.

        transaction: Of the request.

        response: Sent once already.

        longest: Seconds between two of them at most.

        on_lost: Called after 64 x T1.
    """

    def __init__(
        self,
        exchange: Exchange,
        transaction: Transaction,
        response: Response,
        *,
        longest: float = math.inf,
        now: float,
        on_lost: Callable[[float], None],
    ) -> None:
        self._exchange = exchange
        self._transaction = transaction
        self._response = response
        self._longest = longest
        self._on_lost = on_lost
        self._interval = exchange.timers.t1
        self._deadline = now + exchange.timers.patience
        exchange.agenda.set(self, now + self._interval)

    def stop(self) -> None:
        """It has arrived, or nobody cares any more."""
        self._exchange.agenda.clear(self)

    def handle_timeout(self, now: float) -> None:
        """Send it again, or give up."""
        if now >= self._deadline:
            self._on_lost(now)
            return
        self._transaction.respond(self._response, now)
        self._interval = min(2 * self._interval, self._longest)
        self._exchange.agenda.set(self, min(now + self._interval, self._deadline))
