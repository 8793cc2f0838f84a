"""
Where a message goes or came from: an address, and the transport to it.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §18 -- transports; RFC 3263 §4.1 -- which one a URI asks for
"""

from enum import StrEnum
from typing import NamedTuple, Self

from .uri import SipUri, ip_literal

Address = tuple[str, int]
"""IP literal and port."""

MAX_UDP_BYTES = 1_300
"""RFC 3261 §18.1.1: a request within 200 bytes of an unknown path MTU "MUST be sent using
an RFC 2914 congestion controlled transport protocol, such as TCP"."""


class Transport(StrEnum):
    """As a Via writes them."""

    UDP = "UDP"
    TCP = "TCP"
    TLS = "TLS"

    @property
    def is_stream(self) -> bool:
        """Whether it keeps order and loses nothing: no message is ever repeated."""
        return self is not Transport.UDP

    @property
    def default_port(self) -> int:
        """RFC 3261 §19.1.2."""
        return 5061 if self is Transport.TLS else 5060


class Hop(NamedTuple):
    """
    One neighbour over one transport.

    A connection of ours is known by the hop it was opened to, one that was opened to us
    by the far end's address and port.
    """

    host: str
    "IP literal; nothing else is ever sent to."

    port: int

    transport: Transport = Transport.UDP

    domain: str = ""
    """Whom a TLS certificate must name: the domain asked for, not the host that the DNS
    made of it (RFC 5922 §4). Empty: whoever connected to us."""

    trust: str = ""
    "Key of the TLS rules that the owner of the sockets knows."

    @property
    def address(self) -> Address:
        """Without the transport."""
        return self.host, self.port

    @property
    def is_sendable(self) -> bool:
        """Whether a socket takes it without an error of another kind than "lost"."""
        return ip_literal(self.host) is not None and 1 <= self.port <= 65535

    def over(self, transport: Transport) -> Self:
        """The same address by another transport."""
        return self._replace(transport=transport)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport.lower()}:{host}:{self.port}"


def transport_of(uri: SipUri) -> Transport | None:
    """
    What a URI says of its transport, or None.

    An unknown one (SCTP, WS) counts as not said.
    """
    said = (uri.parameter("transport") or "").upper()
    if uri.scheme == "sips":
        return Transport.TLS
    return Transport(said) if said in list(Transport) else None
