"""
What all calls of one user agent share: its exchange, its headers, its owner.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .event import Event
from .exchange import Exchange
from .hop import Hop
from .message import Headers, Request, Response
from .option import SUPPORTED
from .transaction import Transaction
from .uri import format_host

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE"

SDP_TYPE = ("Content-Type", "application/sdp")

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    422: "Session Interval Too Small",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Server Time-out",
    600: "Busy Everywhere",
    603: "Decline",
    606: "Not Acceptable",
}
"""RFC 3261 §21, those we send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One user agent, as its calls see it."""

    exchange: Exchange

    emit: Callable[[Event], None]
    "Tells the owner."

    product: str
    "Value of User-Agent and Server."

    min_se: int
    "Shortest session interval that we agree to, in seconds."

    def contact(self, peer: Hop) -> str:
        """Value of a Contact that the far end beyond *peer* reaches us by."""
        host, port = self.exchange.ways.local(peer)
        uri = f"sip:{format_host(host)}:{port}"
        if peer.transport.is_stream:
            uri += f";transport={peer.transport.lower()}"
        return f"<{uri}>"

    def capabilities(self, peer: Hop) -> Headers:
        """Headers of every INVITE and its 2xx. RFC 3261 §13.2.1, §13.3.1.4."""
        return (
            ("Contact", self.contact(peer)),
            ("Allow", ALLOW),
            ("Supported", ", ".join(SUPPORTED)),
        )

    @property
    def sender(self) -> Headers:
        """Headers of every request."""
        return (("User-Agent", self.product),)

    def respond(
        self,
        transaction: Transaction,
        status: int,
        now: float,
        *,
        tag: str = "",
        reason: str = "",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Response:
        """
        Answer a request.

        Args:
            transaction: Of the request.

            status: 100 to 699.

            now: Seconds on the owner's clock.

            tag: Ours, if the request has none in its To; empty: a fresh one.

            reason: Empty: the standard's phrase.

            headers: More headers, Content-Type among them if there is a body.

            body: With its type among *headers*.

        Returns:
            The response, so that a 2xx can be repeated.

        Standards:
            RFC 3261 §8.2.6 -- what is copied; §12.1.1 -- Record-Route
        """
        request = transaction.request
        reason = reason or REASONS.get(status, "Unknown")
        copied = _copied(request, status)
        to = request.header("To") or ""
        if status > 100 and not request.to.tag:
            to += f";tag={tag or self.exchange.token()}"
        response = Response(
            status=status,
            reason=reason,
            headers=(*copied, ("To", to), ("Server", self.product), *headers),
            body=body,
        )
        transaction.respond(response, now)
        return response


def _copied(request: Request, status: int) -> Headers:
    names = ["via", "from", "call-id", "cseq"]
    if 100 < status < 300:
        names.append("record-route")
    return tuple((n, v) for n, v in request.headers if n.lower() in names)
