"""
The answer to a recipient of faxes who wants no more.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from ..domain.number import FaxNumber
from .envelope import Letterhead, write_reply
from .wording import join_paragraphs, say

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
    text = join_paragraphs(
        [
            say(_TEMPLATE, outcome, number=number, line=line),
            say(_TEMPLATE, "order", reference=reference),
        ]
    )
    return write_reply(
        letterhead,
        kind=KIND,
        reference=reference,
        subject=say(_TEMPLATE, f"subject-{outcome}"),
        text=text,
    )
