"""
Fax passwords: made, hashed, checked.

I/O: none, but randomness; a check takes some 30 ms of processor on purpose, so call it
in a thread.

Standards:
    RFC 9106 (2021) §4 -- argon2id and its parameters, as argon2-cffi sets them
"""

import secrets
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_FIRST = "AEFGHJKMNRTUVWYefghjkmnqrtuvwy45679"
_OTHERS = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 10
"""55^9 * 35: out of reach for guessing by mail. No look-alikes; and none begins with a
letter that a mail program turns into a smiley after the colon of `p:`."""

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that nothing matches; made at the first need, it takes 100 ms."""
    return _hasher.hash(secrets.token_hex())


def make_password() -> str:
    """A fresh fax password, easy to type and to read out."""
    return secrets.choice(_FIRST) + "".join(
        secrets.choice(_OTHERS) for _ in range(_LENGTH - 1)
    )


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return _hasher.hash(password)


def is_password(password_hash: str | None, candidates: Iterable[str]) -> bool:
    """
    Say whether one of *candidates* is the password.

    Args:
        password_hash: None for a line that does not exist: takes as long and is False,
            so that nobody can tell an unknown line from a wrong password.

        candidates: Readings of one thing that a person wrote; one attempt.
    """
    known = password_hash is not None
    found = False
    for candidate in candidates:
        try:
            found |= _hasher.verify(password_hash or _nobody(), candidate)
        except (VerificationError, InvalidHashError):
            continue
    return found and known
