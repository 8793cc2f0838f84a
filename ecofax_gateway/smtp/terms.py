"""
What every connection of a listener is held to.

I/O: none of its own.
"""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .incoming import IncomingMail
from .visitors import Visitors

if TYPE_CHECKING:
    from .session import FaxSession

Deliver = Callable[["FaxSession", IncomingMail, "bytes | Path"], Awaitable[str]]
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
