"""
What a relay of ours says about a sender, in its Authentication-Results.

Pure: no I/O, no clock, no randomness.

Anybody can write such a field. Only the topmost one counts, only if it bears the name
that the operator told us, and only of mail that the relay itself handed in; a relay has
to remove those that came in with that name (RFC 8601 §5).

Standards:
    RFC 8601 (2019) §2.2 -- the field; §2.7 -- methods and their properties
"""

from typing import Any

import authres

from .dmarc import ascii_domain
from .level import Check, Result
from .sender import field_values

MAX_FIELD_BYTES = 16 * 1024

_PROPERTIES = {
    "dmarc": (("header", "from"),),
    "dkim": (("header", "d"), ("header", "i")),
    "spf": (("smtp", "mailfrom"),),
}
"""Which property names the domain that a method speaks for, by method."""


def attested_checks(raw: bytes, authserv_id: str) -> tuple[Check, ...]:
    """
    The checks that passed, as the relay of that name tells.

    Args:
        authserv_id: How it calls itself; empty: no relay is asked.
    """
    fields = field_values(raw, b"authentication-results")
    if not authserv_id or not fields or len(fields[0]) > MAX_FIELD_BYTES:
        return ()
    try:
        told: Any = authres.AuthenticationResultsHeader.parse_value(
            fields[0].decode("ascii", "replace")
        )
    except Exception:  # noqa: BLE001 -- a stranger may have written what the library reads
        return ()
    if str(told.authserv_id or "").lower() != authserv_id.lower():
        return ()
    checks = []
    for each in told.results:
        method = str(each.method)
        domain = _domain(each, method)
        if domain and str(each.result).lower() == Result.PASS:
            checks.append(Check(domain, Result.PASS, f"{method}, says {authserv_id}"))
    return tuple(checks)


def _domain(result: Any, method: str) -> str:
    values = {
        (str(each.type).lower(), str(each.name).lower()): str(each.value)
        for each in result.properties
    }
    for wanted in _PROPERTIES.get(method, ()):
        if wanted in values:
            return ascii_domain(values[wanted].rpartition("@")[2].strip('"<> '))
    return ""
