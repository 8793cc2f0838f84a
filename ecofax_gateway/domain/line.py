"""
A fax line: who pays, under which number, and what it may do.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum

from .document import Quality
from .language import Language

MAX_CALLS = 1_000
"""Of one line at the same time: more than any trunk carries."""


class Plan(StrEnum):
    """The offers that a line can have; each has its standard quality."""

    PERSO = "perso"
    PRO = "pro"
    PLUG = "plug"

    @property
    def default_quality(self) -> Quality:
        """The quality when an order names none."""
        return Quality.NORMAL if self is Plan.PERSO else Quality.PREMIUM


class MailFormat(StrEnum):
    """What replies are made of."""

    HTML = "html"
    "Text and HTML, with a picture of the first page."

    TEXT = "text"


class ProofFormat(StrEnum):
    """As what the pages of a sent fax come with its confirmation, where they do."""

    PDF = "pdf"
    "Each page stamped with when, where and to whom."

    TIFF = "tiff"
    "As they were coded for the call, nothing added."


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

    tag_line: str | None = None
    "Printed in place of the name; None: the name is."

    quality: Quality | None = None
    "When an order names none; None: that of the plan."

    max_tries: int | None = None
    "Calls at most for one fax; None: as the trunk's rules say."

    from_name: str | None = None
    "Of the sender of replies; None: the gateway's."

    from_email: str | None = None
    "The address that replies are from, in the gateway's domain; None: the gateway's."

    copies: tuple[str, ...] = ()
    "Mail addresses that get a copy of every reply."

    mail_format: MailFormat = MailFormat.HTML
    proof_format: ProofFormat = ProofFormat.PDF

    @property
    def default_quality(self) -> Quality:
        """The quality when an order names none."""
        return self.quality or self.plan.default_quality

    @property
    def printed_name(self) -> str:
        """What stands in the tag line, before the number."""
        return self.name if self.tag_line is None else self.tag_line
