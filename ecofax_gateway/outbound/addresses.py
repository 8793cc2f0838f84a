"""
Which addresses somebody else may have us call: those of the public Internet.

Pure: no I/O, no clock, no randomness.

Whoever names an address that our machine then calls borrows its place in the network:
the cloud's metadata service, a router's page, a database that trusts its neighbours.
So what is not known to be public is not called.

Standards:
    RFC 6890 (2013), with the IANA special-purpose registries of IPv4 and IPv6
    RFC 4291 (2006) §2.5.5.2 -- IPv4-mapped addresses
    RFC 6052 (2010) §2.1 -- IPv4 addresses behind NAT64
    RFC 9637 (2024) -- 3fff::/20 for documentation
"""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

Network = IPv4Network | IPv6Network

_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",
            "100.64.0.0/10",  # carriers' own
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local, and the clouds' metadata
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)

_PUBLIC_6 = IPv6Network("2000::/3")
"""All that IANA has given out; loopback, fc00::/7, fe80::/10 and the rest lie outside."""

_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: any IPv4 address may be in it
            "3fff::/20",  # documentation
        ),
    )
)

_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(text: str, *, also: Sequence[Network] = ()) -> bool:
    """
    Whether an address may be called.

    Args:
        text: An IP literal, as the system's resolver writes it.

        also: Networks that the operator allows besides.
    """
    try:
        address = _inner(ip_address(text))
    except ValueError:
        return False
    # "in" is False for a network of the other version.
    if any(address in network for network in also):
        return True
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    # A zone ("%eth0") belongs to addresses of one link.
    if address.scope_id is not None or address not in _PUBLIC_6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_6)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
