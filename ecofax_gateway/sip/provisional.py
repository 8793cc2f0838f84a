"""
Provisional responses that must arrive: PRACK, from both sides.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3262 §3 -- the side that is called; §4 -- the caller; §7 -- RSeq and RAck
"""

import re
from collections.abc import Callable
from dataclasses import replace

from .authentication import Tries
from .call import Call
from .dialog import Dialog
from .exchange import Exchange
from .message import Request, Response
from .option import RELIABLE, requires
from .repetition import Repetition
from .transaction import Transaction

MAX_EARLY = 16
"""Early dialogs of one call; a trunk forks to none or two."""


def rseq_of(response: Response) -> int | None:
    """The number of a reliable provisional response, or None if it is none."""
    said = (response.header("RSeq") or "").strip()
    if not 100 < response.status < 200 or not requires(response, RELIABLE):
        return None
    return int(said) if re.fullmatch(r"[0-9]{1,10}", said) else None


class Pracks:
    """
    Acknowledges what one call of ours is told reliably, fork by fork.

    Args:
        call: Whose.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._last: dict[str, int] = {}
        self._dialogs: dict[str, Dialog] = {}
        self._tries = Tries()

    def dialog(self, tag: str) -> Dialog | None:
        """The early dialog of a far end that was acknowledged, or None."""
        return self._dialogs.get(tag)

    def acknowledge(
        self, transaction: Transaction, response: Response, now: float
    ) -> bool:
        """
        Take a provisional response.

        Returns:
            Whether its owner is to hear of it: not of repeats, nor of one that came
            before the one it follows.
        """
        rseq = rseq_of(response)
        if rseq is None:
            return True
        tag = response.to.tag or ""
        last = self._last.get(tag)
        if (last is None and len(self._last) >= MAX_EARLY) or (
            # §4: "MUST NOT be processed [...] if the value in the RSeq is not exactly
            # one higher"; the repeat of one acknowledged is dropped, too.
            last is not None and rseq != last + 1
        ):
            return False
        self._last[tag] = rseq
        dialog = self._dialogs.get(tag)
        if dialog is None:
            call = self._call
            dialog = replace(
                call.dialog,
                remote=response.header("To") or "",
                remote_tag=tag,
                target=transaction.request.uri,
            )
            self._dialogs[tag] = dialog
        dialog.establish(response, transaction.source)
        self._send(dialog, rseq, transaction.request.cseq.number, now)
        return True

    def receive_response(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        """A PRACK was answered; only a challenge is of interest."""
        if self._call.authentication.learn(response, self._tries):
            dialog = self._dialogs.get(transaction.request.to.tag or "")
            rack = (transaction.request.header("RAck") or "").split()
            if dialog is not None:
                self._send(dialog, int(rack[0]), int(rack[1]), now)

    def no_response(self, transaction: Transaction, now: float) -> None:
        """The far end will refuse the call by itself. §3"""

    def no_way(self, transaction: Transaction, now: float) -> None:
        """The same."""

    def _send(self, dialog: Dialog, rseq: int, cseq: int, now: float) -> None:
        call = self._call
        prack = dialog.request(
            "PRACK",
            headers=(*call.endpoint.sender, ("RAck", f"{rseq} {cseq} INVITE")),
        )
        # Whatever is asked next in this call has a higher number, in any fork.
        call.dialog.cseq = max(call.dialog.cseq, dialog.cseq)
        answers = call.authentication.headers("PRACK", prack.uri, b"")
        prack = replace(prack, headers=(*prack.headers, *answers))
        exchange = call.endpoint.exchange
        exchange.request(
            prack, exchange.ways.hop_for(dialog.next_uri, dialog.peer), self, now
        )


class Unpracked:
    """
    Repeats a reliable provisional response until its PRACK comes.

    Args:
        exchange: Sends and wakes it.

        transaction: Of the INVITE.

        response: With RSeq, sent once already.

        on_lost: Called after 64 x T1 without PRACK.
    """

    def __init__(
        self,
        exchange: Exchange,
        transaction: Transaction,
        response: Response,
        *,
        now: float,
        on_lost: Callable[[float], None],
    ) -> None:
        self._number = transaction.request.cseq.number
        self._rseq = response.header("RSeq") or ""
        # §3: doubling without limit.
        self._repetition = Repetition(
            exchange, transaction, response, now=now, on_lost=on_lost
        )

    def is_meant_by(self, prack: Request) -> bool:
        """Whether a PRACK acknowledges it. §7.2"""
        rack = (prack.header("RAck") or "").split()
        return rack == [self._rseq, str(self._number), "INVITE"]

    def close(self) -> None:
        """It has arrived, or nobody cares any more."""
        self._repetition.stop()
