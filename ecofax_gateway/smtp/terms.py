"""
What every connection of a listener is held to.

I/O: none of its own.
"""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiosmtpd.smtp import Envelope, Session

from .incoming import IncomingMail
from .visitors import Visitors


class Client(Protocol):
    """Who hands in a mail: what its connection knows of him."""

    @property
    def envelope(self) -> Envelope | None:
        """From whom and for whom, as he says."""

    @property
    def session(self) -> Session | None:
        """Where he is, and what he calls himself."""

    @property
    def login(self) -> str | None:
        """Who logged in, in the words of `LogIn`."""

    @property
    def has_certificate(self) -> bool:
        """Whether he showed one that our authority vouches for."""


Deliver = Callable[[Client, IncomingMail, bytes | Path], Awaitable[str]]
"""Given a whole mail; its answer is the reply to DATA. Never raises."""

LogIn = Callable[[str, str, str], Awaitable[str | None]]
"""Given user, password and the client's address; who that is, or None. Takes as long
for unknown users. Raises TooManyGuesses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every connection of a listener is held to."""

    deliver: Deliver
    visitors: Visitors
    spool: Path
    "Folder for large mails."

    max_bytes: int
    "Of one mail, as SIZE announces."

    hostname: str
    "Ours, in the greeting."

    tls: ssl.SSLContext | None = None
    "For STARTTLS; None: not offered."

    is_encrypted: bool = False
    "From the first byte (RFC 8314 §3.3)."

    is_proxied: Callable[[str], bool] = lambda peer: False
    "Whether this peer has to begin with a PROXY header."

    log_in: LogIn | None = None

    is_open: bool = False
    "Whether strangers may hand in mail without a login."
