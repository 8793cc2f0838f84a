"""
Ways to a far end: which connections stand, and where the names it writes lead.

Pure: no I/O, no clock, no randomness: who owns the sockets opens, looks up, and tells.

Standards:
    RFC 3261 §18 -- connections; §8.1.2 -- where a request goes
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from .dialog import hop_in, may_follow, place_in
from .hop import Address, Hop, Transport
from .locating import Place

MAX_PLACES = 200
"""Host names of far ends that are kept; a trunk has some few."""


class FlowUser(Protocol):
    """Who needs a connection before it can say where it is to be answered."""

    def flow_ready(self, now: float) -> None:
        """The connection stands."""

    def flow_failed(self, now: float) -> None:
        """There is none to be had."""


class Ways:
    """
    Connections that stand, and names that are known.

    Args:
        locals_: Where we listen, by transport; UDP is among them.
    """

    def __init__(self, locals_: Mapping[Transport, Address]) -> None:
        self._locals = dict(locals_)
        self._flows: dict[Hop, Address] = {}
        self._wanted: dict[Hop, list[FlowUser]] = {}
        self._to_open: list[Hop] = []
        self._places: dict[Place, list[Hop]] = {}
        self._to_find: set[Place] = set()

    def local(self, peer: Hop) -> Address:
        """
        What that peer shall answer to: the near end of the connection, if there is one.

        A connection is answered on by its far end; where it would otherwise have to open
        one, NAT and firewalls are in the way, and for TLS we may have no certificate.
        """
        listening = self._locals.get(peer.transport, self._locals[Transport.UDP])
        return self._flows.get(peer, listening)

    def hop_for(self, uri: str, peer: Hop) -> Hop:
        """
        Where to send what is for a URI of a far end.

        A host name is asked for whenever it is met, and followed as soon as it is
        known; until then, and where it leads nowhere, *peer* will know it.

        Args:
            uri: A Route or a Contact.

            peer: Where that came from.

        Standards:
            RFC 3261 §8.1.2 -- RFC 3263 applied to the first Route, else to the target
        """
        place = place_in(uri)
        if place is None:
            return hop_in(uri, peer) or peer
        if len(self._to_find) < MAX_PLACES:
            self._to_find.add(place)
        for hop in self._places.get(place, ()):
            if (hop.address, hop.transport) == (peer.address, peer.transport):
                return peer
            if may_follow(hop.host, peer):
                is_tls = hop.transport is Transport.TLS
                return hop._replace(trust=peer.trust) if is_tls else hop
        return peer

    def places(self) -> list[Place]:
        """Names that were met; forgotten here."""
        places, self._to_find = list(self._to_find), set()
        return places

    def found(self, place: Place, hops: Sequence[Hop]) -> None:
        """Where a name leads, best first."""
        self._places.pop(place, None)
        while len(self._places) >= MAX_PLACES:
            del self._places[next(iter(self._places))]
        self._places[place] = list(hops)

    def want(self, peer: Hop, user: FlowUser, now: float) -> None:
        """Tell *user* once *peer* can be sent to: by UDP at once."""
        if not peer.transport.is_stream or peer in self._flows:
            user.flow_ready(now)
            return
        if peer not in self._wanted:
            self._to_open.append(peer)
        self._wanted.setdefault(peer, []).append(user)

    def to_open(self) -> list[Hop]:
        """Connections that are wanted; forgotten here."""
        hops, self._to_open = self._to_open, []
        return hops

    def open(self, peer: Hop, local: Address, now: float) -> None:
        """A connection that we opened stands; *local* is its near end."""
        self._flows[peer] = local
        for user in self._wanted.pop(peer, ()):
            user.flow_ready(now)

    def close(self, peer: Hop, now: float) -> None:
        """A connection is gone, or could not be opened."""
        self._flows.pop(peer, None)
        for user in self._wanted.pop(peer, ()):
            user.flow_failed(now)
