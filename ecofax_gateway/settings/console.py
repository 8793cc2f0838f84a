"""
Console and API, in the configuration: the section `[console]`.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

from .addresses import address, networks
from .keys import key, or_empty


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Console and API."""

    listen: str = key(
        'Address and port, e.g. "127.0.0.1:8025"; empty: no console here.',
        default="",
        check=or_empty(address),
    )
    certificate: str = key(
        "PEM file with the certificate chain. Empty: http, for a proxy in front that\n"
        "does https, or for this machine alone.",
        default="",
    )
    certificate_key: str = key("PEM file with its key, no passphrase.", default="")
    proxy_networks: tuple[str, ...] = key(
        "Proxies in front of us, whose X-Forwarded-For and -Proto headers count.",
        default=(),
        check=networks,
    )
    https: bool = key(
        "Browsers come by https to the proxy in front of us: cookies are for that alone.",
        default=False,
    )
    outbound_networks: tuple[str, ...] = key(
        "Networks that webhooks may be sent to, and lists fetched from, although they are\n"
        "not public.",
        default=(),
        check=networks,
    )


def contradictions(console: ConsoleSettings) -> list[str]:
    """Rules that span two keys; each names the one to change."""
    if bool(console.certificate) == bool(console.certificate_key):
        return []
    missing = "certificate_key" if console.certificate else "certificate"
    return [f"console.{missing}: missing; a certificate and its key go together"]
