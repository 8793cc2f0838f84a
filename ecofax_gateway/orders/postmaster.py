"""
Mail for whoever runs this service, not for a fax machine.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 5321 (2008) §4.5.1 -- postmaster, in any case and without a domain too; §4.4 --
        Received
    RFC 2142 (1997) §4, §5 -- abuse and postmaster of every domain
"""

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from .address import split_address

POSTMASTER = "postmaster"
ROLES = frozenset({POSTMASTER, "abuse"})

MAX_NAME_CHARS = 255
"""Of what a client says about itself; RFC 5321 (2008) §4.5.3.1.2."""

_NOT_PLAIN = re.compile(r"[^!-'*-\[\]-~]+")
"""What would end a comment or a line of a header: controls, spaces, brackets, "\\"."""


def is_for_role(address: str) -> bool:
    """Whether a path of RCPT TO, without brackets, is postmaster or abuse."""
    local, domain = split_address(address)
    return local.lower() in ROLES or (not local and domain == POSTMASTER)


def without_roles(recipients: Sequence[str]) -> tuple[str, ...]:
    """Those that are to be faxed."""
    return tuple(each for each in recipients if not is_for_role(each))


def with_trace(
    content: bytes,
    *,
    helo: str,
    peer: str,
    envelope_from: str,
    hostname: str,
    reference: str,
    now: datetime,
) -> bytes:
    """
    Put our Received field in front of a mail that goes on as it came.

    Whoever sent it is told there, for it leaves with an empty envelope sender.

    Args:
        helo: What the client called itself; anything.

        envelope_from: Anything.

        hostname: Ours.

        now: Aware.
    """
    received = (
        f"Received: from {_plain(helo) or 'unknown'} ({_plain(peer)})\r\n"
        f"\t(envelope-from <{_plain(envelope_from)}>)\r\n"
        f"\tby {hostname} with ESMTP id {reference};\r\n"
        f"\t{format_datetime(now)}\r\n"
    )
    return received.encode("ascii") + content


def _plain(text: str) -> str:
    return _NOT_PLAIN.sub("", text)[:MAX_NAME_CHARS]
