"""
One thing that is wrong with a mail.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

MAX_QUOTED_CHARS = 60
"""Of a value that a reply repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that keeps an order from being carried out."""

    code: str
    "One word for logs."

    sentence: str
    "French: what is wrong and how to mend it. Never holds the password."


def quoted(text: str) -> str:
    """What somebody wrote, as a reply repeats it: « 31-02-2026 »."""
    short = text[:MAX_QUOTED_CHARS]
    return f"« {short}... »" if len(text) > len(short) else f"« {short} »"
