"""
Ask the DNS about a sender, within a budget of time.

I/O: DNS; blocking, so call it in a thread.
"""

import logging
import time
from typing import Any

import dns.exception
import dns.name
import dns.resolver

from ..domain.errors import EcofaxError

QUESTION_SECONDS = 4.0
"""For one question, repeats included."""

CACHE_RECORDS = 10_000

logger = logging.getLogger(__name__)


class NameServerSilent(EcofaxError):
    """It did not answer, or the time is over: what it would say is unknown."""


class Budget:
    """
    Time for everything that is asked about one mail.

    Args:
        seconds: From now on.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; nought or less: none."""
        return self._end - time.monotonic()


class NameServer:
    """
    Where questions go; keeps answers as long as they say.

    Args:
        address: "host:port", an IP literal, asked instead of the system's. Empty: the
            system's.
    """

    def __init__(self, address: str = "") -> None:
        self._resolver: dns.resolver.Resolver | None = None
        try:
            self._resolver = dns.resolver.Resolver(configure=not address)
        except dns.resolver.NoResolverConfiguration:
            logger.warning(
                "no name server is configured: no sender can be proven"
                " (see trust.nameserver)"
            )
            return
        if address:
            host, _, port = address.rpartition(":")
            self._resolver.nameservers = [host.strip("[]")]
            self._resolver.port = int(port)
        self._resolver.cache = dns.resolver.LRUCache(CACHE_RECORDS)

    def texts(self, name: str, budget: Budget) -> list[bytes]:
        """
        The TXT records of a name, each joined.

        Raises:
            NameServerSilent: They are unknown.
        """
        return [
            b"".join(record.strings) for record in self.records(name, "TXT", budget)
        ]

    def records(self, name: str, kind: str, budget: Budget) -> list[Any]:
        """
        The records of a name, as dnspython has them; none if there are none.

        Raises:
            NameServerSilent: They are unknown.
        """
        if self._resolver is None or budget.left <= 0:
            raise NameServerSilent(f"{kind} {name}: not asked")
        try:
            answer = self._resolver.resolve(
                name, kind, lifetime=min(QUESTION_SECONDS, budget.left), search=False
            )
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN, dns.name.LabelTooLong):
            return []
        except (dns.resolver.YXDOMAIN, dns.name.EmptyLabel, dns.name.NameTooLong):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NameServerSilent(f"{kind} {name}: {type(error).__name__}") from error
        return list(answer)
