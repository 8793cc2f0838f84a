"""
A fax line: who pays, under which number, and what it may do.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum

from .document import Quality
from .language import Language


class Plan(StrEnum):
    """The offers that a line can have; each has its standard quality."""

    PERSO = "perso"
    PRO = "pro"
    PLUG = "plug"

    @property
    def default_quality(self) -> Quality:
        """The quality when an order names none."""
        return Quality.NORMAL if self is Plan.PERSO else Quality.PREMIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxLine:
    """One line, as the store keeps it."""

    number: str
    'E.164, e.g. "+33366720307"; also the caller\'s number on the call.'

    plan: Plan = Plan.PRO

    name: str = ""
    "Printed in the tag line of every page; empty means only the number is."

    password_hash: str
    "argon2id."

    max_calls: int = 2
    "Calls of this line at the same time."

    combine: bool = False
    "Whether several of its faxes to one number may go in one call."

    language: Language = Language.BOTH
    "Of the replies to its requesters."

    proof: bool = False
    "Whether the confirmation of a sent fax carries its pages."
