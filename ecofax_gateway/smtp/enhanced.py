"""
The enhanced code that goes with a reply code.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 2034 (1996) §4 -- before the text of every reply that EHLO's answer promises it for
    RFC 3463 (2003) -- the codes
"""

import re

_ENHANCED = {
    221: "2.0.0",
    235: "2.7.0",
    250: "2.0.0",
    252: "2.5.0",
    450: "4.7.1",
    451: "4.3.0",
    452: "4.3.1",
    454: "4.7.0",
    500: "5.5.2",
    501: "5.5.4",
    502: "5.5.1",
    503: "5.5.1",
    504: "5.5.4",
    530: "5.7.0",
    535: "5.7.8",
    538: "5.7.11",
    552: "5.3.4",
    553: "5.1.3",
    554: "5.5.0",
    555: "5.5.4",
}
_CODE = re.compile(r"(\d{3})([ -])(?![245]\.\d{1,3}\.\d{1,3}\b)(.*)", re.DOTALL)


def with_enhanced(reply: str) -> str:
    """Add the code that fits, unless *reply* has one or there is none."""
    match = _CODE.match(reply)
    if match is None or (code := _ENHANCED.get(int(match[1]))) is None:
        return reply
    return f"{match[1]}{match[2]}{code} {match[3]}"
