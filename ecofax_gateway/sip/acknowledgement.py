"""
A 2xx that waits for its ACK.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §13.3.1.4 -- "the UAS core MUST retransmit the 2xx until the ACK"
"""

from collections.abc import Callable

from .exchange import Exchange
from .message import Response
from .transaction import Transaction


class Unacknowledged:
    """
    Repeats the 2xx to an INVITE until `acknowledge`, or says that it is lost.

    Args:
        exchange: Sends and wakes it.

        transaction: Of the INVITE.

        response: Its 2xx, sent once already.

        made_offer: Whether that 2xx carries our offer, so that the ACK answers it.

        on_lost: Called after 64 x T1 without ACK.
    """

    def __init__(
        self,
        exchange: Exchange,
        transaction: Transaction,
        response: Response,
        *,
        made_offer: bool,
        now: float,
        on_lost: Callable[[float], None],
    ) -> None:
        self.made_offer = made_offer
        self.number = transaction.request.cseq.number
        "CSeq number that the ACK will have."

        self._exchange = exchange
        self._transaction = transaction
        self._response = response
        self._on_lost = on_lost
        self._interval = exchange.timers.t1
        self._deadline = now + exchange.timers.patience
        exchange.agenda.set(self, now + self._interval)

    def acknowledge(self) -> None:
        """The ACK has come, or nobody cares any more."""
        self._exchange.agenda.clear(self)

    def handle_timeout(self, now: float) -> None:
        """Send it again, or give up."""
        if now >= self._deadline:
            self._on_lost(now)
            return
        self._transaction.respond(self._response, now)
        self._interval = min(2 * self._interval, self._exchange.timers.t2)
        self._exchange.agenda.set(self, min(now + self._interval, self._deadline))
