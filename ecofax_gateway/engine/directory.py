"""
Where each trunk can be reached now: found by the DNS, less what wants to be left alone.

I/O: through the resolver.

Standards:
    RFC 3263 §4.3 -- failover; RFC 3261 §21.5.4 -- Retry-After of a 503
"""

import asyncio
from collections.abc import Callable

from ..sip.digest import Credentials
from ..sip.hop import Hop, Transport
from ..sip.locating import Place
from .protocol import TrunkAddress
from .resolver import Resolver
from .tls import TrustStore

LOCATE_TIMEOUT_S = 20.0
"""A resolver that hangs is a fault of the trunk; three of its questions may time out, and
the hosts file still has its say."""

DOUBT_S = 60.0
"""How long a target that did not answer is tried last: its silence costs each call
eight seconds."""

MAX_KNOWN = 1_000
"""Targets remembered; a gateway has some dozens."""


class TrunkUnreachable(Exception):
    """
    A trunk that nothing can be sent to now.

    Args:
        detail: For people.

        again_s: Seconds until it may be asked again, where it said so.
    """

    def __init__(self, detail: str, *, again_s: float | None = None) -> None:
        super().__init__(detail)
        self.again_s = again_s


class Directory:
    """
    Knows where trunks are.

    Args:
        host: The IP literal that we send from.

        resolver: Asks the DNS.

        trust: Takes the TLS rules of trunks.

        now: The clock.
    """

    def __init__(
        self,
        host: str,
        resolver: Resolver,
        trust: TrustStore,
        now: Callable[[], float],
    ) -> None:
        self._host = host
        self._resolver = resolver
        self._trust = trust
        self._now = now
        self._closed_until: dict[Hop, float] = {}
        self._doubted_until: dict[Hop, float] = {}
        self._registered_at: dict[str, Hop] = {}

    async def targets(self, trunk: TrunkAddress) -> list[Hop]:
        """
        Where to send what is for a trunk, best first; never empty.

        Raises:
            TrunkUnreachable: If its name is not known, or all of it is set aside.
        """
        hops = await self._located(trunk)
        now = self._now()
        open_hops = [hop for hop in hops if self._closed_until.get(hop, now) <= now]
        if not open_hops:
            again_s = min(self._closed_until[hop] for hop in hops) - now
            raise TrunkUnreachable(
                f"503, to be left alone for {again_s:.0f} s", again_s=again_s
            )
        # Of a domain's servers, as a rule only the one that has our registration takes
        # our calls.
        open_hops.sort(
            key=lambda hop: (
                self._doubted_until.get(hop, now) > now,
                hop not in self._registered_at.values(),
            )
        )
        return open_hops

    async def find(self, place: Place) -> list[Hop]:
        """
        Where a host name leads that a far end wrote.

        Raises:
            OSError: If it is not known.
        """
        found = await self._resolver.locate(*place, from_host=self._host)
        return [
            Hop(*address, transport, place.host if transport is Transport.TLS else "")
            for address, transport in found
        ]

    def failed(self, hop: Hop, retry_after: int | None) -> None:
        """One target said 503, did not answer or could not be reached."""
        now = self._now()
        for known in (self._closed_until, self._doubted_until):
            for old in [each for each, until in known.items() if until <= now]:
                del known[old]
        if retry_after and len(self._closed_until) < MAX_KNOWN:
            self._closed_until[hop] = now + retry_after
        elif not retry_after and len(self._doubted_until) < MAX_KNOWN:
            self._doubted_until[hop] = now + DOUBT_S

    def registered(self, name: str, hop: Hop | None) -> None:
        """Where the trunk of that name has our registration; None: nowhere."""
        if hop is None:
            self._registered_at.pop(name, None)
        else:
            self._registered_at[name] = hop

    def answered(self, hop: Hop) -> None:
        """One target is there after all."""
        self._closed_until.pop(hop, None)
        self._doubted_until.pop(hop, None)

    async def _located(self, trunk: TrunkAddress) -> list[Hop]:
        try:
            wanted = Transport(trunk.transport.upper()) if trunk.transport else None
            async with asyncio.timeout(LOCATE_TIMEOUT_S):
                found = await self._resolver.locate(
                    trunk.host, trunk.port, wanted, from_host=self._host
                )
        except (OSError, TimeoutError, ValueError) as error:
            # ValueError: a transport that there is not, a name that cannot be one.
            detail = f"{trunk.host!r} is not known: {str(error) or 'no answer'}"
            raise TrunkUnreachable(detail) from error
        try:
            return [
                self._hop(trunk, address, transport) for address, transport in found
            ]
        except OSError as error:
            detail = f"no TLS with {trunk.tls_ca_file!r}: {error}"
            raise TrunkUnreachable(detail) from error

    def _hop(
        self, trunk: TrunkAddress, address: tuple[str, int], transport: Transport
    ) -> Hop:
        if transport is not Transport.TLS:
            return Hop(*address, transport)
        trust = self._trust.add(trunk.tls_ca_file, verify=trunk.tls_verify)
        # RFC 5922 §4: the certificate is of the domain that was asked for.
        return Hop(*address, transport, trunk.host, trust)


def domain_of(trunk: TrunkAddress) -> str:
    """Host part of our URIs at that trunk."""
    return trunk.domain or trunk.host


def credentials_of(trunk: TrunkAddress) -> Credentials | None:
    """For its challenges, or None."""
    return Credentials(trunk.username, trunk.password) if trunk.username else None
