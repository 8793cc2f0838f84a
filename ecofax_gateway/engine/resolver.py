"""
Find a trunk: NAPTR, SRV, A and AAAA.

I/O: DNS; the system's own look-up for addresses, so that its hosts file counts.

Standards:
    RFC 3263 §4 -- locating SIP servers; the rules are in `sip.locating`
"""

import logging
import random
from collections.abc import Callable
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.resolver

from ..sip.hop import Address, Transport
from ..sip.locating import (
    MAX_SERVERS,
    Naptr,
    Server,
    Service,
    Srv,
    last_resort,
    servers,
    services,
    without_records,
)
from ..sip.uri import ip_literal
from .transport import resolve

logger = logging.getLogger(__name__)

LIFETIME_S = 4.0
"""For one question, repeats included."""

CACHE_RECORDS = 1_000


class Resolver:
    """
    Asks the DNS, and keeps answers as long as they say.

    Args:
        nameserver: "host:port", an IP literal, asked instead of the system's; for
            tests and split horizons. Empty: the system's.

        draw: Random numbers from 0 to 1, for weights.
    """

    def __init__(
        self,
        nameserver: str = "",
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._draw = draw
        self._own = bool(nameserver)
        self._dns: dns.asyncresolver.Resolver | None = None
        try:
            self._dns = dns.asyncresolver.Resolver(configure=not nameserver)
        except dns.resolver.NoResolverConfiguration:
            logger.warning("no nameserver is configured: no NAPTR, no SRV")
            return
        if nameserver:
            host, _, port = nameserver.rpartition(":")
            self._dns.nameservers = [host.strip("[]")]
            self._dns.port = int(port)
        self._dns.lifetime = LIFETIME_S
        self._dns.cache = dns.resolver.LRUCache(CACHE_RECORDS)

    async def locate(
        self, host: str, port: int, transport: Transport | None, *, from_host: str
    ) -> list[tuple[Address, Transport]]:
        """
        Where to send what is for a SIP domain, best first; never empty.

        Args:
            host: A name or an IP literal.

            port: 0: none is given, so that SRV is asked.

            transport: None: none is given, so that NAPTR is asked.

            from_host: The IP literal that we send from: its family is asked for.

        Raises:
            OSError: If nothing is found.
        """
        found: list[tuple[Address, Transport]] = []
        for server in await self._servers(host, port, transport):
            try:
                addresses = await self._addresses(server, from_host)
            except (OSError, UnicodeError) as error:
                logger.info("no address of %s: %s", server.host, error)
                continue
            found += [(address, server.transport) for address in addresses]
        if not found:
            raise OSError(f"no server of {host!r} is known")
        return list(dict.fromkeys(found))[:MAX_SERVERS]

    async def _servers(
        self, host: str, port: int, transport: Transport | None
    ) -> list[Server]:
        direct = without_records(host, port, transport)
        if direct is not None:
            return [direct]
        naptrs = [] if transport is not None else await self._naptrs(host)
        found: list[Server] = []
        for service in services(host, transport, naptrs):
            records = await self._srvs(service)
            found += servers(records, service.transport, self._draw)
        return found or [last_resort(host, port, transport)]

    async def _naptrs(self, host: str) -> list[Naptr]:
        return [
            Naptr(
                order=record.order,
                preference=record.preference,
                flags=record.flags.decode("ascii", "replace"),
                service=record.service.decode("ascii", "replace"),
                replacement=record.replacement.to_text(),
            )
            for record in await self._ask(host, "NAPTR")
        ]

    async def _srvs(self, service: Service) -> list[Srv]:
        return [
            Srv(
                priority=record.priority,
                weight=record.weight,
                port=record.port,
                target=record.target.to_text(),
            )
            for record in await self._ask(service.name, "SRV")
        ]

    async def _addresses(self, server: Server, from_host: str) -> list[Address]:
        literal = ip_literal(server.host)
        if literal is not None or not self._own:
            return await resolve(server.host, server.port, from_host=from_host)
        kind = "AAAA" if ":" in from_host else "A"
        records = await self._ask(server.host, kind)
        if not records:
            raise OSError(f"no {kind} record")
        return [(record.address, server.port) for record in records]

    async def _ask(self, name: str, kind: str) -> list[Any]:
        """The records; none if there are none, or the DNS does not answer."""
        if self._dns is None:
            return []
        try:
            return list(await self._dns.resolve(name, kind))
        except (dns.exception.DNSException, OSError, ValueError) as error:
            logger.debug("%s %s: %s", kind, name, error)
            return []
