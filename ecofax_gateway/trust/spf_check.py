"""
SPF: may this client send mail in the name of its envelope?

I/O: DNS, through `name_server`; blocking, so call it in a thread.

Standards:
    RFC 7208 (2014) §2.4 -- MAIL FROM, or the HELO name where it is empty; §4.6.4 limits
"""

from typing import Any

import spf

from .dmarc import ascii_domain
from .level import Check, Result
from .name_server import Budget, NameServer, NameServerSilent


class _Query(spf.query):  # type: ignore[misc] # pyspf has no types
    """One evaluation, which asks our name server."""

    def __init__(
        self, peer: str, sender: str, helo: str, names: NameServer, budget: Budget
    ) -> None:
        self._names, self._budget = names, budget
        super().__init__(i=peer, s=sender, h=helo)

    def dns(
        self, name: str, qtype: str, cnames: Any = None, ignore_void: bool = False
    ) -> list[Any]:
        """Answer a question of the library's; CNAMEs are followed by the resolver."""
        try:
            records = self._names.records(str(name), qtype, self._budget)
        except NameServerSilent as error:
            raise spf.TempError(str(error)) from error
        if not records and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many lookups without a result")
        return [_plain(record, qtype) for record in records]


def check_envelope(
    *, peer: str, envelope_from: str, helo: str, names: NameServer, budget: Budget
) -> Check:
    """
    Evaluate SPF for a client.

    Args:
        peer: Its address, an IP literal.

        envelope_from: Of MAIL FROM; empty for bounces.

        helo: What it said in EHLO.
    """
    domain = ascii_domain(envelope_from.rpartition("@")[2] or helo)
    if not domain:
        return Check("", Result.NONE)
    try:
        query = _Query(peer, envelope_from, helo, names, budget)
        result = str(query.check()[0])
    except Exception as error:  # noqa: BLE001 -- a stranger wrote what the library reads
        return Check(domain, Result.PERMERROR, type(error).__name__)
    return Check(domain, Result(result) if result in set(Result) else Result.NONE)


def _plain(record: Any, kind: str) -> Any:
    match kind:
        case "A" | "AAAA":
            return record.address
        case "MX":
            return record.preference, record.exchange.to_text(True)
        case "PTR":
            return record.target.to_text(True)
    return record.strings
