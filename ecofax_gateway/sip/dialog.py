"""
A dialog: who talks to whom, over which way, and the requests made from that.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §12 -- dialogs; §12.2.1.1 -- requests, a strict router included
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.errors import MalformedMessage
from .hop import Hop, Transport, transport_of
from .locating import Place, is_name
from .message import Message, Request
from .uri import SipUri, ip_literal, parse_name_addr, parse_uri

MAX_ROUTES = 16
"""Hops of a route set that are kept; real ones have up to four."""


@dataclass(slots=True, kw_only=True)
class Dialog:
    """One peer-to-peer relation; changes as messages come."""

    call_id: str

    local: str
    "Value of our From, its tag included."

    local_tag: str

    remote: str
    "Value of our To, as the far end writes it once it has a tag."

    remote_tag: str = ""
    "Empty until the far end gave one."

    target: str
    "The Request-URI: the far end's Contact."

    peer: Hop
    "Where its messages come from: used where its Contact or Route leads nowhere."

    routes: tuple[str, ...] = ()
    "URIs in the order of Route, without brackets."

    cseq: int = 0
    "Of our last request."

    remote_cseq: int = -1
    "Of its last request."

    def request(
        self,
        method: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        number: int | None = None,
    ) -> Request:
        """
        Make a request without Via.

        Args:
            method: Any but CANCEL, which copies its INVITE.

            headers: More headers.

            body: With its Content-Type among *headers*.

            number: CSeq of an ACK; None: the next one.
        """
        if number is None:
            self.cseq += 1
            number = self.cseq
        uri, routes = self.target, list(self.routes)
        if routes and not _is_loose(routes[0]):
            # §12.2.1.1: a strict router wants itself as Request-URI and the target last.
            uri, routes = routes[0], [*routes[1:], uri]
        own = [
            *(("Route", f"<{route}>") for route in routes),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
        ]
        return Request(method=method, uri=uri, headers=(*own, *headers), body=body)

    @property
    def next_uri(self) -> str:
        """Who gets the next request: the first of the route, else the target. §12.2.1.1"""
        return self.routes[0] if self.routes else self.target

    def establish(self, message: Message, peer: Hop) -> None:
        """Take the way from what makes the dialog: a 2xx, or the INVITE itself."""
        recorded = [_uri_in(value) for value in message.listed("Record-Route")]
        routes = [route for route in recorded if route][:MAX_ROUTES]
        if not isinstance(message, Request):
            # §12.1.2: the client's route set is "in reverse order".
            routes.reverse()
        self.routes = tuple(routes)
        self.refresh_target(message, peer)

    def refresh_target(self, message: Message, peer: Hop) -> None:
        """Take a new Contact. §12.2; a missing or unreadable one changes nothing."""
        self.peer = peer
        contacts = message.listed("Contact")
        target = _uri_in(contacts[0]) if contacts else None
        if target:
            self.target = target


def place_in(uri: str) -> Place | None:
    """The host name that a URI would have looked up, or None if it has an address."""
    try:
        parsed = parse_uri(uri)
    except MalformedMessage:
        return None
    if ip_literal(parsed.host) is not None or not is_name(parsed.host):
        return None
    return Place(parsed.host.lower(), parsed.port or 0, transport_of(parsed))


def hop_in(uri: str, peer: Hop) -> Hop | None:
    """
    The hop a URI with an address names, if something sent there can arrive.

    None for a host name, and for what `may_follow` forbids.
    """
    try:
        parsed = parse_uri(uri)
    except MalformedMessage:
        return None
    host = ip_literal(parsed.host)
    if host is None or not may_follow(host, peer):
        return None
    return _way(host, parsed, peer)


def may_follow(host: str, peer: Hop) -> bool:
    """
    Whether an address that a far end names is worth sending to.

    Not one of another family than the peer's, nor one of a private network or of the
    peer's own machine while the peer speaks to us from outside: what a gateway behind
    NAT writes in its Contact.
    """
    source = ip_literal(peer.host)
    if source is None:
        return False
    there, here = ipaddress.ip_address(host), ipaddress.ip_address(source)
    if there.version != here.version or there.is_link_local:
        return False
    if there.is_loopback and not here.is_loopback:
        return False
    return not (there.is_private and here.is_global)


def _way(host: str, uri: SipUri, peer: Hop) -> Hop:
    """
    The transport to a host that a URI names.

    Standards:
        RFC 3263 §4.1 -- the URI's own word; for an IP literal without one, UDP
    """
    transport = transport_of(uri)
    if transport is None:
        # Many write no transport in the Contact of a call that came by TCP, and mean
        # the connection it came by; from TLS we never fall to the open.
        transport = peer.transport
    port = uri.port or transport.default_port
    if (host, port, transport) == (*peer.address, peer.transport):
        return peer
    if not transport.is_stream:
        return Hop(host, port)
    domain = uri.host if transport is Transport.TLS else ""
    return Hop(host, port, transport, domain, peer.trust)


def _is_loose(uri: str) -> bool:
    try:
        return parse_uri(uri).parameter("lr") is not None
    except MalformedMessage:
        return True


def _uri_in(value: str) -> str | None:
    try:
        uri = parse_name_addr(value).uri
        parse_uri(uri)
    except MalformedMessage:
        return None
    return uri
