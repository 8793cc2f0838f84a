"""
What is wrong with an address in the configuration: checks of keys.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network


def address(text: str) -> str | None:
    """What is wrong with a host and its port; None: nothing."""
    host, _, port = text.rpartition(":")
    if host and port.isascii() and port.isdigit() and int(port) <= 65535:
        return None
    return 'write it as "host:port", e.g. "127.0.0.1:2525"'


def own_address(text: str) -> str | None:
    """What is wrong with an IP address of this machine; None: nothing."""
    try:
        ip_address(text)
    except ValueError:
        return 'write an IP address of this machine, e.g. "192.0.2.10"'
    return None


def mail_address(text: str) -> str | None:
    """What is wrong with an address of mail; None: nothing."""
    local, at, domain = text.rpartition("@")
    return None if local and at and domain else 'write "name@domain"'


def networks(texts: Iterable[str]) -> str | None:
    """What is wrong with a list of networks; None: nothing."""
    for text in texts:
        try:
            ip_network(text)
        except ValueError:
            return f'{text!r} is no network: write "192.0.2.0/24" or "192.0.2.7"'
    return None
