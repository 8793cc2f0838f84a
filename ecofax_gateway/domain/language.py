"""
In which language somebody is written to.

Pure: no I/O, no clock, no randomness.
"""

from enum import StrEnum


class Tongue(StrEnum):
    """One language."""

    FR = "fr"
    EN = "en"


class Language(StrEnum):
    """What a line's requesters read."""

    FR = "fr"
    EN = "en"
    BOTH = "both"
    "French, and the same in English below it."

    @property
    def tongues(self) -> tuple[Tongue, ...]:
        """In the order in which they stand in a mail."""
        if self is Language.BOTH:
            return (Tongue.FR, Tongue.EN)
        return (Tongue(self.value),)
