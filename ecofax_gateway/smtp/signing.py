"""
DKIM: replies carry our domain's signature, and a key for it is made here.

I/O: randomness, for a key; the key's file.

Standards:
    RFC 6376 (2011) §3.4.2, §3.4.4 -- relaxed canonicalization; §5.4 -- what is signed;
        §3.6.1 -- the key's record in the DNS
    RFC 8301 (2018) §3.1, §3.2 -- rsa-sha256, 2048 bits
"""

import base64
import os
from pathlib import Path
from typing import Self

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..domain.errors import EcofaxError

KEY_BITS = 2048

SIGNED = (
    b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to",
    b"references", b"mime-version", b"content-type", b"auto-submitted", b"x-fax-job",
    b"x-fax-status",
)  # fmt: skip
"""Every one that a mail program acts on; From twice, so that none can be added."""


class UnusableKey(EcofaxError):
    """A key cannot be read, or is none; the message names the file."""


class Signer:
    """
    Signs replies for one domain.

    Args:
        domain: Whose signature it is.

        selector: Names the key in the DNS: selector._domainkey.domain.

        key: RSA, PEM.

    Raises:
        UnusableKey: If nothing can be signed with it.
    """

    def __init__(self, *, domain: str, selector: str, key: bytes) -> None:
        self._domain = domain.encode("idna")
        self._selector = selector.encode()
        self._key = key
        try:
            self.sign(b"From: a@b\r\n\r\n")
        except (dkim.DKIMException, ValueError) as error:
            raise UnusableKey(f"no RSA key in PEM form: {error}") from None

    @classmethod
    def from_file(cls, path: Path, *, domain: str, selector: str) -> Self:
        """
        Read the key.

        Raises:
            UnusableKey: If it cannot be read or is none.
        """
        try:
            return cls(domain=domain, selector=selector, key=path.read_bytes())
        except OSError as error:
            raise UnusableKey(error.strerror or "unreadable") from None

    def sign(self, message: bytes) -> bytes:
        """
        Put a signature in front of a message.

        Args:
            message: As it will be sent: seven bits, CR LF.
        """
        signing = dkim.DKIM(message)
        signing.should_sign = set(SIGNED)
        signing.frozen_sign = {b"from"}
        signature: bytes = signing.sign(
            self._selector,
            self._domain,
            self._key,
            canonicalize=(b"relaxed", b"relaxed"),
        )
        return signature + message


def make_key() -> bytes:
    """Make an RSA key, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def write_key(path: Path, key: bytes) -> None:
    """
    Keep a key where nobody else reads it.

    Raises:
        FileExistsError: If there is something: a key in use is never overwritten.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "wb") as file:  # noqa: PTH123 -- of a handle with its mode
        file.write(key)


def dns_record(key: bytes) -> str:
    """
    The text of the TXT record that lets others check signatures made with *key*.

    Raises:
        ValueError: If it is no key.
    """
    private = serialization.load_pem_private_key(key, password=None)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def zone_line(name: str, record: str) -> str:
    """The record as a zone file has it: strings of at most 255 octets (RFC 1035 §3.3)."""
    pieces = [record[start : start + 250] for start in range(0, len(record), 250)]
    return f"{name}. IN TXT ( " + " ".join(f'"{piece}"' for piece in pieces) + " )"
