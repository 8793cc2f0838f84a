"""
A call to us: ringing, picking up, refusing, being cancelled.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §13.3 -- answering an INVITE; §9.2 -- CANCEL; §15 -- BYE of the callee
"""

from collections.abc import Callable, Sequence

from .call import Call, CallState
from .dialog import Dialog
from .endpoint import SDP_TYPE, Endpoint
from .event import HungUp
from .message import Request
from .option import RELIABLE, requires, understands
from .provisional import Unpracked
from .reason import reason_of
from .sdp import sdp_in
from .transaction import Transaction

ANSWER_TIMEOUT = 180.0
"""Seconds an incoming call may ring here: proxies give up after three minutes (Timer C,
RFC 3261 §16.6), and an owner that forgot a call must not keep it for ever."""


class ReceivedCall(Call):
    """
    A call brought by `IncomingCall`.

    Args:
        endpoint: Whose call.

        dialog: Made from the INVITE.

        transaction: Of the INVITE.

        caller: User part of From.

        called: User part of the Request-URI.

        forget: Called when the call is over.
    """

    def __init__(
        self,
        *,
        endpoint: Endpoint,
        dialog: Dialog,
        transaction: Transaction,
        caller: str,
        called: str,
        forget: Callable[[Call], None],
        now: float,
    ) -> None:
        super().__init__(
            endpoint=endpoint,
            dialog=dialog,
            caller=caller,
            called=called,
            state=CallState.INCOMING,
            forget=forget,
        )
        self.remote_sdp = sdp_in(transaction.request)
        self._invite = transaction
        self._bye_waits = False
        self._rseq = 0
        self._unpracked: Unpracked | None = None
        self._answer_waits: bytes | None = None
        self.learn(transaction.request)
        endpoint.exchange.agenda.set(self, now + ANSWER_TIMEOUT)

    def ring(
        self, now: float, *, sdp: bytes | None = None, reliable: bool = False
    ) -> None:
        """
        Answer 180, or 183 with early media.

        Args:
            now: Seconds on the owner's monotonic clock.

            sdp: Early media.

            reliable: Repeat it until the caller's PRACK, if the caller knows that;
                always so if it insists. One that waits for its PRACK lets no other
                follow. RFC 3262 §3
        """
        if self.state is not CallState.INCOMING or self._unpracked is not None:
            return
        invite = self._invite.request
        is_reliable = (reliable and understands(invite, RELIABLE)) or requires(
            invite, RELIABLE
        )
        headers = list(self.endpoint.capabilities(self._invite.peer))
        if is_reliable:
            self._rseq += 1
            headers += [("Require", RELIABLE), ("RSeq", str(self._rseq))]
        if sdp is not None:
            headers.append(SDP_TYPE)
        response = self.endpoint.respond(
            self._invite,
            180 if sdp is None else 183,
            now,
            tag=self.dialog.local_tag,
            headers=headers,
            body=sdp or b"",
        )
        if is_reliable:
            self._unpracked = Unpracked(
                self.endpoint.exchange,
                self._invite,
                response,
                now=now,
                on_lost=self._lose_prack,
            )

    def accept(self, sdp: bytes, now: float) -> None:
        """Pick up: 200, repeated until the ACK."""
        if self.state is not CallState.INCOMING:
            return
        if self._unpracked is not None:
            # RFC 3262 §3: not "until the PRACK is received" where a description was
            # sent reliably; waiting always is simpler, and allowed.
            self._answer_waits = sdp
            return
        self.endpoint.exchange.agenda.clear(self)
        self.state = CallState.ESTABLISHED
        self.answer_invite(self._invite, sdp, now)

    def receive_prack(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """Take a PRACK."""
        waiting = self._unpracked
        if waiting is None or not waiting.is_meant_by(request):
            self.endpoint.respond(transaction, 481, now)
            return
        if sdp_in(request) is not None:
            # A second offer before the first call is answered: nobody who calls a fax
            # needs it.
            self.endpoint.respond(transaction, 488, now)
        else:
            self.endpoint.respond(transaction, 200, now)
        waiting.close()
        self._unpracked = None
        answer, self._answer_waits = self._answer_waits, None
        if answer is not None:
            self.accept(answer, now)

    def reject(
        self,
        status: int,
        now: float,
        *,
        reason: str = "",
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Refuse with 300 to 699; the last thing in the call."""
        if self.state is CallState.INCOMING:
            self.endpoint.respond(
                self._invite,
                status,
                now,
                tag=self.dialog.local_tag,
                reason=reason,
                headers=headers,
            )
            self.end(now)

    def hang_up(self, now: float, *, cause: str | None = None) -> None:
        """480 before we picked up, BYE after."""
        headers = (("Reason", cause),) if cause else ()
        if self.state is CallState.INCOMING:
            self.reject(480, now, headers=headers)
        elif self.is_established and self._awaits_first_ack:
            # §15: "the callee's UA MUST NOT send a BYE on a confirmed dialog until it
            # has received an ACK for its 2xx response or until the server transaction
            # times out".
            self._cause = cause
            self._bye_waits = True
            self.begin_ending(now)
        else:
            super().hang_up(now, cause=cause)

    def handle_timeout(self, now: float) -> None:
        """Nobody here answered."""
        if self.state is CallState.INCOMING:
            self.reject(480, now)
            self.endpoint.emit(HungUp(self, 480, "not answered here"))

    def receive_ack(self, request: Request, now: float) -> None:
        """Take an ACK of one of our 200s."""
        super().receive_ack(request, now)
        if self._bye_waits and not self.awaits_ack:
            self._bye_waits = False
            self._send_bye(now)

    def receive_cancel(self, invite: Transaction, cancel: Request, now: float) -> None:
        """Take the CANCEL of our INVITE, answered already."""
        if self.state is CallState.INCOMING and invite is self._invite:
            self._terminate(cancel, now)

    def receive_bye(self, request: Request, now: float) -> None:
        """Take the far end's BYE; before our answer it ends the early dialog. §15."""
        if self.state is CallState.INCOMING:
            self._terminate(request, now)
        else:
            super().receive_bye(request, now)

    def end(self, now: float) -> None:
        """Nothing more happens in this call."""
        self._bye_waits = False
        if self._unpracked is not None:
            self._unpracked.close()
            self._unpracked = None
        self.endpoint.exchange.agenda.clear(self)
        super().end(now)

    @property
    def _awaits_first_ack(self) -> bool:
        number = self._invite.request.cseq.number
        waiting = self._unacknowledged
        return waiting is not None and waiting.number == number

    def _lose_ack(self, now: float) -> None:
        if self._bye_waits:
            self._unacknowledged = None
            self._bye_waits = False
            self._send_bye(now)
        else:
            super()._lose_ack(now)

    def _lose_prack(self, now: float) -> None:
        """RFC 3262 §3: "the UAS SHOULD reject the original request with a 5xx"."""
        self._unpracked = None
        self.reject(504, now)
        self.endpoint.emit(HungUp(self, 408, "no PRACK"))

    def _terminate(self, request: Request, now: float) -> None:
        reason = reason_of(request)
        self.reject(487, now)
        self.endpoint.emit(HungUp(self, None, reason.text, reason.q850))
