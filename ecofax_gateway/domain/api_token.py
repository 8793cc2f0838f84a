"""
API tokens: what they look like, and what each may do.

Pure: no I/O, no clock, no randomness: the entropy is an argument.

    ecofax_K7M2XQ9D_4fT9...(32)...q3Zk81(6)

The prefix, the fixed length and the checksum let scanners for leaked secrets know one
from any other text without asking us.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum

PREFIX = "ecofax"
SECRET_LENGTH = 32
"""62^32, 190 bits: a plain SHA-256 of it keeps it, nobody can try them all."""

CHECKSUM_LENGTH = 6
"""62^6 is more than the 2^32 of a CRC."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(
    rf"{PREFIX}_([0-9A-Z]{{8}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})"
    rf"([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


class Scope(StrEnum):
    """What a token may do."""

    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    FAXES_READ = "faxes:read"
    FAXES_WRITE = "faxes:write"
    LISTS_READ = "lists:read"
    LISTS_WRITE = "lists:write"
    LINE_READ = "line:read"
    LINE_WRITE = "line:write"
    WEBHOOKS = "webhooks"
    "Webhooks and the events that they are told of."


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as its holder has it."""

    id: str
    "Public: shown in lists and logs."

    secret: str

    def __str__(self) -> str:
        """The whole token; for its holder's eyes, once."""
        return f"{PREFIX}_{self.id}_{self.secret}{_checksum(self.id, self.secret)}"

    def __repr__(self) -> str:
        """Without the secret."""
        return f"ApiToken({self.id})"

    @property
    def sha256(self) -> str:
        """What is kept of the secret."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def parse_token(text: str) -> ApiToken | None:
    """Read a token; None: it is none, or it was mistyped."""
    found = _FORM.fullmatch(text)
    if found is None or found[3] != _checksum(found[1], found[2]):
        return None
    return ApiToken(found[1], found[2])


def secret_of(entropy: bytes) -> str:
    """
    A secret in letters and digits.

    Args:
        entropy: At least 24 random bytes; more than `SECRET_LENGTH` letters' worth is
            left out.
    """
    return _base62(int.from_bytes(entropy, "big"), SECRET_LENGTH)


def _checksum(public: str, secret: str) -> str:
    return _base62(zlib.crc32(f"{public}_{secret}".encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return "".join(letters)
