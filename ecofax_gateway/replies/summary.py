"""
One reply for many: what was held back because an address had too many in an hour.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from .blocks import Block
from .envelope import Letterhead
from .letter import write_note
from .wording import Words

KIND = "summary"

TEXTS_NAME = "reponses.txt"
"""Attached: every reply in full."""


def summary(
    letterhead: Letterhead, subjects: Sequence[str], texts: Sequence[str]
) -> EmailMessage:
    """
    Write them into one.

    Args:
        letterhead: Who writes to whom.

        subjects: Of the replies, with their times.

        texts: What they said, in the same order.
    """

    def write(words: Words) -> Iterator[Block]:
        yield words.prose(KIND, "opening", count=len(subjects), file=TEXTS_NAME)
        yield words.items(subjects)
        yield words.prose(KIND, "todo")

    letter = write_note(
        letterhead,
        KIND,
        write,
        reference="",
        template=KIND,
        subject={"count": str(len(subjects))},
        result={"status": KIND, "count": len(subjects)},
    )
    rule = "\n" + "-" * 72 + "\n"
    everything = rule.join(
        f"{subject}\n\n{text.strip()}\n"
        for subject, text in zip(subjects, texts, strict=True)
    )
    letter.add_attachment(everything, filename=TEXTS_NAME)
    return letter
