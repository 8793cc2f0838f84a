"""
All transactions of one socket: which message belongs to which.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §17.1.3, §17.2.3 -- matching; §18 -- where responses go, Via
    RFC 3581 §4 -- symmetric responses
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ..domain.errors import MalformedMessage
from .agenda import Agenda
from .machine import Kind, Timers
from .message import Request, Response, format_message, parse_message
from .transaction import Address, Transaction, TransactionUser
from .uri import format_host, ip_literal
from .via import Via

MAGIC_COOKIE = "z9hG4bK"

MAX_SERVER_TRANSACTIONS = 5_000
"""Each stays 32 s: a flood of invented requests may cost some MB, no more. A gateway
with 200 channels has some hundreds."""

DEFAULT_PORT = 5060


class RequestUser(Protocol):
    """Who is told of requests."""

    def receive_request(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """A new request, not a repeat; never ACK."""

    def receive_ack(self, request: Request, now: float) -> None:
        """The ACK of a 2xx; may come several times."""


def is_sendable(address: Address) -> bool:
    """Whether a socket takes *address* without an error of another kind than "lost"."""
    host, port = address
    return ip_literal(host) is not None and 1 <= port <= 65535


class Exchange:
    """
    Sends and receives on behalf of calls.

    Args:
        local: What our Via says.

        token: Fresh random text for branches.

        timers: RFC 3261's.

        user: Hears of requests.
    """

    def __init__(
        self,
        *,
        local: Address,
        token: Callable[[], str],
        timers: Timers,
        user: RequestUser,
    ) -> None:
        self.local = local
        self.token = token
        self.timers = timers
        self.agenda = Agenda()
        self._user = user
        self._outbox: list[tuple[bytes, Address]] = []
        self._clients: dict[tuple[str, str], Transaction] = {}
        self._servers: dict[tuple[str, str, str], Transaction] = {}

    def receive_datagram(self, data: bytes, source: Address, now: float) -> None:
        """Take one datagram; what is no SIP message is dropped."""
        try:
            message = parse_message(data)
            via = message.via
            if isinstance(message, Response):
                self._receive_response(message, via, source, now)
            else:
                self._receive_request(message, via, source, now)
        except MalformedMessage:
            # RFC 3261 §18.3 would have a 400 for some of these. Nothing that places
            # a real call needs it, and who sends noise learns nothing from silence.
            return

    def drain(self) -> list[tuple[bytes, Address]]:
        """What is to be sent, in order; forgotten here."""
        datagrams, self._outbox = self._outbox, []
        return datagrams

    def request(
        self, request: Request, peer: Address, user: TransactionUser, now: float
    ) -> Transaction:
        """
        Send a request that has no Via yet, repeat it until it is answered.

        Returns:
            Its transaction; *user* hears of it by later calls only.
        """
        branch = MAGIC_COOKIE + self.token()
        return self._start(self._with_via(request, branch), peer, user, now)

    def cancel(
        self,
        invite: Transaction,
        headers: tuple[tuple[str, str], ...],
        user: TransactionUser,
        now: float,
    ) -> Transaction:
        """
        Cancel a pending INVITE.

        Standards:
            RFC 3261 §9.1 -- same Request-URI, Call-ID, To, From, CSeq number, Route
            and topmost Via
        """
        kept = ("via", "from", "to", "call-id", "route", "max-forwards")
        request = invite.request
        own = [(n, v) for n, v in request.headers if n.lower() in kept]
        cseq = ("CSeq", f"{request.cseq.number} CANCEL")
        cancel = replace(
            request, method="CANCEL", headers=(*own, cseq, *headers), body=b""
        )
        return self._start(cancel, invite.peer, user, now)

    def send_ack(self, ack: Request, peer: Address) -> Request:
        """Send the ACK of a 2xx, which is in no transaction; give it with its Via."""
        if not ack.all_headers("Via"):
            ack = self._with_via(ack, MAGIC_COOKIE + self.token())
        self._send(format_message(ack), peer)
        return ack

    def invite_cancelled_by(self, cancel: Request) -> Transaction | None:
        """The INVITE that a CANCEL means, if it is still known."""
        return self._servers.get(_server_key(cancel, cancel.via, "INVITE"))

    @property
    def is_busy(self) -> bool:
        """Whether a request of ours still waits for its final response."""
        return any(client.is_pending for client in self._clients.values())

    def _start(
        self, request: Request, peer: Address, user: TransactionUser, now: float
    ) -> Transaction:
        is_invite = request.method == "INVITE"
        key = (request.via.branch, request.method)
        transaction = Transaction(
            Kind.INVITE_CLIENT if is_invite else Kind.OTHER_CLIENT,
            request,
            peer,
            timers=self.timers,
            agenda=self.agenda,
            send=self._send,
            user=user,
            forget=lambda: self._clients.pop(key, None),
        )
        self._clients[key] = transaction
        transaction.start(now)
        return transaction

    def _with_via(self, request: Request, branch: str) -> Request:
        via = (
            f"SIP/2.0/UDP {format_host(self.local[0])}:{self.local[1]}"
            f";branch={branch};rport"
        )
        return replace(request, headers=(("Via", via), *request.headers))

    def _receive_response(
        self, response: Response, via: Via, source: Address, now: float
    ) -> None:
        # §18.1.2: a sent-by that is not ours, and §8.1.3.3: more than one Via, are to
        # be discarded. The host is not compared: some NAT gateways rewrite it, and
        # the branch is a secret of ours.
        if len(response.listed("Via")) != 1 or via.port not in (self.local[1], None):
            return
        number, method = response.cseq
        transaction = self._clients.get((via.branch, method))
        if transaction is None or transaction.request.cseq.number != number:
            return
        transaction.source = source
        transaction.receive_response(response, now)

    def _receive_request(
        self, request: Request, via: Via, source: Address, now: float
    ) -> None:
        _check(request)
        key = _server_key(request, via, request.method)
        known = self._servers.get(key)
        if known is not None:
            known.source = source
            known.receive_request(request, now)
            # Some equipment acknowledges a 2xx with the branch of its INVITE.
            if request.method != "ACK" or known.is_refused:
                return
        if request.method == "ACK":
            self._user.receive_ack(request, now)
            return
        if len(self._servers) >= MAX_SERVER_TRANSACTIONS:
            return
        self._begin(key, request, via, source, now)

    def _begin(
        self,
        key: tuple[str, str, str],
        request: Request,
        via: Via,
        source: Address,
        now: float,
    ) -> None:
        seen = via.seen_from(*source)
        headers = (("Via", str(seen)), *_without_top_via(request))
        is_invite = request.method == "INVITE"
        transaction = Transaction(
            Kind.INVITE_SERVER if is_invite else Kind.OTHER_SERVER,
            replace(request, headers=headers),
            _response_address(seen, source),
            timers=self.timers,
            agenda=self.agenda,
            send=self._send,
            forget=lambda: self._servers.pop(key, None),
        )
        transaction.source = source
        self._servers[key] = transaction
        self._user.receive_request(transaction, transaction.request, now)

    def _send(self, data: bytes, peer: Address) -> None:
        # The one gate to the socket: an unsendable address would be an error of
        # the socket's, which must not depend on what a peer wrote.
        if is_sendable(peer):
            self._outbox.append((data, peer))


def _check(request: Request) -> None:
    """Raise MalformedMessage unless what every request has is there. §8.1.1."""
    if request.cseq.method != request.method:
        raise MalformedMessage("a CSeq of another method")
    _ = request.to, request.from_, request.call_id


def _response_address(via: Via, source: Address) -> Address:
    """
    Where responses go.

    Standards:
        RFC 3261 §18.2.2 -- source host, sent-by port; maddr is not followed, it would
        let a stranger aim our answers at others
        RFC 3581 §4 -- with rport, the source port
    """
    if via.parameter("rport") is not None:
        return source
    return source[0], via.port or DEFAULT_PORT


def _server_key(request: Request, via: Via, method: str) -> tuple[str, str, str]:
    branch = via.branch
    if not branch.startswith(MAGIC_COOKIE):
        # §17.2.3: from before RFC 3261, matched by what identifies the request.
        number = request.cseq.number
        branch = f"{request.call_id} {request.from_.tag} {number} {request.uri}"
    sent_by = f"{via.host.lower()}:{via.port or DEFAULT_PORT}"
    return branch, sent_by, "INVITE" if method == "ACK" else method


def _without_top_via(request: Request) -> list[tuple[str, str]]:
    """The headers without their topmost Via value, which may share its line."""
    vias = [("Via", value) for value in request.listed("Via")[1:]]
    others = [(n, v) for n, v in request.headers if n.lower() != "via"]
    return vias + others
