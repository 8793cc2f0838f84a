"""
Requests outside any call: OPTIONS to see whether somebody is there, REGISTER.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §10.2 -- registering; §11.1 -- OPTIONS; §8.1 -- requests outside a dialog
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..domain.errors import MalformedMessage
from .authentication import Authentication, Tries
from .digest import Credentials
from .endpoint import Endpoint
from .hop import Hop
from .message import Headers, Request, Response, printable
from .transaction import Transaction
from .uri import SipUri, parameter_of, parse_name_addr, parse_uri

MAX_EXPIRES = 86_400
"""Seconds: a registrar that says more is asked again after a day all the same."""

MIN_EXPIRES = 2
"""Seconds: one that says less would have us send nothing but REGISTER."""

MAX_TOO_BRIEF = 3
"""423s to one request before it is an endless loop."""

MAX_RETRY_AFTER = 3_600
"""Seconds that we heed: a proxy that asks for a day is not out for a day."""

NO_ANSWER = 408
NO_CONNECTION = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryAnswer:
    """What became of an inquiry."""

    status: int
    "Of the final response, or `NO_ANSWER`, or `NO_CONNECTION`."

    reason: str = ""
    "Its phrase, printable; for people."

    retry_after: int | None = None
    "Seconds for which it wants to be left alone, or None."

    expires: int = 0
    "Seconds for which we are registered; 0: we are not."


class Inquiry:
    """
    One request at a time to one place, with credentials where they are asked for.

    Args:
        endpoint: Whose.

        method: OPTIONS or REGISTER.

        uri: The Request-URI.

        identity: URI for From and To.

        credentials: For challenges, or None.
    """

    def __init__(
        self,
        *,
        endpoint: Endpoint,
        method: str,
        uri: str,
        identity: str,
        credentials: Credentials | None,
    ) -> None:
        token = endpoint.exchange.token
        self.endpoint = endpoint
        self._method = method
        self._uri = uri
        self._identity = identity
        self._call_id = token()
        self._tag = token()
        self._cseq = 0
        self._authentication = Authentication(credentials, token=token)
        self._tries = Tries()
        self._peer: Hop | None = None
        self._transaction: Transaction | None = None
        self._on_answer: Callable[[InquiryAnswer], None] | None = None

    def ask(
        self, peer: Hop, on_answer: Callable[[InquiryAnswer], None], now: float
    ) -> None:
        """
        Send it to *peer*; *on_answer* hears what came of it, once.

        An answer to the one before that is still to come is not told any more.
        """
        self._peer = peer
        self._on_answer = on_answer
        self._transaction = None
        self._tries = Tries()
        self.endpoint.exchange.ways.want(peer, self, now)

    def flow_ready(self, now: float) -> None:
        """It can be sent."""
        if self._transaction is None and self._on_answer is not None:
            self._send(now)

    def flow_failed(self, now: float) -> None:
        """No connection."""
        if self._transaction is None:
            self._tell(InquiryAnswer(status=NO_CONNECTION, reason="no connection"))

    def receive_response(
        self, transaction: Transaction, response: Response, now: float
    ) -> None:
        """Take what the far end says."""
        if response.status < 200 or transaction is not self._transaction:
            return
        if self._authentication.learn(response, self._tries) or self.once_more(
            response
        ):
            self._send(now)
            return
        self._tell(
            InquiryAnswer(
                status=response.status,
                reason=printable(response.reason),
                retry_after=retry_after(response),
                expires=self.lifetime(response),
            )
        )

    def no_response(self, transaction: Transaction, now: float) -> None:
        """Nobody answers."""
        if transaction is self._transaction:
            self._tell(InquiryAnswer(status=NO_ANSWER, reason="no response"))

    def no_way(self, transaction: Transaction, now: float) -> None:
        """The connection broke."""
        if transaction is self._transaction:
            self._tell(InquiryAnswer(status=NO_CONNECTION, reason="no connection"))

    def more_headers(self, peer: Hop) -> Headers:
        """What the method adds."""
        return (("Accept", "application/sdp"),)

    def once_more(self, response: Response) -> bool:
        """Whether the method knows how to ask better."""
        return False

    def lifetime(self, response: Response) -> int:
        """For how long what it asked for holds, in seconds."""
        return 0

    def _send(self, now: float) -> None:
        assert self._peer is not None
        self._cseq += 1
        request = Request(
            method=self._method,
            uri=self._uri,
            headers=(
                ("Max-Forwards", "70"),
                ("From", f"<{self._identity}>;tag={self._tag}"),
                ("To", f"<{self._identity}>"),
                ("Call-ID", self._call_id),
                ("CSeq", f"{self._cseq} {self._method}"),
                *self.endpoint.sender,
                *self.more_headers(self._peer),
            ),
        )
        answers = self._authentication.headers(self._method, self._uri, b"")
        request = replace(request, headers=(*request.headers, *answers))
        exchange = self.endpoint.exchange
        self._transaction = exchange.request(request, self._peer, self, now)

    def _tell(self, answer: InquiryAnswer) -> None:
        on_answer, self._on_answer = self._on_answer, None
        self._transaction = None
        if on_answer is not None:
            on_answer(answer)


class Registration(Inquiry):
    """
    Our binding at a registrar: `ask` again before it expires.

    Args:
        endpoint: Whose.

        registrar: URI of the domain, without user.

        identity: The address of record.

        credentials: For challenges, or None.

        expires: Seconds to ask for.
    """

    def __init__(
        self,
        *,
        endpoint: Endpoint,
        registrar: str,
        identity: str,
        credentials: Credentials | None,
        expires: int,
    ) -> None:
        super().__init__(
            endpoint=endpoint,
            method="REGISTER",
            uri=registrar,
            identity=identity,
            credentials=credentials,
        )
        self._expires = expires
        self._user = parse_uri(identity).user
        self._contact = ""
        self._too_brief = 0

    def ask(
        self, peer: Hop, on_answer: Callable[[InquiryAnswer], None], now: float
    ) -> None:
        """Register, or refresh."""
        self._too_brief = 0
        super().ask(peer, on_answer, now)

    def remove(
        self, peer: Hop, on_answer: Callable[[InquiryAnswer], None], now: float
    ) -> None:
        """Take the binding back. §10.2.2"""
        self._expires = 0
        self.ask(peer, on_answer, now)

    def more_headers(self, peer: Hop) -> Headers:
        """Contact and how long it shall hold."""
        host, port = self.endpoint.exchange.ways.local(peer)
        transport = peer.transport.lower() if peer.transport.is_stream else None
        contact = SipUri(
            user=self._user,
            host=host,
            port=port,
            parameters=(("transport", transport),) if transport else (),
        )
        self._contact = str(contact)
        return (
            ("Contact", f"<{contact}>;expires={self._expires}"),
            ("Expires", str(self._expires)),
        )

    def once_more(self, response: Response) -> bool:
        """423: ask for as much as the registrar wants. §10.2.8"""
        least = _seconds(response.header("Min-Expires"))
        too_brief = response.status == 423 and least is not None and self._expires
        if not too_brief or self._too_brief >= MAX_TOO_BRIEF:
            return False
        assert least is not None
        self._too_brief += 1
        self._expires = min(max(least, self._expires), MAX_EXPIRES)
        return True

    def lifetime(self, response: Response) -> int:
        """
        What the registrar grants.

        Standards:
            RFC 3261 §10.2.4 -- our own Contact's "expires", else the Expires header
        """
        if response.status >= 300 or not self._expires:
            return 0
        granted = _seconds(response.header("Expires"))
        for value in response.listed("Contact"):
            try:
                contact = parse_name_addr(value)
                ours = _same_place(contact.uri, self._contact)
            except MalformedMessage:
                continue
            own = _seconds(parameter_of(contact.parameters, "expires"))
            if ours and own is not None:
                granted = own
        if granted is None:
            granted = self._expires
        return min(max(granted, MIN_EXPIRES), MAX_EXPIRES)


def refresh_after(expires: int) -> float:
    """
    Seconds until a registration of *expires* seconds is refreshed.

    At half its life, but ten minutes before the end of a long one: time enough for a
    registrar to come back.
    """
    return max(expires / 2, expires - 600.0)


def retry_after(response: Response) -> int | None:
    """
    Seconds of Retry-After, or None.

    What follows them, a comment or a duration, is for people.
    """
    seconds = _seconds(response.header("Retry-After"))
    return None if seconds is None else min(seconds, MAX_RETRY_AFTER)


def _same_place(one: str, other: str) -> bool:
    """Some registrars write the user or the parameters in their own way."""
    a, b = parse_uri(one), parse_uri(other)
    return (a.host, a.port) == (b.host, b.port)


def _seconds(text: str | None) -> int | None:
    said = re.match(r"[0-9]{1,9}", (text or "").strip())
    return int(said[0]) if said else None
