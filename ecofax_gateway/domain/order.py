"""
An order: what one mail or one command asks for.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .document import Document, Quality
from .number import FaxNumber
from .page_choice import PageChoice


class Source(StrEnum):
    """How an order reached us."""

    MAIL = "mail"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asked, and where replies go."""

    address: str | None
    "A mail address, or None: nobody to write to (a command, or automatic mail)."

    message_id: str | None = None
    "Of the mail that asked, with its brackets; replies are threaded under it."

    subject: str = ""
    "Of that mail, decoded; for the reply's quotation, never parsed again."


@dataclass(frozen=True, slots=True, kw_only=True)
class BadNumber:
    """One entry of a list of numbers that was left out."""

    text: str
    "As written, cut to 40 characters."

    line: int | None
    "Its line in numbers.txt, from 1; None for the address of the mail."

    reason: str
    "A French fragment: « contient des lettres »."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the cover page of an order says, beside what everybody knows of it."""

    name: str = ""
    "Who it is for, where his row of the list does not say."

    subject: str = ""
    text: str = ""
    "What was written to him: lines, with empty ones between paragraphs."

    @property
    def as_json(self) -> dict[str, str]:
        """For the store; `Cover(**value)` reads it."""
        return {"name": self.name, "subject": self.subject, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What one mail asks for, understood but not yet allowed.

    The password is checked by the pipeline and goes no further; `repr` hides it.
    """

    line_number: FaxNumber
    password: str
    numbers: tuple[FaxNumber, ...]
    "Each once, in the order written."

    documents: tuple[Document, ...]
    "In the order attached; they become one fax."

    quality: Quality | None = None
    "None: the plan's."

    due_at: datetime | None = None
    "UTC; None: at once."

    repeats_allowed: bool = False
    "Also to numbers that had the same pages lately."

    cover: Cover | None = None
    "None: no cover page."

    page_choice: PageChoice | None = None
    "Of the attached documents, counted over all of them; None: every page."

    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    "By number (E.164): what its row of the list says, by the columns' names."

    duplicates: tuple[FaxNumber, ...] = ()
    "Numbers that were written more than once."

    bad_numbers: tuple[BadNumber, ...] = ()
    "Entries that are no fax number; the others are sent."

    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    "By number (E.164): the lines of the list that it stands on."

    ignored: tuple[str, ...] = ()
    "Names of parts that were not made into pages, for the acknowledgement."

    warnings: tuple[str, ...] = ()
    "French sentences on how the order was understood (a date moved by the clock change)."

    def __repr__(self) -> str:
        return (
            f"Order(line={self.line_number.e164}, numbers={len(self.numbers)},"
            f" documents={[document.name for document in self.documents]!r},"
            f" quality={self.quality}, due_at={self.due_at})"
        )
