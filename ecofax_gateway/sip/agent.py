"""
A SIP user agent, client and server, whatever the transport.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §8.2 -- what a server checks; §11 -- OPTIONS; §12 -- which dialog
"""

from collections.abc import Callable, Mapping, Sequence

from ..domain.errors import MalformedMessage
from .call import Call
from .dialog import Dialog
from .digest import Credentials
from .endpoint import ALLOW, Endpoint
from .event import Event, IncomingCall
from .exchange import Exchange
from .hop import Address, Hop, Transport
from .inquiry import Inquiry, Registration
from .locating import Place
from .machine import STANDARD_TIMERS, Timers
from .message import Request, printable
from .option import SUPPORTED, unknown
from .placed import PlacedCall
from .received import ReceivedCall
from .sdp import sdp_in
from .session import MIN_HEEDED, refusal
from .transaction import Transaction
from .uri import format_host, parse_name_addr, parse_uri

MAX_CALLS = 1_000
"""Calls at a time; more incoming ones are answered 503. A node serves some hundreds."""

IN_DIALOG = frozenset({"BYE", "INVITE", "OPTIONS", "PRACK", "UPDATE"})

UNSERVED = frozenset(
    {
        "INFO",
        "MESSAGE",
        "NOTIFY",
        "PUBLISH",
        "REFER",
        "REGISTER",
        "SUBSCRIBE",
    }
)
"""Methods we know and do not serve (405); any other is not implemented (501)."""


