"""
The refusal: every mistake, how to mend it, and a right mail to copy.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from ..domain.language import Tongue
from .blocks import Block
from .envelope import Letterhead
from .letter import write_note
from .mistakes import in_english
from .wording import Words

KIND = "refused"

MAX_SUBJECT_CHARS = 80
"""Of the requester's subject, as it is repeated."""


def refused(
    letterhead: Letterhead,
    *,
    mistakes: str,
    domain: str,
    reference: str = "",
    codes: Sequence[str] = (),
) -> EmailMessage:
    """
    Write why a mail came to nothing.

    Args:
        letterhead: Who writes to whom.

        mistakes: French, one a line: `OrderRefused.for_requester`.

        domain: Ours, for the example.

        reference: If the mail was given one.

        codes: Of the mistakes, for those who read no French.
    """
    lines = [line for line in mistakes.splitlines() if line.strip()]
    subject = letterhead.requester.subject

    def write(words: Words) -> Iterator[Block]:
        if len(lines) == 1:
            yield words.prose(KIND, "opening-one")
        else:
            yield words.prose(KIND, "opening-several", count=len(lines))
        if words.tongue is Tongue.EN:
            yield words.items(in_english(codes))
        yield words.in_french(lines, title="")
        if subject:
            shown = subject[:MAX_SUBJECT_CHARS]
            yield words.prose(KIND, "subject-was", subject=shown)
        yield words.prose(KIND, "example-below")
        yield words.sample(KIND, "example", domain=domain)
        yield words.prose(KIND, "todo")
        if reference:
            yield words.facts(KIND, "order", reference=reference)

    return write_note(
        letterhead,
        KIND,
        write,
        reference=reference,
        template=KIND,
        result={
            "status": KIND,
            "reference": reference or None,
            "codes": list(codes),
        },
    )
