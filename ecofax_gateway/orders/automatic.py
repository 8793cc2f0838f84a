"""
Is this mail from a machine? Then nothing answers it.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3834 (2004) §2 -- when not to respond; §5 -- Auto-Submitted
    RFC 2919 (2001) §3 -- List-Id
    RFC 5321 (2008) §6.3 -- loops are seen by their Received fields
"""

import re
from collections.abc import Collection

from ..mail.message import Mail
from ..replies.envelope import LOOP_MARK
from .address import split_address

MAX_HOPS = 25
"""Received fields; a mail that passed more servers goes round in circles."""


_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post", "list-help")
_ROBOT = re.compile(
    r"(?:mailer-?daemon|postmaster|no-?_?reply|do-?not-?reply|ne-?pas-?repondre"
    r"|bounces?|owner-.*|.*-(?:request|bounces?|owner))(?:[+=].*)?\Z",
    re.IGNORECASE,
)


def is_automatic(
    mail: Mail, envelope_from: str, *, own_domains: Collection[str] = ()
) -> bool:
    """
    Say whether a reply to this mail could start a loop or hit a machine.

    Args:
        mail: As it came.

        envelope_from: Of MAIL FROM, with or without brackets; empty for bounces.

        own_domains: Lower case; the gateway never answers its own addresses.
    """
    local, domain = split_address(envelope_from)
    if not local or not domain or _ROBOT.match(local) or domain in own_domains:
        return True
    submitted = (mail.header("auto-submitted") or "no").partition(";")[0]
    if submitted.strip().lower() not in {"no", ""}:
        return True
    if (mail.header("precedence") or "").strip().lower() in _BULK:
        return True
    if any(mail.header(name) is not None for name in _LIST_FIELDS):
        return True
    loops = (value.lower() for value in mail.header_values("x-loop"))
    return (
        mail.media_type == "multipart/report"
        or any(LOOP_MARK in value for value in loops)
        or len(mail.header_values("received")) > MAX_HOPS
    )
