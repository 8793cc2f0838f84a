"""
Who may connect, how many at a time, and how often a password may be guessed.

Pure: no I/O, no clock, no randomness.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MINUTE, HOUR = 60.0, 3600.0

IPV6_SITE = 64
"""Bits that stand for one client: whoever has one IPv6 address has 2**64."""

MAX_REMEMBERED = 10_000
"""Strangers whose visits are remembered; the oldest are forgotten first."""

TRUSTED_SHARE = 0.25
"""Of the connections, kept for trusted networks when strangers take all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the listener bears."""

    connections: int = 200
    "At the same time; each takes some 11 KiB, with TLS 60."

    per_stranger: int = 10
    "Connections of one address that is not trusted; a relay of ours keeps twenty."

    per_minute: int = 60
    "New connections of one such address in a minute."

    failed_logins: int = 20
    "Of one such address in an hour."


DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is turned away."""

    reply: str
    "To the client: code, enhanced code, sentence."

    log: str
    "To the operator: what to change; empty if it need not be said."


class Visitors:
    """
    The addresses that are connected, and what they did of late.

    Args:
        trusted: Networks whose word about the sender is believed.

        strangers: Whether others may connect at all; they have to log in.

        limits: See `Limits`.
    """

    def __init__(
        self,
        trusted: Sequence[Network],
        *,
        strangers: bool = False,
        limits: Limits = DEFAULTS,
    ) -> None:
        self._trusted = trusted
        self._strangers = strangers
        self._limits = limits
        self._inside: Counter[Address] = Counter()
        self._visits: dict[Address, deque[float]] = {}
        self._failures: dict[Address, deque[float]] = {}

    def is_trusted(self, peer: str) -> bool:
        """Whether *peer*, an IP literal, lies in a trusted network."""
        address = _address(peer)
        return address is not None and self._in_trusted(address)

    def enter(self, peer: str, *, now: float) -> Refusal | None:
        """
        Let a connection in; None means that it counts until `leave`.

        Args:
            now: Seconds of any clock that only goes forward.
        """
        address = _address(peer)
        if address is None:
            return Refusal("554 5.7.1 unknown client address", "")
        trusted = self._in_trusted(address)
        if not trusted:
            refusal = self._refuse_stranger(address, peer, now)
            if refusal is not None:
                return refusal
        room = self._limits.connections
        if not trusted:
            room -= int(room * TRUSTED_SHARE) if self._trusted else 0
        if self._inside.total() >= room:
            return Refusal("421 4.7.0 too many connections, try again later", "")
        self._inside[_site(address)] += 1
        return None

    def leave(self, peer: str) -> None:
        """Forget a connection that `enter` let in."""
        address = _address(peer)
        if address is None:
            return
        site = _site(address)
        self._inside[site] -= 1
        if self._inside[site] <= 0:
            del self._inside[site]

    def may_log_in(self, peer: str, *, now: float) -> bool:
        """Whether *peer* may try one more password."""
        address = _address(peer)
        if address is None:
            return False
        tried = _of_late(self._failures, _site(address), now - HOUR)
        return len(tried) < self._limits.failed_logins

    def login_failed(self, peer: str, *, now: float) -> None:
        """Count a wrong password."""
        address = _address(peer)
        if address is not None:
            _remember(self._failures, _site(address), now)

    def _refuse_stranger(
        self, address: Address, peer: str, now: float
    ) -> Refusal | None:
        if not self._strangers:
            return Refusal(
                f"554 5.7.1 {peer} may not connect: it is not in the setting"
                " trusted_networks",
                f"connection from {peer} refused: not in smtp.trusted_networks",
            )
        site = _site(address)
        if self._inside[site] >= self._limits.per_stranger:
            return Refusal(
                "421 4.7.0 too many connections from your address, try again later", ""
            )
        if len(_of_late(self._visits, site, now - MINUTE)) >= self._limits.per_minute:
            return Refusal(
                "421 4.7.0 too many connections in a minute, try again later", ""
            )
        _remember(self._visits, site, now)
        return None

    def _in_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def is_in(peer: str, networks: Sequence[Network]) -> bool:
    """Whether *peer*, an IP literal, lies in one of them."""
    address = _address(peer)
    return address is not None and any(address in network for network in networks)


def _address(peer: str) -> Address | None:
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _site(address: Address) -> Address:
    """What limits count: an IPv4 address, or an IPv6 network of one customer."""
    if isinstance(address, IPv4Address):
        return address
    return IPv6Network((address, IPV6_SITE), strict=False).network_address


def _of_late(
    times: dict[Address, deque[float]], site: Address, since: float
) -> deque[float]:
    found = times.get(site, deque())
    while found and found[0] <= since:
        found.popleft()
    if not found:
        times.pop(site, None)
    return found


def _remember(times: dict[Address, deque[float]], site: Address, now: float) -> None:
    if site not in times and len(times) >= MAX_REMEMBERED:
        del times[next(iter(times))]
    times.setdefault(site, deque()).append(now)