class UserAgent:
    """
    A UAC and UAS.

    Its only inputs: messages, connections that come and go, calls of its methods, time.
    After each of them its owner drains `messages_to_send` and `events` and asks for
    `next_timeout`.

    Args:
        local: What the far end shall answer to: the IP literal and port that the
            UDP socket is bound to; goes into Via and Contact.

        streams: Where we listen for TCP and TLS; without, *local* stands there too.

        token: Fresh random hex, at least 16 digits, for tags, branches, Call-IDs and
            cnonces.

        user_agent: Value of User-Agent and Server.

        min_se: Shortest session interval that we agree to, in seconds.

        takes_calls: False: whoever calls is answered 403.

        timers: RFC 3261's; tests and loopback use short ones.
    """

    def __init__(
        self,
        *,
        local: Address,
        token: Callable[[], str],
        streams: Mapping[Transport, Address] | None = None,
        user_agent: str = "ecofax-gateway",
        min_se: int = MIN_HEEDED,
        takes_calls: bool = True,
        timers: Timers = STANDARD_TIMERS,
    ) -> None:
        self._token = token
        self._takes_calls = takes_calls
        self._events: list[Event] = []
        self._calls: dict[str, Call] = {}
        self._exchange = Exchange(
            locals_={Transport.UDP: local, **(streams or {})},
            token=token,
            timers=timers,
            user=self,
        )
        self._endpoint = Endpoint(
            exchange=self._exchange,
            emit=self._events.append,
            product=user_agent,
            min_se=min_se,
        )

    def receive_datagram(self, data: bytes, source: Address, now: float) -> None:
        """
        Take one datagram; never raises on what a peer sends.

        Args:
            data: As it came.

            source: As the socket names it; what IPv6 adds to host and port is left out.

            now: Seconds on the owner's monotonic clock.
        """
        self._exchange.receive(data, Hop(*source[:2]), now)

    def receive(self, data: bytes, source: Hop, now: float) -> None:
        """
        The same for one message of a connection, cut out by `stream.StreamParser`.

        Args:
            data: Head and body.

            source: What the connection was opened to, or who opened it.

            now: Seconds on the owner's monotonic clock.
        """
        self._exchange.receive(data, source, now)

    def flows_to_open(self) -> list[Hop]:
        """Drain the connections that the owner shall open, or say that it cannot."""
        return self._exchange.ways.to_open()

    def flow_opened(self, peer: Hop, local: Address, now: float) -> None:
        """A connection that the owner opened to *peer* stands; *local* is its near end."""
        self._exchange.ways.open(peer, local, now)

    def flow_closed(self, peer: Hop, now: float) -> None:
        """A connection is gone, or could not be opened: nothing more comes by it."""
        self._exchange.flow_closed(peer, now)

    def refused(self, address: Address, now: float) -> None:
        """Nobody listens at a UDP address that was sent to, says ICMP."""
        self._exchange.refused(Hop(*address), now)

    def places_to_find(self) -> list[Place]:
        """Drain the host names that far ends wrote and the owner may look up."""
        return self._exchange.ways.places()

    def place_found(self, place: Place, hops: Sequence[Hop]) -> None:
        """Say where a name leads, best first."""
        self._exchange.ways.found(place, hops)

    def messages_to_send(self) -> list[tuple[bytes, Hop]]:
        """Drain what is to be sent, in order; only IP literals and ports 1 to 65535."""
        return self._exchange.drain()

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, or None."""
        return self._exchange.agenda.next()

    def handle_timeout(self, now: float) -> None:
        """Do what is due; harmless if nothing is."""
        self._exchange.agenda.run(now)

    def events(self) -> list[Event]:
        """Drain what happened, in order."""
        events = self._events.copy()
        self._events.clear()
        return events

    @property
    def is_idle(self) -> bool:
        """Whether every call is over, its BYE answered; then the socket may be closed."""
        return not self._calls and not self._exchange.is_busy

    def invite(
        self,
        *,
        to: str,
        request_uri: str,
        from_uri: str,
        next_hop: Hop | Sequence[Hop],
        sdp: bytes,
        now: float,
        credentials: Credentials | None = None,
        headers: Sequence[tuple[str, str]] = (),
        ring_timeout: float = 60.0,
        session_expires: int = 0,
    ) -> Call:
        """
        Place a call; ends with `Answered` or `CallFailed`.

        Args:
            to: URI for To.

            request_uri: Who is called.

            from_uri: Our identity, a URI or a name with a URI in angle brackets.

            next_hop: Where the INVITE goes; of several the next is tried when one does
                not answer or says 503.

            sdp: The offer.

            now: Seconds on the owner's monotonic clock, as everywhere.

            credentials: For 401 and 407; None: they end the call.

            headers: More headers for the INVITE, e.g. P-Asserted-Identity.

            ring_timeout: Seconds from now until CANCEL.

            session_expires: Session interval to ask for, in seconds; 0: the far end may.

        Raises:
            MalformedMessage: If a URI is none.
        """
        targets = (next_hop,) if isinstance(next_hop, Hop) else tuple(next_hop)
        call = PlacedCall(
            endpoint=self._endpoint,
            dialog=self._dialog(from_uri, to, request_uri, targets[0]),
            targets=targets,
            sdp=sdp,
            headers=tuple(headers),
            ring_timeout=ring_timeout,
            session_expires=session_expires,
            credentials=credentials,
            caller=parse_uri(parse_name_addr(from_uri).uri).user_name,
            called=parse_uri(request_uri).user_name,
            forget=self._forget,
        )
        self._calls[call.id] = call
        call.start(now)
        return call

    def _dialog(self, from_uri: str, to: str, target: str, peer: Hop) -> Dialog:
        """One that a call of ours begins."""
        local_tag = self._token()
        return Dialog(
            call_id=self._token(),
            local=f"{parse_name_addr(from_uri)};tag={local_tag}",
            local_tag=local_tag,
            remote=str(parse_name_addr(to)),
            target=target,
            peer=peer,
        )

    def registration(
        self,
        *,
        registrar: str,
        identity: str,
        credentials: Credentials | None,
        expires: int,
    ) -> Registration:
        """
        A binding that the owner makes with `ask`, keeps and takes back.

        Args:
            registrar: URI of its domain.

            identity: The address of record, a URI.

            credentials: For 401 and 407, or None.

            expires: Seconds to ask for.

        Raises:
            MalformedMessage: If a URI is none.
        """
        return Registration(
            endpoint=self._endpoint,
            registrar=str(parse_uri(registrar)),
            identity=identity,
            credentials=credentials,
            expires=expires,
        )

    def ping(
        self, *, uri: str, identity: str, credentials: Credentials | None = None
    ) -> Inquiry:
        """
        OPTIONS, to see whether somebody is there.

        Raises:
            MalformedMessage: If a URI is none.
        """
        return Inquiry(
            endpoint=self._endpoint,
            method="OPTIONS",
            uri=str(parse_uri(uri)),
            identity=str(parse_uri(identity)),
            credentials=credentials,
        )

    def receive_request(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        """For the exchange: a new request, not a repeat."""
        if request.method == "CANCEL":
            self._receive_cancel(transaction, request, now)
        elif refusal := _refusal(request):
            status, headers = refusal
            self._endpoint.respond(transaction, status, now, headers=headers)
        elif request.to.tag:
            call = self._call_of(request)
            if call is None:
                self._endpoint.respond(transaction, 481, now)
            else:
                call.receive_request(transaction, request, now)
        elif request.method == "INVITE" and not self._takes_calls:
            self._endpoint.respond(transaction, 403, now)
        elif request.method == "INVITE":
            self._receive_call(transaction, request, now)
        elif request.method == "OPTIONS":
            headers = [
                ("Allow", ALLOW),
                ("Accept", "application/sdp"),
                ("Supported", ", ".join(SUPPORTED)),
            ]
            self._endpoint.respond(transaction, 200, now, headers=headers)
        else:
            self._endpoint.respond(transaction, 481, now)

    def is_expected(self, request: Request) -> bool:
        """For the exchange: whether a request is worth keeping state for."""
        match request.method:
            case "CANCEL":
                return self._exchange.invite_cancelled_by(request) is not None
            case "INVITE" if not request.to.tag:
                return self._takes_calls
            case _:
                return self._call_of(request) is not None

    def receive_ack(self, request: Request, now: float) -> None:
        """For the exchange: the ACK of a 2xx."""
        call = self._call_of(request)
        if call is not None:
            call.receive_ack(request, now)

    def _call_of(self, request: Request) -> Call | None:
        call = self._calls.get(request.call_id)
        if call is None or request.to.tag != call.dialog.local_tag:
            return None
        # Until the answer we do not know which fork a far end's tag belongs to.
        remote_tag = call.dialog.remote_tag
        if remote_tag and request.from_.tag != remote_tag:
            return None
        return call

    def _receive_cancel(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        invite = self._exchange.invite_cancelled_by(request)
        if invite is None:
            self._endpoint.respond(transaction, 481, now)
            return
        call = self._calls.get(request.call_id)
        tag = call.dialog.local_tag if call is not None else ""
        self._endpoint.respond(transaction, 200, now, tag=tag)
        if call is not None:
            call.receive_cancel(invite, request, now)

    def _receive_call(
        self, transaction: Transaction, request: Request, now: float
    ) -> None:
        if request.call_id in self._calls:
            # §8.2.2.2: the same INVITE by another way.
            self._endpoint.respond(transaction, 482, now)
            return
        if len(self._calls) >= MAX_CALLS:
            later = ("Retry-After", "30")
            self._endpoint.respond(transaction, 503, now, headers=(later,))
            return
        too_small = refusal(request, self._endpoint.min_se)
        if too_small is not None:
            self._endpoint.respond(transaction, 422, now, headers=too_small)
            return
        self._endpoint.respond(transaction, 100, now)
        call = ReceivedCall(
            endpoint=self._endpoint,
            dialog=_dialog_from(request, transaction.source, self._token()),
            transaction=transaction,
            caller=_user_in(request.from_.uri),
            called=_user_in(request.uri),
            forget=self._forget,
            now=now,
        )
        self._calls[call.id] = call
        self._events.append(IncomingCall(call))

    def _forget(self, call: Call) -> None:
        self._calls.pop(call.id, None)


def _refusal(request: Request) -> tuple[int, Sequence[tuple[str, str]]] | None:
    """
    What a request is refused with whatever it belongs to, or None.

    Standards:
        RFC 3261 §8.2 -- method, URI, Require, body, in this order
    """
    if request.method not in IN_DIALOG:
        status = 405 if request.method in UNSERVED else 501
        return status, [("Allow", ALLOW)]
    scheme = request.uri.partition(":")[0].lower()
    if scheme not in ("sip", "sips", "tel"):
        return 416, []
    missing = unknown(request)
    if missing and request.method != "BYE":
        return 420, [("Unsupported", ", ".join(missing))]
    if request.method == "INVITE" and request.body and sdp_in(request) is None:
        return 415, [("Accept", "application/sdp")]
    return None


def _dialog_from(request: Request, source: Hop, local_tag: str) -> Dialog:
    """The server's side of a dialog. RFC 3261 §12.1.1."""
    dialog = Dialog(
        call_id=request.call_id,
        local=f"{request.header('To')};tag={local_tag}",
        local_tag=local_tag,
        remote=request.header("From") or "",
        remote_tag=request.from_.tag or "",
        target=f"sip:{format_host(source.host)}:{source.port}",
        peer=source,
        remote_cseq=request.cseq.number,
    )
    dialog.establish(request, source)
    return dialog


def _user_in(uri: str) -> str:
    try:
        return printable(parse_uri(uri).user_name)
    except MalformedMessage:
        return ""
