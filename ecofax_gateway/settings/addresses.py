"""
What is wrong with an address in the configuration: checks of keys.

Pure: no I/O, no clock, no randomness.
"""

import errno
import os
import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from ..domain.errors import BadSettings, NotYet

_NAME = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\Z")
_BARE = r"[^\s<>@\",;]+@[\w.-]+"
_MAIL = re.compile(rf"{_BARE}\Z")
_NAMED_MAIL = re.compile(rf"(?:{_BARE}|[^<>\x00-\x1f]*<{_BARE}>)\Z")


def address(text: str) -> str | None:
    """What is wrong with a host and its port; None: nothing."""
    host, _, port = text.rpartition(":")
    if host and port.isascii() and port.isdigit() and int(port) <= 65535:
        return None
    return 'write it as "host:port", e.g. "127.0.0.1:2525"'


def far_address(text: str) -> str | None:
    """What is wrong with a host and its port that we go to; None: nothing."""
    if text.endswith(":0"):
        return 'write its port, e.g. "127.0.0.1:25"'
    return address(text)


def host_name(text: str) -> str | None:
    """What is wrong with the name of a machine or a domain; None: nothing."""
    return None if _NAME.match(text) else 'write a name, e.g. "ecofax.fr"'


def domains(names: Iterable[str]) -> str | None:
    """What is wrong with a list of domains that must not be empty; None: nothing."""
    wrong = [name for name in (*names,) or ("",) if host_name(name)]
    return f"{wrong[0]!r} is none: {host_name(wrong[0])}" if wrong else None


def own_address(text: str) -> str | None:
    """What is wrong with an IP address of this machine; None: nothing."""
    try:
        ip_address(text)
    except ValueError:
        return 'write an IP address of this machine, e.g. "192.0.2.10"'
    return None


def mail_address(text: str) -> str | None:
    """What is wrong with an address of mail; None: nothing."""
    return None if _MAIL.match(text) else 'write "name@domain"'


def sender(text: str) -> str | None:
    """What is wrong with an address of mail that may have a name; None: nothing."""
    if _NAMED_MAIL.match(text):
        return None
    return 'write "name@domain" or "Somebody <name@domain>"'


def networks(texts: Iterable[str]) -> str | None:
    """What is wrong with a list of networks; None: nothing."""
    for text in texts:
        try:
            ip_network(text)
        except ValueError:
            return f'{text!r} is no network: write "192.0.2.0/24" or "192.0.2.7"'
    return None


def cannot_listen(setting: str, text: str, error: OSError) -> BadSettings:
    """
    Tell that nobody can listen at an address that the settings name.

    It may be free, or this machine's, a moment later: after a restart, while a network
    comes up. A port that only root may have stays so.
    """
    number = error.errno or 0
    reason = os.strerror(number) if number > 0 else error.strerror  # a name server's
    if error.errno == errno.EACCES:
        mend = "a port below 1024 needs CAP_NET_BIND_SERVICE, as in our systemd unit"
        return BadSettings([f"{setting}: {text}: {reason}; {mend}"])
    mend = "end what has it, or write another address of this machine"
    return NotYet([f"{setting}: {text}: {reason}; {mend}"])
