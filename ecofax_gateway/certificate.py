"""
A server's certificate, renewed while connections go on.

I/O: reads two files.

A context in use is never changed: a new pair that does not fit (the renewal was seen
half way) would leave it broken. A fresh context is made beside it and taken by the
handshakes that follow; while it cannot be made, the old one goes on.

Standards:
    RFC 9325 (2022) §3.1.1 -- TLS 1.2 at least
    RFC 8314 (2018) §4 -- the same for mail
"""

import logging
import ssl
from pathlib import Path

from .domain.errors import BadSettings

logger = logging.getLogger(__name__)


class Certificate:
    """
    A certificate chain and its key.

    Args:
        chain: PEM file: the certificate, then those that vouch for it.

        key: PEM file of the private key, without a passphrase.

        client_authority: PEM file of those who vouch for clients; these may then show a
            certificate. None: nobody is asked for one.

        setting: What the log calls it.

    Raises:
        OSError, ssl.SSLError: If they cannot be read or do not fit together.
    """

    def __init__(
        self,
        chain: Path,
        key: Path,
        client_authority: Path | None = None,
        *,
        setting: str,
    ) -> None:
        self._setting = setting
        self._chain, self._key = chain, key
        self._client_authority = client_authority
        self._stamp = self._now()
        self._inner = self._load()
        self.context = self._fresh()
        "For every handshake; each is given the newest pair."

        self.context.load_cert_chain(chain, key, password=_no_passphrase)
        # Called in every handshake, also for a client that names no server.
        self.context.sni_callback = self._choose

    @property
    def asks_clients(self) -> bool:
        """Whether a client may show a certificate of its own."""
        return self._client_authority is not None

    def _choose(
        self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext
    ) -> None:
        connection.context = self._newest()

    def _newest(self) -> ssl.SSLContext:
        try:
            stamp = self._now()
        except OSError:
            return self._inner  # in the moment of the renewal
        if stamp != self._stamp:
            try:
                self._inner = self._load()
            except OSError as error:
                logger.error(
                    "%s: the new one cannot be used (%s); the old one goes on",
                    self._setting,
                    error.strerror or type(error).__name__,
                )
            else:
                logger.info("%s: renewed", self._setting)
            self._stamp = stamp
        return self._inner

    def _now(self) -> tuple[int, ...]:
        """What tells these files from later ones."""
        return tuple(
            value
            for file in (self._chain.stat(), self._key.stat())
            for value in (file.st_mtime_ns, file.st_ino, file.st_size)
        )

    def _load(self) -> ssl.SSLContext:
        context = self._fresh()
        context.load_cert_chain(self._chain, self._key, password=_no_passphrase)
        return context

    def _fresh(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._client_authority is not None:
            context.load_verify_locations(cafile=self._client_authority)
            context.verify_mode = ssl.CERT_OPTIONAL
        return context


def open_certificate(
    setting: str, chain: str, key: str, client_authority: str = ""
) -> Certificate | None:
    """
    Open the certificate that the settings name.

    Args:
        setting: The key that names the chain, e.g. "smtp.certificate".

        chain: Path; empty: nothing is encrypted, and None is given.

        key: Path.

        client_authority: Path, or empty.

    Raises:
        BadSettings: If it cannot be used.
    """
    if not chain:
        return None
    authority = Path(client_authority) if client_authority else None
    try:
        return Certificate(Path(chain), Path(key), authority, setting=setting)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadSettings(
            [f"{setting}: {chain} and {key} cannot be used: {reason}"]
        ) from error


def _no_passphrase() -> str:
    """Keep OpenSSL from asking on the terminal; it then says that the key is locked."""
    return ""
