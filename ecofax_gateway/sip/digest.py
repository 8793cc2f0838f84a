"""
Digest authentication: read a challenge, answer it.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a trunk gave us; `repr` hides the password."""

    username: str
    password: str = field(repr=False)
