"""
The key of an order, as it is written into an address and into a message's identity.

Pure: no I/O, no clock, no randomness.

    fax+k7m2xq9d-mfrggzdfmztwq2lknnwg23tpob@ecofax.fr
    <k7m2xq9d.accepted.mfrggzdfmztwq2lknnwg23tpob@ecofax.fr>

Some mail systems write addresses in lower case, so that case carries nothing.
"""

import base64
import re
from dataclasses import dataclass
from typing import Self

KEY_BYTES = 16
"""128 bits: nobody guesses one."""

KEY_CHARS = 26
"""Of the key in base 32, without its padding."""

_TAG = re.compile(rf"([0-9a-z]{{4,20}})-([a-z2-7]{{{KEY_CHARS}}})\Z")
_IDENTITY = re.compile(
    rf"<([0-9a-z]{{4,20}})\.[0-9a-z.-]{{1,80}}\.([a-z2-7]{{{KEY_CHARS}}})@([^>@]+)>",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Names one order, and proves that its bearer was written to about it."""

    reference: str
    key: str

    @property
    def tag(self) -> str:
        """What stands behind the "+" of the address."""
        return f"{self.reference.lower()}-{self.key}"

    @classmethod
    def from_tag(cls, tag: str) -> Self | None:
        """Read what stands behind a "+"; None: it is somebody's own mark."""
        match = _TAG.match(tag.lower())
        return cls(match[1].upper(), match[2]) if match else None

    @classmethod
    def from_identities(cls, text: str, *, domain: str) -> Self | None:
        """The last one of our own identities in a References field, if any."""
        found = [m for m in _IDENTITY.finditer(text) if m[3].lower() == domain.lower()]
        return cls(found[-1][1].upper(), found[-1][2].lower()) if found else None


def key_of(random_bytes: bytes) -> str:
    """
    Write a key.

    Args:
        random_bytes: `KEY_BYTES` of them.
    """
    return base64.b32encode(random_bytes).decode().rstrip("=").lower()
