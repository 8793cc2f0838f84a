"""
Changing the media of an established call: offers in both directions, one at a time.

Pure: no I/O, no clock, no randomness: back-off times come from the token.

Standards:
    RFC 3261 §14.1 -- our re-INVITE, 491 and its back-off; §14.2 -- theirs
    RFC 6141 §3 -- a refused re-INVITE changes nothing
"""

import hashlib
from typing import TYPE_CHECKING

from .authentication import Tries, credentials_of
from .endpoint import SDP_TYPE
from .event import OfferAnswered, ReinviteAccepted, ReinviteReceived, ReinviteRejected
from .message import Request, Response, printable
from .sdp import sdp_in
from .transaction import Transaction

if TYPE_CHECKING:
    from .call import Call

MAX_GLARES = 4
"""491s to one offer before we believe that the far end means no."""


class Reinvites:
    """
    The offers of one call after its first.

    Args:
        call: Whose.

        owns_call_id: Whether we made the Call-ID: who did waits longer after a 491,
            so that the two do not collide again.
    """

    def __init__(self, call: "Call", *, owns_call_id: bool) -> None:
        self._call = call
        self._owns_call_id = owns_call_id
        self._offer: bytes | None = None
        "Ours: waiting for its turn, on its way, or backing off."

        self._sent: bytes | None = None
        "The offer that went out last."

        self._ours: Transaction | None = None
        self._theirs: Transaction | None = None
        self._acked: tuple[Transaction, Request] | None = None
        self._tries = Tries()
        self._glares = 0
        self._is_backing_off = False
        self._is_limited = False
        self._is_refresh = False
        "Whether the offer on its way only keeps the session alive."

        self._next_is_refresh = False
        "The same of the one that waits."

    def refresh(self, now: float) -> bool:
        """
        Offer again what stands, quietly; False if another offer is under way.

        Standards:
            RFC 4028 §7.4 -- "a re-INVITE [...] SHOULD" carry the same description
        """
        sdp = self._call.local_sdp
        if self._offer is not None or self._is_blocked or sdp is None:
            return False
        self.offer(sdp, now, is_refresh=True)
        return True

    def offer(self, sdp: bytes, now: float, *, is_refresh: bool = False) -> None:
        """Offer other media, as soon as no other offer is under way."""
        self._offer = sdp
        self._next_is_refresh = is_refresh
        self._tries = Tries()
        self._glares = 0
        self.resume(now)

    def resume(self, now: float) -> None:
        """Send the offer that waits, if nothing is in its way any more."""
        if self._offer is None or self._is_blocked:
            return
        endpoint = self._call.endpoint
        destination = self._call.destination
        request = self._call.new_request(
            "INVITE",
            headers=(
                *endpoint.capabilities(destination),
                *self._call.session.request_headers(),
                SDP_TYPE,
            ),
            body=self._offer,
        )
        self._sent = self._offer
        self._is_refresh = self._next_is_refresh
        self._is_limited = False
        self._ours = endpoint.exchange.request(request, destination, self, now)

    @property
    def _is_blocked(self) -> bool:
        return (
            self._ours is not None
            or self._theirs is not None
            or self._is_backing_off
            or self._call.awaits_ack
            or not self._call.is_established
        )

    def close(self, now: float) -> None:
        """The call is over: answer what is open, ask no more."""
        self._offer = None
        self._call.endpoint.exchange.agenda.clear(self)
        if self._theirs is not None:
            self._call.endpoint.respond(self._theirs, 487, now)
            self._theirs = None

    def receive_response(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        """Take what the far end says to our offer."""
        if response.status < 200:
            self._limit(transaction, now)
            return
        if response.status < 300:
            self._acknowledge(transaction, response)
        if transaction is not self._ours:
            return
        self._ours = None
        if self._call.is_established:
            self._settle(response, now)

    def no_response(self, transaction: Transaction, now: float) -> None:
        """
        Tell that the offer was not answered; the owner decides about the call.

        §12.2.1.2 would have it ended. But middle boxes drop an offer of T.38 while the
        voice goes on through them, and a fax can go in it.
        """
        if transaction is self._ours:
            self._ours = None
            if self._is_refresh:
                self._call.lose(408, "no response to a refresh", now)
            elif self._call.is_established:
                self._reject(408, "no response to a re-INVITE", now)

    def no_way(self, transaction: Transaction, now: float) -> None:
        """Its connection broke: nothing else will arrive either."""
        self.no_response(transaction, now)

    def handle_timeout(self, now: float) -> None:
        """The back-off is over."""
        self._is_backing_off = False
        self.resume(now)

    def receive_offer(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """Take a re-INVITE of the far end."""
        endpoint = self._call.endpoint
        if self._ours is not None:
            # §14.2: "A UAS that receives an INVITE on a dialog while an INVITE it had
            # sent on that dialog is in progress MUST return a 491".
            endpoint.respond(transaction, 491, now)
        elif self._theirs is not None:
            retry = ("Retry-After", "1")
            endpoint.respond(transaction, 500, now, headers=(retry,))
        else:
            # A new INVITE proves that the far end has our last 200, even if its ACK
            # was lost: 500 here would cost the call.
            if request.method == "INVITE":
                self._call.acknowledge_implicitly()
                endpoint.respond(transaction, 100, now)
            self._theirs = transaction
            self._call.learn(request)
            sdp = sdp_in(request)
            if sdp is not None:
                self._call.remote_sdp = sdp
            endpoint.emit(ReinviteReceived(self._call, sdp))

    def accept(self, sdp: bytes, now: float) -> None:
        """Answer 200, repeated until the ACK."""
        transaction = self._take_theirs()
        if transaction is not None:
            self._call.dialog.refresh_target(transaction.request, transaction.source)
            if transaction.request.method == "UPDATE":
                self._call.answer_update(transaction, sdp, now)
                self.resume(now)
            else:
                self._call.answer_invite(transaction, sdp, now)

    def reject(self, status: int, now: float) -> None:
        """Answer 3xx to 6xx."""
        transaction = self._take_theirs()
        if transaction is not None:
            endpoint = self._call.endpoint
            endpoint.respond(transaction, status, now)
            # §14.1: ours waits until theirs "reaches the confirmed or terminated
            # state"; its ACK is here within a round trip.
            self._wait(endpoint.exchange.timers.t1, now)

    def offer_answered(self, sdp: bytes) -> None:
        """The ACK brought the answer to the offer in our 200."""
        self._call.remote_sdp = sdp
        self._call.endpoint.emit(OfferAnswered(self._call, sdp))

    def _take_theirs(self) -> Transaction | None:
        transaction, self._theirs = self._theirs, None
        return transaction

    def _limit(self, transaction: Transaction, now: float) -> None:
        # After 100 Trying no timer of §17 runs any more; who then says nothing else
        # would keep the channel for ever.
        if not self._is_limited:
            self._is_limited = True
            transaction.expire_at(now + self._call.endpoint.exchange.timers.patience)

    def _acknowledge(self, transaction: Transaction, response: Response) -> None:
        exchange = self._call.endpoint.exchange
        if self._acked is not None and self._acked[0] is transaction:
            exchange.send_ack(self._acked[1], self._call.destination)
            return
        self._call.dialog.refresh_target(response, transaction.source)
        ack = self._call.dialog.request(
            "ACK",
            headers=credentials_of(transaction.request),
            number=transaction.request.cseq.number,
        )
        sent = exchange.send_ack(ack, self._call.destination)
        self._acked = (transaction, sent)

    def _settle(self, response: Response, now: float) -> None:
        call, status = self._call, response.status
        if status < 300:
            call.local_sdp = self._sent
            call.learn(response)
            call.session.accepted(response, now)
            was_refresh = self._is_refresh
            self._done(now)
            call.remote_sdp = sdp_in(response) or call.remote_sdp
            if not was_refresh:
                call.endpoint.emit(ReinviteAccepted(call, call.remote_sdp or b""))
        elif call.authentication.learn(response, self._tries) or call.session.too_small(
            response
        ):
            self.resume(now)
        elif status == 491 and self._glares < MAX_GLARES:
            self._back_off(now)
        elif self._is_refresh:
            self._done(now)
            call.session.refused(response, now)
        elif status == 481:
            call.lose(status, printable(response.reason), now)
        else:
            self._reject(status, printable(response.reason), now)

    def _reject(self, status: int, reason: str, now: float) -> None:
        self._done(now)
        self._call.endpoint.emit(ReinviteRejected(self._call, status, reason))

    def _done(self, now: float) -> None:
        """The offer that went out is settled; one made meanwhile follows."""
        if self._offer is self._sent:
            self._offer = None
        self.resume(now)

    def _back_off(self, now: float) -> None:
        """§14.1: 2.1 to 4 s for the owner of the Call-ID, else 0 to 2 s, by 10 ms."""
        self._glares += 1
        exchange = self._call.endpoint.exchange
        drawn = int.from_bytes(hashlib.sha256(exchange.token().encode()).digest()[:4])
        if self._owns_call_id:
            delay = 2.1 + 0.01 * (drawn % 191)
        else:
            delay = 0.01 * (drawn % 201)
        self._wait(delay, now)

    def _wait(self, delay: float, now: float) -> None:
        self._is_backing_off = True
        self._call.endpoint.exchange.agenda.set(self, now + delay)
