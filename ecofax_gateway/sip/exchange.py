"""
All transactions of one user agent: which message belongs to which.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §17.1.3, §17.2.3 -- matching; §18 -- where responses go, Via
    RFC 3581 §4 -- symmetric responses
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from ..domain.errors import MalformedMessage
from .agenda import Agenda
from .hop import MAX_UDP_BYTES, Address, Hop, Transport
from .machine import Kind, State, Timers
from .message import Request, Response, format_message, parse_message
from .throttle import Throttle
from .transaction import StatelessTransaction, Transaction, TransactionUser
from .uri import format_host
from .via import Via
from .ways import Ways

MAGIC_COOKIE = "z9hG4bK"

MAX_SERVER_TRANSACTIONS = 5_000
"""Each stays 32 s: a flood of invented requests may cost some MB, no more. A gateway
with 200 channels has some hundreds."""

STRANGERS_PER_SECOND = 10.0
STRANGERS_AT_ONCE = 50.0
"""Answers to one host about what we know nothing of: a proxy that watches us asks once
in some seconds, a scanner asks thousands of times, and a forged source would have us
shout at somebody else."""

REFUSED_SECONDS = 3.0
"""How long a request is repeated to a port where nobody listens."""

NO_TCP_SECONDS = 3_600.0
"""How long a peer that refused TCP for a large request is not asked again."""

MAX_NO_TCP = 1_000
"""Peers of which that is known."""


class RequestUser(Protocol):
    """Who is told of requests."""

    def receive_request(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """A new request, not a repeat; never ACK."""

    def receive_ack(self, request: Request, now: float) -> None:
        """The ACK of a 2xx; may come several times."""

    def is_expected(self, request: Request) -> bool:
        """Whether a request belongs to something, or begins something; else it is
        answered without keeping any state."""


class Exchange:
    """
    Sends and receives on behalf of calls.

    Args:
        locals_: What our Via says, by transport: where we listen. A transport that we
            do not listen on has UDP's.

        token: Fresh random text for branches.

        timers: RFC 3261's.

        user: Hears of requests.
    """

    def __init__(
        self,
        *,
        locals_: Mapping[Transport, Address],
        token: Callable[[], str],
        timers: Timers,
        user: RequestUser,
    ) -> None:
        self.ways = Ways(locals_)
        self.token = token
        self.timers = timers
        self.agenda = Agenda()
        self._user = user
        self._outbox: list[tuple[bytes, Hop]] = []
        self._detours: dict[Transaction, tuple[Request, Hop]] = {}
        self._no_tcp: dict[Address, float] = {}
        self._strangers = Throttle(
            per_second=STRANGERS_PER_SECOND, burst=STRANGERS_AT_ONCE
        )
        self._clients: dict[tuple[str, str], Transaction] = {}
        self._servers: dict[tuple[str, str, str], Transaction] = {}

    def flow_closed(self, peer: Hop, now: float) -> None:
        """A connection is gone, or could not be opened."""
        self.ways.close(peer, now)
        for server in self._servers.values():
            if server.peer == peer:
                # RFC 3261 §18.2.2: then a new one "to the IP address in the received
                # parameter, if present, using the port in the sent-by value".
                port = server.request.via.port or peer.transport.default_port
                server.peer = peer._replace(port=port)
        waiting = [c for c in self._clients.values() if c.peer == peer]
        for client in waiting:
            detour = self._detours.pop(client, None)
            if detour is not None and client.state is State.TRYING:
                self._take_detour(client, *detour, now)
            else:
                client.break_off(now)

    def refused(self, peer: Hop, now: float) -> None:
        """
        Nobody listens at *peer*, says ICMP.

        Standards:
            RFC 3261 §18.4 -- port unreachable: as if the transport had failed
        """
        for client in [c for c in self._clients.values() if c.peer == peer]:
            # A proxy that is started anew is back in some seconds.
            is_lasting = now - client.began >= REFUSED_SECONDS
            if client.state is State.TRYING and (client.is_hasty or is_lasting):
                client.break_off(now)

    def receive(self, data: bytes, source: Hop, now: float) -> None:
        """Take one message; what is no SIP is dropped."""
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

    def drain(self) -> list[tuple[bytes, Hop]]:
        """What is to be sent, in order; forgotten here."""
        datagrams, self._outbox = self._outbox, []
        return datagrams

    def request(
        self, request: Request, peer: Hop, user: TransactionUser, now: float
    ) -> Transaction:
        """
        Send a request that has no Via yet, repeat it until it is answered.

        Returns:
            Its transaction; *user* hears of it by later calls only.

        Standards:
            RFC 3261 §18.1.1 -- large requests by TCP; back to UDP if that is refused
        """
        branch = MAGIC_COOKIE + self.token()
        ready = self._with_via(request, branch, peer)
        if not self._is_too_large(ready, peer, now):
            return self._start(ready, peer, user, now)
        by_tcp = peer.over(Transport.TCP)
        request = self._with_via(request, branch, by_tcp)
        return self._start(request, by_tcp, user, now, detour=(ready, peer))

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

    def send_ack(self, ack: Request, peer: Hop) -> Request:
        """Send the ACK of a 2xx, which is in no transaction; give it with its Via."""
        if not ack.all_headers("Via"):
            ack = self._with_via(ack, MAGIC_COOKIE + self.token(), peer)
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
        self,
        request: Request,
        peer: Hop,
        user: TransactionUser,
        now: float,
        *,
        detour: tuple[Request, Hop] | None = None,
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
            forget=lambda: self._forget_client(key),
        )
        self._clients[key] = transaction
        if detour is not None:
            self._detours[transaction] = detour
        transaction.start(now)
        return transaction

    def _forget_client(self, key: tuple[str, str]) -> None:
        transaction = self._clients.pop(key, None)
        if transaction is not None:
            self._detours.pop(transaction, None)

    def _is_too_large(self, request: Request, peer: Hop, now: float) -> bool:
        if peer.transport.is_stream or len(format_message(request)) <= MAX_UDP_BYTES:
            return False
        return now >= self._no_tcp.get(peer.address, now)

    def _take_detour(
        self, transaction: Transaction, request: Request, peer: Hop, now: float
    ) -> None:
        # §18.1.1: "If an element sends a request over TCP because of these message size
        # constraints, and that request would have otherwise been sent over UDP, if the
        # attempt to establish the connection generates either an ICMP Protocol Not
        # Supported, or results in a TCP reset, the element SHOULD retry the request,
        # using UDP." Later requests do not ask again.
        if len(self._no_tcp) < MAX_NO_TCP:
            self._no_tcp[peer.address] = now + NO_TCP_SECONDS
        transaction.move(request, peer, now)

    def _with_via(self, request: Request, branch: str, peer: Hop) -> Request:
        host, port = self.ways.local(peer)
        via = (
            f"SIP/2.0/{peer.transport} {format_host(host)}:{port};branch={branch};rport"
        )
        return replace(request, headers=(("Via", via), *request.headers))

    def _receive_response(
        self, response: Response, via: Via, source: Hop, now: float
    ) -> None:
        # §8.1.3.3: more than one Via is to be discarded.
        if len(response.listed("Via")) != 1:
            return
        number, method = response.cseq
        transaction = self._clients.get((via.branch, method))
        if transaction is None or transaction.request.cseq.number != number:
            return
        # §18.1.2: a sent-by that is not ours is to be discarded. The host is not
        # compared: some NAT gateways rewrite it, and the branch is a secret of ours.
        if via.port not in (transaction.request.via.port, None):
            return
        # Read before the transaction counts it: one that nobody can understand would
        # end its timers, and the call wait for ever.
        _ = response.to
        transaction.source = source
        transaction.receive_response(response, now)

    def _receive_request(
        self, request: Request, via: Via, source: Hop, now: float
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
        if not self._user.is_expected(request):
            if self._strangers.allows(source.host, now):
                self._begin(None, request, via, source, now)
        elif len(self._servers) < MAX_SERVER_TRANSACTIONS:
            self._begin(key, request, via, source, now)

    def _begin(
        self,
        key: tuple[str, str, str] | None,
        request: Request,
        via: Via,
        source: Hop,
        now: float,
    ) -> None:
        seen = via.seen_from(*source.address)
        headers = (("Via", str(seen)), *_without_top_via(request))
        is_invite = request.method == "INVITE"
        make = Transaction if key is not None else StatelessTransaction
        transaction = make(
            Kind.INVITE_SERVER if is_invite else Kind.OTHER_SERVER,
            replace(request, headers=headers),
            _response_address(seen, source),
            timers=self.timers,
            agenda=self.agenda,
            send=self._send,
            forget=lambda: self._servers.pop(key, None) if key else None,
        )
        transaction.source = source
        if key is not None:
            self._servers[key] = transaction
        self._user.receive_request(transaction, transaction.request, now)

    def _send(self, data: bytes, peer: Hop) -> None:
        # The one gate to the socket: an unsendable address would be an error of
        # the socket's, which must not depend on what a peer wrote.
        if peer.is_sendable:
            self._outbox.append((data, peer))


def _check(request: Request) -> None:
    """Raise MalformedMessage unless what every request has is there. §8.1.1."""
    if request.cseq.method != request.method:
        raise MalformedMessage("a CSeq of another method")
    _ = request.to, request.from_, request.call_id


def _response_address(via: Via, source: Hop) -> Hop:
    """
    Where responses go.

    Standards:
        RFC 3261 §18.2.2 -- the connection; source host, sent-by port; maddr is not
        followed, it would let a stranger aim our answers at others
        RFC 3581 §4 -- with rport, the source port
    """
    if source.transport.is_stream or via.parameter("rport") is not None:
        return source
    return source._replace(port=via.port or Transport.UDP.default_port)


def _server_key(request: Request, via: Via, method: str) -> tuple[str, str, str]:
    branch = via.branch
    if not branch.startswith(MAGIC_COOKIE):
        # §17.2.3: from before RFC 3261, matched by what identifies the request.
        number = request.cseq.number
        branch = f"{request.call_id} {request.from_.tag} {number} {request.uri}"
    sent_by = f"{via.host.lower()}:{via.port or Transport.UDP.default_port}"
    return branch, sent_by, "INVITE" if method == "ACK" else method


def _without_top_via(request: Request) -> list[tuple[str, str]]:
    """The headers without their topmost Via value, which may share its line."""
    vias = [("Via", value) for value in request.listed("Via")[1:]]
    others = [(n, v) for n, v in request.headers if n.lower() != "via"]
    return vias + others
