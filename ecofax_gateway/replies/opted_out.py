"""
The answer to a recipient of faxes who wants no more.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from email.message import EmailMessage

from ..domain.number import FaxNumber
from .blocks import Block
from .envelope import Letterhead
from .letter import write_note
from .wording import Words

KIND = "opted-out"
_TEMPLATE = "opted_out"


def opted_out(
    letterhead: Letterhead,
    *,
    number: FaxNumber | None,
    line: FaxNumber | None,
    reference: str,
) -> EmailMessage:
    """
    Write that it is done.

    Args:
        letterhead: Who writes to whom.

        number: That gets no more faxes; None: the code was not known.

        line: Of which it gets no more.

        reference: Of the mail.
    """
    outcome = "unknown" if number is None else "done"

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(_TEMPLATE, outcome, number=number, line=line)
        yield words.facts(_TEMPLATE, "order", reference=reference)

    return write_note(
        letterhead,
        KIND,
        write,
        reference=reference,
        template=_TEMPLATE,
        section=f"subject-{outcome}",
    )
