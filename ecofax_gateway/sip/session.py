"""
Session timers: a call whose far end silently went away does not last for ever.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 4028 §4 -- headers; §7 -- the side that asks; §8.1, §9 -- the side that answers;
    §10 -- when to refresh, and when to hang up
    RFC 3311 §5 -- UPDATE, by which we refresh where the far end takes it
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .authentication import Tries
from .message import Headers, Message, Request, Response
from .option import TIMER, understands
from .transaction import Transaction
from .uri import parameter_of, parse_parameters

if TYPE_CHECKING:
    from .call import Call

MIN_SE = 90
"""Seconds that we ask for at least. RFC 4028 §5: "MUST NOT be less than 90"."""

MIN_HEEDED = 2
"""Seconds of an interval that we heed: some gateways say ten, and hang up in ten."""

MAX_INTERVAL = 86_400

MAX_TOO_SMALL = 3
"""422s to one request before it is an endless loop."""

TRY_AGAIN_S = 5.0
"""After a refresh that failed for the moment (491, 500)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A Session-Expires header."""

    seconds: int

    refresher: str
    '"uac", "uas" or empty: of the request it stands in or answers.'


def interval_in(message: Message) -> Interval | None:
    """What a message says, or None; unreadable or too short to heed counts as None."""
    value, _, parameters = (message.header("Session-Expires") or "").partition(";")
    if not re.fullmatch(r"[0-9]{1,9}", value.strip()) or int(value) < MIN_HEEDED:
        return None
    refresher = (parameter_of(parse_parameters(parameters), "refresher") or "").lower()
    known = refresher if refresher in ("uac", "uas") else ""
    return Interval(min(int(value), MAX_INTERVAL), known)


def refusal(request: Request, least: int) -> Headers | None:
    """
    Headers of the 422 that a request has earned, or None.

    Args:
        request: An INVITE or UPDATE of the far end.

        least: The shortest interval, in seconds, that we agree to.

    Standards:
        RFC 4028 §9 -- only to who can ask for more: its sender, not a proxy
    """
    asked = interval_in(request)
    if asked is None or asked.seconds >= least or not understands(request, TIMER):
        return None
    return (("Min-SE", str(least)),)


class SessionTimer:
    """
    The session timer of one call.

    Args:
        call: Whose.

        wanted: Seconds to ask for; 0: only what the far end asks for.
    """

    def __init__(self, call: "Call", *, wanted: int) -> None:
        self._call = call
        self._wanted = max(wanted, MIN_SE) if wanted else 0
        self._min_se = MIN_SE
        self._interval: int | None = None
        self._we_refresh = False
        self._expires_at = 0.0
        self._too_small = 0
        self._tries = Tries()
        self._update: Transaction | None = None

    @property
    def interval(self) -> int | None:
        """Seconds agreed on, or None."""
        return self._interval

    @property
    def we_refresh(self) -> bool:
        """Whether it is ours to refresh."""
        return self._we_refresh

    def request_headers(self) -> Headers:
        """For our INVITE or UPDATE."""
        if self._interval is not None:
            # §7.4: whoever refreshes goes on to, seen from this request.
            refresher = "uac" if self._we_refresh else "uas"
            value = f"{self._interval};refresher={refresher}"
        elif self._wanted:
            value = str(self._wanted)
        else:
            return ()
        return (("Session-Expires", value), ("Min-SE", str(self._min_se)))

    def answer_headers(self, request: Request, now: float) -> Headers:
        """Agree to a request of the far end: for our 2xx, sent now. §9"""
        asked = interval_in(request)
        if asked is None and understands(request, TIMER) and self._interval is not None:
            # A request that could have one and says nothing keeps what was agreed.
            refresher = "uas" if self._we_refresh else "uac"
            asked = Interval(self._interval, refresher)
        if asked is None:
            self.stop()
            return ()
        refresher = asked.refresher or "uac"
        if not understands(request, TIMER):
            # §9 table 2: it was a proxy that asked; only we can refresh.
            refresher = "uas"
        self._agree(asked.seconds, we_refresh=refresher == "uas", now=now)
        headers: Headers = (
            ("Session-Expires", f"{asked.seconds};refresher={refresher}"),
        )
        if refresher == "uac":
            headers += (("Require", TIMER),)
        return headers

    def accepted(self, response: Response, now: float) -> None:
        """A 2xx to our INVITE or UPDATE came. §7.2"""
        self._too_small = 0
        agreed = interval_in(response)
        if agreed is None:
            self.stop()
        else:
            self._agree(agreed.seconds, we_refresh=agreed.refresher != "uas", now=now)

    def too_small(self, response: Response) -> bool:
        """Whether a refusal is a 422 that asking for more may help. §7.3"""
        least = re.match(r"[0-9]{1,9}", (response.header("Min-SE") or "").strip())
        if response.status != 422 or least is None or self._too_small >= MAX_TOO_SMALL:
            return False
        self._too_small += 1
        self._min_se = min(max(int(least[0]), self._min_se), MAX_INTERVAL)
        if self._interval is not None:
            self._interval = max(self._interval, self._min_se)
        self._wanted = max(self._wanted, self._min_se)
        return True

    def stop(self) -> None:
        """The call may last as long as it likes, or is over."""
        self._interval = None
        self._call.endpoint.exchange.agenda.clear(self)

    def handle_timeout(self, now: float) -> None:
        """Refresh, or give the call up."""
        if not self._call.is_established or self._interval is None:
            return
        if now >= self._expires_at:
            # §10: "If the session refresh request has not been received before the
            # session expires, the UAC or UAS SHOULD send a BYE".
            self._call.lose(408, "session expired", now)
            return
        self._wake(self._expires_at)
        if self._call.takes_update:
            self._tries = Tries()
            self._send_update(now)
        elif not self._call.refresh_by_reinvite(now):
            self._wake(now + TRY_AGAIN_S)

    def receive_response(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        """Take what the far end says to our UPDATE."""
        if transaction is not self._update or response.status < 200:
            return
        self._update = None
        if not self._call.is_established:
            return
        if response.status < 300:
            self._call.dialog.refresh_target(response, transaction.source)
            self.accepted(response, now)
        elif self._call.authentication.learn(response, self._tries):
            self._send_update(now)
        else:
            self.refused(response, now)

    def refused(self, response: Response, now: float) -> None:
        """A refresh failed."""
        match response.status:
            case 408 | 481:
                # §10: "the UAC SHOULD follow the rules in RFC 3261 [...] terminate".
                self._call.lose(response.status, response.reason, now)
            case 405 | 501:
                self._call.takes_update = False
                self._wake(now)
            case _ if self.too_small(response):
                self._wake(now)
            case _:
                self._wake(now + TRY_AGAIN_S)

    def no_response(self, transaction: Transaction, now: float) -> None:
        """Nobody answers our UPDATE."""
        if transaction is self._update:
            self._update = None
            self._call.lose(408, "no response to an UPDATE", now)

    def no_way(self, transaction: Transaction, now: float) -> None:
        """Its connection broke."""
        self.no_response(transaction, now)

    def _send_update(self, now: float) -> None:
        call = self._call
        destination = call.destination
        request = call.new_request(
            "UPDATE",
            headers=(
                *call.endpoint.capabilities(destination),
                *self.request_headers(),
            ),
        )
        exchange = call.endpoint.exchange
        self._update = exchange.request(request, destination, self, now)

    def _agree(self, seconds: int, *, we_refresh: bool, now: float) -> None:
        self._interval = seconds
        self._we_refresh = we_refresh
        # §10: "It is RECOMMENDED that this BYE be sent [...] before the session
        # expiration", the minimum of 32 s and a third of the interval ahead.
        self._expires_at = now + seconds - min(32.0, seconds / 3)
        self._wake(now + seconds / 2 if we_refresh else self._expires_at)

    def _wake(self, when: float) -> None:
        if self._interval is not None:
            agenda = self._call.endpoint.exchange.agenda
            agenda.set(self, min(when, self._expires_at))
