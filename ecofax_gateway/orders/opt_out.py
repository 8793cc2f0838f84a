"""
Opt-out by mail: is this such a mail, and which codes does it have?

Pure: no I/O, no clock, no randomness.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from ..domain.number import NotANumber
from ..mail.message import Mail
from .address import OptOut, parse_recipient, split_address
from .body import written_lines

MAX_CANDIDATES = 20
"""Looked up in the store; a page has one code, a mail about it some capital words."""

MAX_TEXTS = 4
"""Parts read: a letter has two, plain and HTML."""

_CODE = re.compile(
    r"(?<![^\W_])[2-9A-HJKMNP-TV-Z]{4}[ \-]?[2-9A-HJKMNP-TV-Z]{4}(?![^\W_])"
)
"""`store.reference.ALPHABET`, eight letters, as people copy them from paper."""


def is_opt_out(recipients: Sequence[str]) -> bool:
    """Whether a mail is to `stop@`, whoever else it is to."""
    for address in recipients:
        try:
            if isinstance(parse_recipient(split_address(address)[0]), OptOut):
                return True
        except NotANumber:
            continue
    return False


def codes(mail: Mail) -> list[str]:
    """What may be opt-out codes in a mail's subject and text, likeliest first."""
    found = dict.fromkeys(_found(mail))
    return list(islice(found, MAX_CANDIDATES))


def _found(mail: Mail) -> Iterator[str]:
    lines = [line for part in mail.texts[:MAX_TEXTS] for line in written_lines(part)]
    for line in [mail.subject, *lines]:
        for match in _CODE.finditer(line.upper()):
            yield re.sub(r"[ \-]", "", match.group())
