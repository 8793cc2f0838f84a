"""
The leaves of a mail: the texts a person typed, and everything else.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum


class TextKind(StrEnum):
    """How a text is written."""

    PLAIN = "plain"
    HTML = "html"
    SEEN = "seen"
    "What a reader sees of an HTML text; see `html.visible_text`."


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text of the mail's own body; texts of enclosed mails are not among them."""

    kind: TextKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Any other leaf, decoded."""

    name: str
    "Cleaned for people; empty if the part has none."

    media_type: str
    'As declared, lower case, e.g. "application/pdf"; a hint, not the truth.'

    content: bytes

    content_id: str | None = None
    "Without its brackets."

    is_inline: bool = False
    "What Content-Disposition says; programs of both kinds say it wrongly."
