"""
Do-not-fax: who must not be faxed, by whom, and how an erased number still protects.

Pure: no I/O, no clock, no randomness.
"""

import hashlib
from functools import lru_cache

GATEWAY = ""
"""The scope of entries that hold for every line; otherwise it is a line's number."""

_COST = 2**11
"""Of scrypt: some 5 ms. The numbers of a country can all be tried, and at this cost it
takes a processor two months; it is asked only where somebody had a number erased."""


@lru_cache(maxsize=1024)
def fingerprint(e164: str) -> str:
    """
    What is kept of an erased number, so that it is recognised and not called again.

    It is a pseudonym, not a secret: who holds the store and tries every number of a
    country finds it. The salt is fixed, so that every node finds the same.

    Standards:
        RFC 7914 (2016) §2 -- scrypt; r = 8, p = 1
    """
    salt = b"ecofax-gateway do-not-fax"
    return hashlib.scrypt(e164.encode(), salt=salt, n=_COST, r=8, p=1, dklen=16).hex()
