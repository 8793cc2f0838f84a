"""
Where a SIP domain's proxies are: what to ask the DNS, and in which order to try.

Pure: no I/O, no clock: the draws of the lottery are an argument.

Standards:
    RFC 3263 §4.1, §4.2 -- transport, then port and address
    RFC 2782 -- SRV: priority, weight and the target "."
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .hop import Transport
from .uri import ip_literal

MAX_SERVERS = 16
"""Records that are followed; a domain has two to four."""

SERVICES = {
    "SIP+D2U": Transport.UDP,
    "SIP+D2T": Transport.TCP,
    "SIPS+D2T": Transport.TLS,
}
"""NAPTR services that we speak. RFC 3263 §4.1"""

SRV_PREFIX = {
    Transport.UDP: "_sip._udp.",
    Transport.TCP: "_sip._tcp.",
    Transport.TLS: "_sips._tcp.",
}

_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Naptr:
    """A NAPTR record, as far as SIP needs it."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Srv:
    """An SRV record."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class Server:
    """A host whose addresses are to be asked for next."""

    host: str
    port: int
    transport: Transport


class Place(NamedTuple):
    """What a URI says of where to go, if that has to be looked up."""

    host: str
    port: int
    "0: none is given."

    transport: Transport | None
    "None: none is given."


@dataclass(frozen=True, slots=True)
class Service:
    """An SRV name to ask for."""

    name: str
    transport: Transport


def without_records(host: str, port: int, transport: Transport | None) -> Server | None:
    """
    Where to go if no record has to be asked for, else None.

    Args:
        host: A name or an IP literal.

        port: 0: none was given.

        transport: None: none was given.

    Standards:
        RFC 3263 §4.1, §4.2 -- a numeric address, or a port, leaves nothing to ask
    """
    if port or ip_literal(host):
        return last_resort(host, port, transport)
    return None


def last_resort(host: str, port: int, transport: Transport | None) -> Server:
    """Where to go if there are no records: to the host itself, by UDP if unsaid."""
    transport = transport or Transport.UDP
    return Server(host, port or transport.default_port, transport)


def services(
    host: str, transport: Transport | None, naptrs: Sequence[Naptr]
) -> list[Service]:
    """
    The SRV names to ask for, best first.

    Args:
        host: The domain.

        transport: The one to use; None: what *naptrs* say, else UDP and then TCP.

        naptrs: Of *host*; not looked at if *transport* is given.
    """
    if transport is not None:
        return [Service(SRV_PREFIX[transport] + host, transport)]
    found = []
    for record in sorted(naptrs, key=lambda it: (it.order, it.preference)):
        spoken = SERVICES.get(record.service.upper())
        if spoken and record.flags.lower() == "s" and is_name(record.replacement):
            found.append(Service(record.replacement, spoken))
    if found:
        return found[:MAX_SERVERS]
    # §4.1: "If no NAPTR records are found, the client constructs SRV queries for those
    # transport protocols it supports". TLS only where somebody asked for it: its
    # certificate rules would otherwise make a working trunk fail.
    unsaid = (Transport.UDP, Transport.TCP)
    return [Service(SRV_PREFIX[each] + host, each) for each in unsaid]


def servers(
    records: Sequence[Srv], transport: Transport, draw: Callable[[], float]
) -> list[Server]:
    """
    The servers of one SRV name, in the order to try them.

    Args:
        records: As they came.

        transport: Of the name.

        draw: Random numbers from 0 to 1, for the lottery among equals.

    Standards:
        RFC 2782 -- "Usage rules" and weights; target "." means that there is no service
    """
    usable = [r for r in records if is_name(r.target) and 1 <= r.port <= 65535]
    ordered: list[Srv] = []
    for priority in sorted({record.priority for record in usable}):
        equals = [record for record in usable if record.priority == priority]
        # "arrange all SRV RRs (that have not been ordered yet) in any order, except that
        # all those with weight 0 are placed at the beginning of the list".
        equals.sort(key=lambda record: (record.weight > 0, record.target, record.port))
        while equals:
            ordered.append(equals.pop(_drawn(equals, draw())))
    return [
        Server(record.target.rstrip("."), record.port, transport)
        for record in ordered[:MAX_SERVERS]
    ]


def is_name(text: str) -> bool:
    """Whether it is a host name that may be looked up."""
    return len(text) <= 254 and _NAME.match(text) is not None


def _drawn(records: Sequence[Srv], number: float) -> int:
    """The index of the first whose running sum of weights reaches the number drawn."""
    wanted = number * sum(record.weight for record in records)
    running = 0
    for index, record in enumerate(records):
        running += record.weight
        if running >= wanted:
            return index
    return len(records) - 1
