"""
How many servers a mail has passed.

I/O: reads the beginning of the mail's file.

Standards:
    RFC 5321 (2008) §6.3 -- loops are seen by their Received fields
"""

import re
from pathlib import Path

from ..orders.automatic import MAX_HOPS as MAX_HOPS
from .sender import MAX_HEADER_BYTES

_END_OF_HEADER = re.compile(rb"\n\r?\n")
_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)


def hops(content: bytes | Path) -> int:
    """
    Count the Received fields of a mail.

    Args:
        content: Its bytes, or the file it is in.
    """
    if isinstance(content, Path):
        with content.open("rb") as file:
            content = file.read(MAX_HEADER_BYTES)
    end = _END_OF_HEADER.search(content, 0, MAX_HEADER_BYTES)
    header = content[: end.start() if end else MAX_HEADER_BYTES]
    return sum(1 for _ in _RECEIVED.finditer(header))
