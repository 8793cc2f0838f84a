"""
What the text of a reply is made of, and how it reads as plain text.

Pure: no I/O, no clock, no randomness.

Each letter is written once, as blocks; the plain text and the HTML are two drawings of
the same blocks, so that neither can tell more than the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences; a line break is kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A table of two columns: « Pages : 3 »."""

    rows: tuple[tuple[str, str], ...]

    colon: str
    "What stands between both: French has a space before it."


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    entries: tuple[str, ...]

    title: str = ""
    "A line above it."


@dataclass(frozen=True, slots=True)
class Sample:
    """What somebody may copy as it stands."""

    lines: tuple[str, ...]


Block = Prose | Facts | Items | Sample


def plain_text(blocks: Iterable[Block]) -> str:
    """Draw blocks as text, an empty line between them; empty ones are left out."""
    drawn = (_plain(block) for block in blocks)
    return "\n\n".join(text for text in drawn if text) + "\n"


def _plain(block: Block) -> str:
    match block:
        case Prose(text):
            return text
        case Facts(rows, colon):
            return "\n".join(f"{name}{colon}{value}" for name, value in rows)
        case Items(entries, title):
            return "\n".join([*([title] if title else []), *_dashed(entries)])
        case Sample(lines):
            return "\n".join(f"  {line}" for line in lines)


def _dashed(entries: Sequence[str]) -> list[str]:
    return [f"- {entry}" for entry in entries]
