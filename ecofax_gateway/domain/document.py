"""
What is faxed: the document as it came, and the quality it is printed in.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum


class Quality(StrEnum):
    """The three qualities of the guide; finer is slower on the line."""

    NORMAL = "normal"
    PREMIUM = "premium"
    BEST = "best"

    @property
    def vertical_dpi(self) -> int:
        """
        Lines per inch on paper; 204 dots per inch across in all three.

        Standards:
            ITU-T T.4 (07/2003) §2.1 -- 3.85, 7.7 and 15.4 lines/mm
        """
        return {Quality.NORMAL: 98, Quality.PREMIUM: 196, Quality.BEST: 391}[self]


class DocumentRole(StrEnum):
    """What a document is in its order."""

    ATTACHED = "attached"
    BODY = "body"
    "The text of the mail itself (`corps:oui`)."

    COVER = "cover"
    """The cover page: a line's template in HTML, filled but for what differs between
    recipients. It goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One attachment or file, as received."""

    name: str
    "As the requester wrote it, cleaned of control characters; never used on disk."

    content: bytes
    role: DocumentRole = DocumentRole.ATTACHED
