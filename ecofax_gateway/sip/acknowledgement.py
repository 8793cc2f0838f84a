"""
A 2xx that waits for its ACK.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §13.3.1.4 -- "the UAS core MUST retransmit the 2xx until the ACK"
"""

from collections.abc import Callable

from .exchange import Exchange
from .message import Response
from .repetition import Repetition
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

        self._repetition = Repetition(
            exchange,
            transaction,
            response,
            longest=exchange.timers.t2,
            now=now,
            on_lost=on_lost,
        )

    def acknowledge(self) -> None:
        """The ACK has come, or nobody cares any more."""
        self._repetition.stop()
