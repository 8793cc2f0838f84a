"""
How far the sender of a mail is believed, and who may send for a line.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Level(StrEnum):
    """What vouches for the sender of a mail; the first is the best."""

    HANDED_IN = "A"
    "A login, a client certificate, or a machine whose word we take."

    PROVEN = "B"
    "DKIM or SPF passes, in the domain that the mail says it is from."

    ATTESTED = "C"
    "A relay of ours says that it did."

    CLAIMED = "D"
    "Nothing: anybody can write an address."

    @property
    def is_proof(self) -> bool:
        """Whether it lets a sender through a line's list."""
        return self in (Level.HANDED_IN, Level.PROVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What was found about the sender of one mail."""

    level: Level
    address: str = ""
    "Whom it is from, as far as the level goes; empty: it does not say so clearly."

    detail: str = ""
    "For the operator: what was tried, and what came of it."


HANDED_IN = Trust(level=Level.HANDED_IN)
"""Of mail that nobody had to look into."""

UNKNOWN = Trust(level=Level.CLAIMED)
"""Of mail that nobody has looked into."""


class Admission(StrEnum):
    """What a line says to a sender."""

    ADMITTED = "admitted"
    NOT_LISTED = "not-listed"
    NOT_PROVEN = "not-proven"
    "He is on the list, or somebody who writes his address."


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowList:
    """Who may send for a line; without entries everybody who has its password."""

    senders: frozenset[str] = frozenset()
    "Addresses and domains, lower case. A domain's subdomains are others."

    networks: tuple[Network, ...] = ()
    "Machines whose mail needs no proof: scanners, which sign nothing."

    def admits(self, address: str, level: Level, peer: str) -> Admission:
        """
        Decide on a sender.

        Args:
            address: Whom the mail is from.

            peer: Who handed it in, an IP literal.
        """
        if not self.senders:
            return Admission.ADMITTED
        if not self.lists(address):
            return Admission.NOT_LISTED
        if level.is_proof or is_in(peer, self.networks):
            return Admission.ADMITTED
        return Admission.NOT_PROVEN

    def lists(self, address: str) -> bool:
        """Whether an address is on the list, by itself or by its domain."""
        folded = address.lower()
        return bool(folded) and not self.senders.isdisjoint(
            {folded, folded.rpartition("@")[2]}
        )


def is_in(peer: str, networks: Iterable[Network]) -> bool:
    """Whether *peer*, an IP literal, lies in one of them."""
    address = parse_peer(peer)
    return address is not None and any(address in network for network in networks)


def parse_peer(text: str) -> Address | None:
    """An IP literal without its zone; IPv4 in IPv6 is IPv4. None: it is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """
    Networks as they are written, "192.0.2.0/24" or "192.0.2.7".

    Raises:
        ValueError: Naming the one that is none.
    """
    return tuple(ip_network(text) for text in texts)
