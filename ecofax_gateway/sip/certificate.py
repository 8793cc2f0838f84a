"""
Whether a TLS certificate is that of a SIP domain.

Pure: no I/O, no clock, no randomness: the signature was checked by TLS before.

Standards:
    RFC 5922 §7.1 -- identities in a certificate; §7.2 -- comparing them
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from ..domain.errors import MalformedMessage
from .uri import parse_uri


def is_of_domain(certificate: Mapping[str, Any], domain: str) -> bool:
    """
    Whether a certificate names a domain.

    Args:
        certificate: As `ssl.SSLSocket.getpeercert` gives it.

        domain: The one that was asked for, before any NAPTR or SRV; a name or an IP
            literal.
    """
    wanted = domain.rstrip(".").lower()
    try:
        address = ipaddress.ip_address(wanted)
    except ValueError:
        return any(_matches(name, wanted) for name in _names(certificate))
    # RFC 5922 knows only names; a trunk that is configured by its address can only be
    # named by it.
    return any(
        kind == "IP Address" and _same_address(value, address)
        for kind, value in certificate.get("subjectAltName", ())
    )


def _names(certificate: Mapping[str, Any]) -> list[str]:
    alternatives = certificate.get("subjectAltName", ())
    if not alternatives:
        # §7.1: "If and only if the subjectAltName does not appear in the certificate,
        # the implementation MAY examine the CN field".
        parts = [part for rdn in certificate.get("subject", ()) for part in rdn]
        return [value for key, value in parts if key == "commonName"]
    names = []
    for kind, value in alternatives:
        if kind == "DNS":
            names.append(value)
        elif kind == "URI":
            names += _domain_in(value)
    return names


def _domain_in(text: str) -> list[str]:
    """§7.1: only the scheme "sip", and no user part: that would be a person's."""
    try:
        uri = parse_uri(text)
    except MalformedMessage:
        return []
    return [uri.host] if uri.scheme == "sip" and not uri.user else []


def _matches(name: str, wanted: str) -> bool:
    name = name.rstrip(".").lower()
    if name == wanted:
        return True
    # §7.2 allows no wildcards. Large carriers give each customer a subdomain and show
    # one certificate for all: refusing it would only make people switch the check off.
    # So a star stands for exactly one label, the leftmost, as on the web (RFC 6125
    # §6.4.3), and never for a whole top-level domain.
    star, dot, rest = name.partition(".")
    _, _, parent = wanted.partition(".")
    return star == "*" and bool(dot) and "." in rest and rest == parent


def _same_address(
    text: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> bool:
    try:
        return ipaddress.ip_address(text.strip()) == address
    except ValueError:
        return False
