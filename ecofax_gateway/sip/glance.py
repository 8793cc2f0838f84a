"""
A SIP message at a glance: whose call, and what it says, for the journal.

Pure: no I/O, no clock, no randomness.

Not a parser: what cannot be read is left out. Addresses, names and credentials never
come out of here.

Standards:
    RFC 3261 §7, §7.3.3 -- start line, compact names; RFC 3326 -- Reason
"""

import re
from dataclasses import dataclass

_CALL_ID = re.compile(
    rb"^(?:call-id|i)[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE
)
_CSEQ = re.compile(rb"^cseq[ \t]*:[ \t]*\d+[ \t]+(\w+)", re.IGNORECASE | re.MULTILINE)
_TO_TAG = re.compile(rb"^(?:to|t)[ \t]*:.*;[ \t]*tag=", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(rb"^reason[ \t]*:[ \t]*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_AUTHORIZED = re.compile(
    rb"^(?:proxy-)?authorization[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_MEDIUM = re.compile(rb"^m=(image|audio) (\d+)", re.MULTILINE)
_RESPONSE = re.compile(rb"SIP/2\.0 (\d{3}) ?(.*)")
_REQUEST = re.compile(rb"([A-Z]{3,15}) ")


@dataclass(frozen=True, slots=True)
class Glance:
    """What a message says."""

    call_id: str
    name: str
    'A method, "re-INVITE", or a status with its phrase.'

    detail: str


def glance(data: bytes) -> Glance | None:
    """
    Look at a message.

    Returns:
        None for what has no Call-ID or no start line, e.g. a keep-alive.
    """
    head, _, body = data.partition(b"\r\n\r\n")
    call_id = _CALL_ID.search(head)
    start, _, _ = head.partition(b"\r\n")
    if call_id is None:
        return None
    details = []
    cseq = _CSEQ.search(head)
    method = cseq[1].decode("ascii", "replace") if cseq else ""
    if response := _RESPONSE.match(start):
        name = f"{response[1].decode()} {_text(response[2])}".strip()
        if method not in ("", "INVITE"):
            details.append(f"to {method}")
    elif request := _REQUEST.match(start):
        name = request[1].decode()
        if name == "INVITE" and _TO_TAG.search(head):
            name = "re-INVITE"
        if _AUTHORIZED.search(head):
            details.append("with credentials")
    else:
        return None
    media = [_medium(found) for found in _MEDIUM.finditer(body)]
    details += [" + ".join(media)] if media else []
    if reason := _REASON.search(head):
        details.append(_text(reason[1]))
    return Glance(_text(call_id[1]), name, ", ".join(details))


def _medium(found: re.Match[bytes]) -> str:
    kind = "T.38" if found[1] == b"image" else "audio"
    return f"no {kind}" if int(found[2]) == 0 else kind


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
