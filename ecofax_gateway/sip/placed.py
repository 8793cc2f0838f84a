"""
A call of ours: INVITE with credentials to one target or the next, ringing, CANCEL, forks.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §13.2 -- INVITE and its responses; §9.1 -- CANCEL; §22.2 -- credentials
    RFC 3263 §4.3 -- failure: "if there is a transport layer failure of some sort, 503,
    or a timeout", the next target
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..domain.outcome import Ending
from .authentication import Tries, credentials_of
from .call import Call, CallState
from .causes import ending_of
from .dialog import Dialog
from .digest import Credentials
from .endpoint import SDP_TYPE, Endpoint
from .event import Answered, CallFailed, Ringing, TargetFailed
from .hop import Hop
from .inquiry import retry_after
from .machine import State
from .message import Headers, Request, Response, printable
from .provisional import Pracks
from .reason import reason_of
from .sdp import sdp_in
from .transaction import Transaction

HURRY = 16
"""Times T1 for a sign of life while another target is left: five repeats. Timer B's 64
would keep a caller waiting half a minute for each dead proxy."""

MAX_FORKS = 16
"""Far ends of one call that are remembered; a trunk forks to none or two."""


@dataclass(frozen=True, slots=True)
class _Failure:
    status: int
    reason: str
    q850: int | None = None


_CANCELLED = _Failure(487, "cancelled")
_NO_RESPONSE = _Failure(408, "no response", 102)
_NO_CONNECTION = _Failure(503, "no connection", 38)
_NO_ANSWER = _Failure(487, "ring timeout", 19)
_NOBODY_THERE = _Failure(487, "ring timeout", 18)
"""Q.850: 19 alerted but no answer, 18 never alerted, 38 network out of order,
102 recovery on timer expiry."""


class _Hurry:
    """Wakes a call whose target says nothing."""

    def __init__(self, call: "PlacedCall") -> None:
        self._call = call

    def handle_timeout(self, now: float) -> None:
        """It said nothing in time."""
        self._call.abandon(now)


class PlacedCall(Call):
    """
    A call made by `UserAgent.invite`.

    Args:
        endpoint: Whose call.

        dialog: Without the far end's tag yet.

        targets: Where the INVITE may go, best first; at least one.

        sdp: The offer.

        headers: Of the owner's, for the INVITE.

        ring_timeout: Seconds until CANCEL.

        session_expires: Session interval to ask for, in seconds, or 0.

        credentials: For challenges, or None.

        caller: User part of From.

        called: User part of the Request-URI.

        forget: Called when the call is over.
    """

    def __init__(
        self,
        *,
        endpoint: Endpoint,
        dialog: Dialog,
        targets: Sequence[Hop],
        sdp: bytes,
        headers: Headers,
        ring_timeout: float,
        session_expires: int,
        credentials: Credentials | None,
        caller: str,
        called: str,
        forget: Callable[[Call], None],
    ) -> None:
        super().__init__(
            endpoint=endpoint,
            dialog=dialog,
            caller=caller,
            called=called,
            state=CallState.CALLING,
            forget=forget,
            credentials=credentials,
            session_expires=session_expires,
        )
        self._sdp = sdp
        self._pracks = Pracks(self)
        self._headers = headers
        self._ring_timeout = ring_timeout
        self._targets = list(targets)
        self._next_hop = self._targets[0]
        self._hurry = _Hurry(self)
        self._abandoned: dict[Transaction, Transaction | None] = {}
        "INVITEs that nothing answered in time, and their CANCELs."

        self._invite: Transaction | None = None
        self._cancel: Transaction | None = None
        self._failure: _Failure | None = None
        "Why we gave up, once we have."

        self._early_sdp: dict[str, bytes] = {}
        "By the tag of who sent it."

        self._acks: dict[str, tuple[Request, Hop]] = {}
        "By the tag of whose 2xx they answer."

    def start(self, now: float) -> None:
        """Send the INVITE."""
        self.endpoint.exchange.agenda.set(self, now + self._ring_timeout)
        self._try_next(now)

    def flow_ready(self, now: float) -> None:
        """The target can be sent to."""
        if self.state is CallState.CALLING:
            self._send_invite(now)

    def flow_failed(self, now: float) -> None:
        """No connection to the target."""
        if self.state is CallState.CALLING:
            self._target_failed(_NO_CONNECTION, None, now)

    def abandon(self, now: float) -> None:
        """The target has not said a word: the next one may be quicker."""
        if self._invite is not None and self._invite.state is State.TRYING:
            self._abandoned[self._invite] = None
            self._target_failed(_NO_RESPONSE, None, now)

    def hang_up(self, now: float, *, cause: str | None = None) -> None:
        """CANCEL before the answer, BYE after."""
        if self.state in (CallState.CALLING, CallState.RINGING):
            self._cause = cause
            self._give_up(_CANCELLED, now)
        else:
            super().hang_up(now, cause=cause)

    def handle_timeout(self, now: float) -> None:
        """Nobody picked up, or nobody heeds our CANCEL."""
        if self.state in (CallState.CALLING, CallState.RINGING):
            has_rung = self.state is CallState.RINGING
            self._give_up(_NO_ANSWER if has_rung else _NOBODY_THERE, now)
        elif self._failure is not None and self.state is CallState.ENDING:
            self._fail(self._failure, now)

    def receive_response(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        """Take what the far end says to INVITE, CANCEL or BYE."""
        match transaction.request.method:
            case "CANCEL":
                pass  # The final response to the INVITE decides.
            case "BYE":
                self._receive_bye_response(transaction, response, now)
            case _ if response.status < 200:
                self._receive_provisional(transaction, response, now)
            case _ if response.status < 300:
                self._receive_answer(transaction, response, now)
            case _:
                self._receive_refusal(transaction, response, now)

    def no_response(self, transaction: Transaction, now: float) -> None:
        """Timer B or F."""
        if transaction is self._invite and not self.is_established:
            self._got_nothing(transaction, _NO_RESPONSE, now)
        elif transaction.request.method == "BYE":
            self._bye_done(transaction, now)

    def no_way(self, transaction: Transaction, now: float) -> None:
        """The connection broke."""
        if transaction is self._invite and not self.is_established:
            self._got_nothing(transaction, _NO_CONNECTION, now)
        elif transaction.request.method == "BYE":
            self._bye_done(transaction, now)

    def _got_nothing(
        self, transaction: Transaction, failure: _Failure, now: float
    ) -> None:
        if self._failure is _CANCELLED:
            self._fail(_CANCELLED, now)
        elif self._failure is not None or self.state is not CallState.CALLING:
            # A ring timeout without a single response says less than "no response";
            # where it rings already, another target would make it ring twice.
            self._fail(failure, now)
        else:
            self._target_failed(failure, None, now)

    def receive_bye(self, request: Request, now: float) -> None:
        """Take the far end's BYE, answered already."""
        if self.state in (CallState.CALLING, CallState.RINGING):
            # It overtook the 200, which is acknowledged and ended when it comes.
            reason = reason_of(request)
            text = reason.text or "hung up"
            self._give_up(_Failure(487, text, reason.q850), now)
        elif self._failure is None:
            super().receive_bye(request, now)

    def end(self, now: float) -> None:
        """Nothing more happens in this call."""
        self.endpoint.exchange.agenda.clear(self)
        self.endpoint.exchange.agenda.clear(self._hurry)
        super().end(now)

    def _try_next(self, now: float) -> None:
        self._next_hop = self._targets.pop(0)
        self.dialog.peer = self._next_hop
        self._invite = None
        self._tries = Tries()
        self.endpoint.exchange.ways.want(self._next_hop, self, now)

    def _target_failed(
        self, failure: _Failure, retry_after: int | None, now: float
    ) -> None:
        target = self._next_hop
        self.endpoint.exchange.agenda.clear(self._hurry)
        self.endpoint.emit(TargetFailed(self, target, failure.status, retry_after))
        if self._targets:
            self._try_next(now)
        else:
            self._fail(failure, now)

    def _send_invite(self, now: float) -> None:
        endpoint, peer = self.endpoint, self._next_hop
        request = self.new_request(
            "INVITE",
            headers=(
                *endpoint.capabilities(peer),
                *self.session.request_headers(),
                *self._headers,
                SDP_TYPE,
            ),
            body=self._sdp,
        )
        self._invite = endpoint.exchange.request(request, peer, self, now)
        self._invite.is_hasty = bool(self._targets)
        if self._targets:
            patience = HURRY * endpoint.exchange.timers.t1
            endpoint.exchange.agenda.set(self._hurry, now + patience)

    def _receive_provisional(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        if transaction in self._abandoned:
            # It lives after all, but the call has gone elsewhere.
            if self._abandoned[transaction] is None:
                exchange, sender = self.endpoint.exchange, self.endpoint.sender
                cancel = exchange.cancel(transaction, sender, self, now)
                self._abandoned[transaction] = cancel
        elif self._failure is not None:
            self._cancel_invite(now)
        elif (
            response.status > 100
            and not self.is_established
            and self._pracks.acknowledge(transaction, response, now)
        ):
            self.learn(response)
            tag = response.to.tag or ""
            sdp = sdp_in(response)
            if sdp is not None and len(self._early_sdp) < MAX_FORKS:
                self._early_sdp[tag] = sdp
                self.remote_sdp = sdp
            self.state = CallState.RINGING
            self.endpoint.emit(Ringing(self, response.status, sdp))

    def _receive_answer(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        tag = response.to.tag or ""
        if tag in self._acks:
            self.endpoint.exchange.send_ack(*self._acks[tag])
        elif self._acks or transaction in self._abandoned:
            self._end_fork(transaction, response, tag, now)
        else:
            self.dialog.remote = response.header("To") or self.dialog.remote
            self.dialog.remote_tag = tag
            self.dialog.establish(response, transaction.source)
            self._acknowledge(transaction, self.dialog, tag)
            self._answered(response, tag, now)

    def _answered(self, response: Response, tag: str, now: float) -> None:
        if self._failure is None:
            self.endpoint.exchange.agenda.clear(self)
            self.state = CallState.ESTABLISHED
            self.local_sdp = self._sdp
            self.learn(response)
            self.session.accepted(response, now)
            sdp = sdp_in(response) or self._early_sdp.get(tag, b"")
            self.remote_sdp = sdp or None
            self.endpoint.emit(Answered(self, sdp))
        else:
            # The 200 and our CANCEL crossed. §15: the dialog stands, BYE ends it.
            self._send_bye(now)

    def _end_fork(
        self, transaction: Transaction, response: Response, tag: str, now: float
    ) -> None:
        """
        Another branch of a forked INVITE answered too: we keep the first.

        Standards:
            RFC 3261 §13.2.2.4 -- "If, after acknowledging any 2xx response to an
            INVITE, the UAC does not want to continue with that dialog, then the UAC
            MUST terminate the dialog by sending a BYE"
        """
        if len(self._acks) >= MAX_FORKS:
            return
        number = transaction.request.cseq.number
        fork = replace(
            self.dialog,
            remote=response.header("To") or "",
            remote_tag=tag,
            target=transaction.request.uri,
            cseq=number,
        )
        fork.establish(response, transaction.source)
        self._acknowledge(transaction, fork, tag)
        bye = fork.request("BYE", headers=self.endpoint.sender)
        answers = self.authentication.headers("BYE", bye.uri, b"")
        bye = replace(bye, headers=(*bye.headers, *answers))
        exchange = self.endpoint.exchange
        exchange.request(
            bye, exchange.ways.hop_for(fork.next_uri, fork.peer), self, now
        )

    def _acknowledge(self, transaction: Transaction, dialog: Dialog, tag: str) -> None:
        ack = dialog.request(
            "ACK",
            headers=(*self.endpoint.sender, *credentials_of(transaction.request)),
            number=transaction.request.cseq.number,
        )
        destination = self.endpoint.exchange.ways.hop_for(dialog.next_uri, dialog.peer)
        sent = self.endpoint.exchange.send_ack(ack, destination)
        self._acks[tag] = (sent, destination)

    def _receive_refusal(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        if transaction is not self._invite or self._acks:
            return
        reason = reason_of(response)
        text = printable(response.reason) or reason.text
        failure = _Failure(response.status, text, reason.q850)
        if self._failure is not None:
            told = response.status not in (401, 407, 487)
            if self._failure is _CANCELLED or not told:
                self._fail(self._failure, now)
                return
        elif self.authentication.learn(response, self._tries) or self.session.too_small(
            response
        ):
            self._send_invite(now)
            return
        elif _is_overload(failure):
            self._target_failed(failure, retry_after(response), now)
            return
        self._fail(failure, now)

    def _receive_bye_response(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        if response.status < 200 or self.state is not CallState.ENDING:
            return
        if not self._is_ours(transaction):
            return
        if self.authentication.learn(response, self._tries):
            self._send_bye(now)
        else:
            self._bye_done(transaction, now)

    def _bye_done(self, transaction: Transaction, now: float) -> None:
        if not self._is_ours(transaction):
            return
        if self._failure is not None:
            self._fail(self._failure, now)
        else:
            self.end(now)

    def _is_ours(self, transaction: Transaction) -> bool:
        """Whether a BYE is that of the call, not of a fork that was turned away."""
        return (transaction.request.to.tag or "") == self.dialog.remote_tag

    def _give_up(self, failure: _Failure, now: float) -> None:
        self._failure = failure
        self.begin_ending(now)
        # §9.1: "If no provisional response has been received, the CANCEL request MUST
        # NOT be sent; rather, the client MUST wait for the arrival of a provisional
        # response". Timer B ends the wait, or that for a connection.
        self.endpoint.exchange.agenda.clear(self._hurry)
        if self._invite is None:
            self._fail(failure, now)
        elif self._invite.state is State.PROCEEDING:
            self._cancel_invite(now)
        else:
            self.endpoint.exchange.agenda.clear(self)

    def _cancel_invite(self, now: float) -> None:
        if self._cancel is not None or self._invite is None:
            return
        exchange = self.endpoint.exchange
        headers = list(self.endpoint.sender)
        cause = self._cause
        if cause is None and self._failure is not None and self._failure.q850:
            cause = f"Q.850;cause={self._failure.q850}"
        if cause:
            headers.append(("Reason", cause))
        self._cancel = exchange.cancel(self._invite, tuple(headers), self, now)
        # §9.1: without a final response in 64 x T1 the call counts as cancelled. The
        # transaction lives on for a 200 that comes later still.
        patience = exchange.timers.patience
        self._invite.expire_at(now + 2 * patience)
        exchange.agenda.set(self, now + patience)

    def _fail(self, failure: _Failure, now: float) -> None:
        if self.state is not CallState.ENDED:
            self.end(now)
            event = CallFailed(self, failure.status, failure.reason, failure.q850)
            self.endpoint.emit(event)


def _is_overload(failure: _Failure) -> bool:
    """Whether a refusal is the target's own, and not the called line's."""
    is_trunk = ending_of(failure.status, failure.q850) is Ending.TRUNK_FAULT
    return failure.status == 503 and is_trunk
