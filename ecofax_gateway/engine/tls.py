"""
TLS rules by key: whose signatures count for which trunk.

I/O: reads certificate files.

Standards:
    RFC 5922 §7.3 -- a client checks the server; its name is checked by `sip.certificate`
    RFC 8996 -- nothing before TLS 1.2
"""

import ssl
from pathlib import Path


class TrustStore:
    """Makes one context for each set of rules, and keeps it."""

    def __init__(self) -> None:
        self._contexts: dict[str, ssl.SSLContext] = {}

    def add(self, ca_file: str, *, verify: bool) -> str:
        """
        The key of these rules, for `Hop.trust`.

        Args:
            ca_file: PEM; empty: the system's authorities.

            verify: False takes any certificate.

        Raises:
            OSError: If the file cannot be read, or is no certificate.
        """
        key = f"{'verify' if verify else 'any'}:{ca_file}"
        if key not in self._contexts:
            context = ssl.create_default_context()
            # The name is checked against the SIP domain after the handshake: `ssl`
            # knows no SIP URIs.
            context.check_hostname = False
            if ca_file:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname = False
                context.load_verify_locations(ca_file)
            if not verify:
                context.verify_mode = ssl.CERT_NONE
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self._contexts[key] = context
        return key

    def context(self, key: str) -> ssl.SSLContext:
        """The context of a key that `add` gave; the system's rules for any other."""
        if key not in self._contexts:
            key = self.add("", verify=True)
        return self._contexts[key]


def server_context(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    """
    For those who connect to us.

    Args:
        certificate: PEM, our chain; the key too if *key* is None.

    Raises:
        OSError: If a file cannot be read, or they do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context
