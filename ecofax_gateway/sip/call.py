"""
One call, from either side: what is the same for both once it is established.

Pure: no I/O, no clock, no randomness.

`placed.PlacedCall` and `received.ReceivedCall` add how a call begins.

Standards:
    RFC 3261 §12.2 -- requests within a dialog; §15 -- BYE
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from .acknowledgement import Unacknowledged
from .authentication import Authentication, Tries
from .dialog import Dialog
from .digest import Credentials
from .endpoint import ALLOW, SDP_TYPE, Endpoint
from .event import HungUp
from .hop import Hop
from .message import Headers, Message, Request, Response
from .reason import reason_of
from .reinvite import Reinvites
from .sdp import sdp_in
from .session import SessionTimer, refusal
from .transaction import Transaction


class CallState(StrEnum):
    """How far a call has come."""

    CALLING = "calling"
    "Our INVITE is out, nothing but 100 has come."

    RINGING = "ringing"
    "Our INVITE was answered 101 to 199."

    INCOMING = "incoming"
    "Theirs waits for our answer."

    ESTABLISHED = "established"
    ENDING = "ending"
    "CANCEL or BYE is on its way."

    ENDED = "ended"


class Call:
    """
    One dialog, made by `UserAgent.invite` or brought by `IncomingCall`.

    Every method for the owner may be called in any state: what makes no sense any
    more (the far end hung up meanwhile) does nothing.
    """

    def __init__(
        self,
        *,
        endpoint: Endpoint,
        dialog: Dialog,
        caller: str,
        called: str,
        state: CallState,
        forget: Callable[["Call"], None],
        credentials: Credentials | None = None,
        session_expires: int = 0,
    ) -> None:
        self.id = dialog.call_id
        "The Call-ID; unique within its user agent while the call lasts."

        self.caller = caller
        "User part of From, unescaped."

        self.called = called
        "User part of the Request-URI, unescaped."

        self.state = state
        self.remote_sdp: bytes | None = None
        "The last description the far end sent."

        self.local_sdp: bytes | None = None
        "Our last description that was agreed on, or is on its way."

        self.endpoint = endpoint
        self.dialog = dialog
        self.authentication = Authentication(credentials, token=endpoint.exchange.token)
        self.session = SessionTimer(self, wanted=session_expires)
        self.takes_update = False
        "Whether the far end knows UPDATE."

        self._forget = forget
        owns_call_id = state is CallState.CALLING
        self._reinvites = Reinvites(self, owns_call_id=owns_call_id)
        self._unacknowledged: Unacknowledged | None = None
        self._tries = Tries()
        self._cause: str | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id!r} {self.state}>"

    # For the owner.

    def ring(
        self, now: float, *, sdp: bytes | None = None, reliable: bool = False
    ) -> None:
        """Answer an incoming call 180, or 183 with early media, until its PRACK."""

    def accept(self, sdp: bytes, now: float) -> None:
        """Pick up an incoming call: 200, repeated until the ACK."""

    def reject(
        self,
        status: int,
        now: float,
        *,
        reason: str = "",
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Refuse an incoming call with 300 to 699; the last thing in the call."""

    def reinvite(self, sdp: bytes, now: float) -> None:
        """
        Offer other media; ends with `ReinviteAccepted`, `ReinviteRejected` or `HungUp`.

        Waits its turn while another offer is under way, and tries again by itself
        after a 491. A second call before the first has ended replaces its offer.
        """
        if self.is_established:
            self._reinvites.offer(sdp, now)

    def accept_reinvite(self, sdp: bytes, now: float) -> None:
        """Agree to the far end's offer."""
        self._reinvites.accept(sdp, now)

    def reject_reinvite(self, status: int, now: float) -> None:
        """Refuse the far end's offer, e.g. 488; the media stay as they were."""
        self._reinvites.reject(status, now)

    def hang_up(self, now: float, *, cause: str | None = None) -> None:
        """
        End the call in any state; idempotent.

        Args:
            now: Seconds on the owner's monotonic clock.

            cause: Value of a Reason header, e.g. 'Q.850;cause=16'.
        """
        if self.is_established:
            self._cause = cause
            self.begin_ending(now)
            self._send_bye(now)

    # For the other modules of this package.

    @property
    def is_established(self) -> bool:
        """Whether media flow, as far as SIP knows."""
        return self.state is CallState.ESTABLISHED

    @property
    def destination(self) -> Hop:
        """Where our next request goes."""
        ways = self.endpoint.exchange.ways
        return ways.hop_for(self.dialog.next_uri, self.dialog.peer)

    @property
    def awaits_ack(self) -> bool:
        """Whether a 200 of ours has not been acknowledged yet."""
        return self._unacknowledged is not None

    def new_request(
        self,
        method: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Request:
        """The next request of the dialog, with answers to all challenges known."""
        request = self.dialog.request(
            method, headers=(*self.endpoint.sender, *headers), body=body
        )
        answers = self.authentication.headers(method, request.uri, body)
        return replace(request, headers=(*request.headers, *answers))

    def answer_invite(self, transaction: Transaction, sdp: bytes, now: float) -> None:
        """Send 200 with *sdp* to an INVITE, and again until it is acknowledged."""
        response = self.endpoint.respond(
            transaction,
            200,
            now,
            tag=self.dialog.local_tag,
            headers=(
                *self.endpoint.capabilities(transaction.peer),
                *self.session.answer_headers(transaction.request, now),
                SDP_TYPE,
            ),
            body=sdp,
        )
        self.local_sdp = sdp
        self._unacknowledged = Unacknowledged(
            self.endpoint.exchange,
            transaction,
            response,
            made_offer=sdp_in(transaction.request) is None,
            now=now,
            on_lost=self._lose_ack,
        )

    def answer_update(self, transaction: Transaction, sdp: bytes, now: float) -> None:
        """Send 200 with *sdp* to an UPDATE, which needs no ACK. RFC 3311 §5.2"""
        headers = (
            *self.endpoint.capabilities(transaction.peer),
            *self.session.answer_headers(transaction.request, now),
            SDP_TYPE,
        )
        self.endpoint.respond(transaction, 200, now, headers=headers, body=sdp)
        self.local_sdp = sdp

    def acknowledge_implicitly(self) -> None:
        """Stop repeating our 200: something else proves that it arrived."""
        if self._unacknowledged is not None:
            self._unacknowledged.acknowledge()
            self._unacknowledged = None

    def receive_ack(self, request: Request, now: float) -> None:
        """Take an ACK of one of our 200s; repeats change nothing."""
        waiting = self._unacknowledged
        if waiting is None or waiting.number != request.cseq.number:
            return
        self.acknowledge_implicitly()
        sdp = sdp_in(request) if waiting.made_offer else None
        if sdp is not None and self.is_established:
            self._reinvites.offer_answered(sdp)
        self._reinvites.resume(now)

    def receive_request(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """Take a request within the dialog."""
        # §12.2.2: "If the remote sequence number is not empty, but the sequence number
        # of the request is lower [...] the request is out of order and MUST be
        # rejected with a 500".
        if request.cseq.number < self.dialog.remote_cseq:
            self.endpoint.respond(transaction, 500, now)
            return
        self.dialog.remote_cseq = request.cseq.number
        match request.method:
            case "BYE":
                self.endpoint.respond(transaction, 200, now)
                self.receive_bye(request, now)
            case "INVITE":
                self._receive_reinvite(transaction, request, now)
            case "UPDATE":
                self._receive_update(transaction, request, now)
            case "PRACK":
                self.receive_prack(transaction, request, now)
            case "OPTIONS":
                allow = ("Allow", ALLOW)
                self.endpoint.respond(transaction, 200, now, headers=(allow,))
            case _:
                raise AssertionError("the agent lets no other method through")

    def receive_prack(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """Take a PRACK: of a response that we sent reliably, or of none."""
        self.endpoint.respond(transaction, 481, now)

    def refresh_by_reinvite(self, now: float) -> bool:
        """Send our description once more; False if it is not the time. RFC 4028 §7.4"""
        return self._reinvites.refresh(now)

    def learn(self, message: Message) -> None:
        """What the far end says that it can do."""
        allowed = message.listed("Allow")
        if allowed:
            self.takes_update = "UPDATE" in (item.upper() for item in allowed)

    def receive_cancel(self, invite: Transaction, cancel: Request, now: float) -> None:
        """Take the CANCEL of an INVITE that is answered already: it has no effect."""

    def receive_bye(self, request: Request, now: float) -> None:
        """Take the far end's BYE, answered already."""
        was_established = self.is_established
        if was_established:
            reason = reason_of(request)
            self.end(now)
            self.endpoint.emit(HungUp(self, None, reason.text, reason.q850))
        elif self.state is CallState.ENDING:
            self.end(now)

    def receive_response(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        """Take what the far end says to our BYE."""
        if response.status < 200 or self.state is not CallState.ENDING:
            return
        if self.authentication.learn(response, self._tries):
            self._send_bye(now)
        else:
            self.end(now)

    def no_response(self, transaction: Transaction, now: float) -> None:
        """Nobody answers our BYE: the call is over all the same. §15.1.1."""
        self.end(now)

    def no_way(self, transaction: Transaction, now: float) -> None:
        """Our request cannot get there: as if nobody had answered it."""
        self.no_response(transaction, now)

    def lose(self, status: int, reason: str, now: float) -> None:
        """End a call in which the far end no longer answers."""
        if self.is_established:
            self.begin_ending(now)
            self._send_bye(now)
            self.endpoint.emit(HungUp(self, status, reason))

    def begin_ending(self, now: float) -> None:
        """No more media: BYE or CANCEL follows."""
        self.state = CallState.ENDING
        self.session.stop()
        self._tries = Tries()
        self._reinvites.close(now)

    def end(self, now: float) -> None:
        """Nothing more happens in this call."""
        if self.state is not CallState.ENDED:
            self.session.stop()
            self._reinvites.close(now)
            self.acknowledge_implicitly()
            self.state = CallState.ENDED
            self._forget(self)

    def _send_bye(self, now: float) -> None:
        headers = [("Reason", self._cause)] if self._cause else []
        request = self.new_request("BYE", headers=headers)
        self.endpoint.exchange.request(request, self.destination, self, now)

    def _lose_ack(self, now: float) -> None:
        self._unacknowledged = None
        self.lose(408, "no ACK", now)

    def _receive_update(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """
        Refresh the session, or change the media.

        Standards:
            RFC 3311 §5.2 -- an offer while ours is unanswered: 491
        """
        too_small = refusal(request, self.endpoint.min_se)
        if too_small is not None:
            self.endpoint.respond(transaction, 422, now, headers=too_small)
        elif sdp_in(request) is None:
            self.dialog.refresh_target(request, transaction.source)
            headers: Headers = self.endpoint.capabilities(transaction.peer)
            if self.is_established:
                headers += self.session.answer_headers(request, now)
            self.endpoint.respond(transaction, 200, now, headers=headers)
        elif self.is_established:
            self.dialog.peer = transaction.source
            self._reinvites.receive_offer(transaction, request, now)
        else:
            self.endpoint.respond(transaction, 491, now)

    def _receive_reinvite(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        too_small = refusal(request, self.endpoint.min_se)
        if too_small is not None:
            self.endpoint.respond(transaction, 422, now, headers=too_small)
        elif self.is_established:
            self.dialog.peer = transaction.source
            self._reinvites.receive_offer(transaction, request, now)
        elif self.state in (CallState.CALLING, CallState.RINGING):
            # It overtook the 200: our INVITE is still in progress. §14.2.
            self.endpoint.respond(transaction, 491, now)
        else:
            self.endpoint.respond(transaction, 481, now)
