"""
The Reason header: why somebody ended a call.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3326 §2 -- the header; RFC 6432 §4 -- also in responses
"""

import re
from dataclasses import dataclass

from .message import Message, printable
from .uri import parameter_of, parse_parameters


@dataclass(frozen=True, slots=True)
class Reason:
    """What a Reason header says."""

    q850: int | None = None
    "Cause, 1 to 127."

    text: str = ""
    "For people, printable, at most 80 characters."


def reason_of(message: Message) -> Reason:
    """
    Read the Reason headers of a request or response.

    The first Q.850 cause counts; the text may come from any of them, e.g.
    'SIP;cause=200;text="Call completed elsewhere"'.
    """
    q850: int | None = None
    text = ""
    for value in message.listed("Reason"):
        protocol, _, rest = value.partition(";")
        parameters = parse_parameters(rest)
        cause = parameter_of(parameters, "cause") or ""
        if protocol.strip().upper() == "Q.850" and q850 is None:
            q850 = _cause(cause)
        text = text or printable(parameter_of(parameters, "text") or "")
    return Reason(q850, text)


def _cause(text: str) -> int | None:
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= 127:
        return int(text)
    return None
