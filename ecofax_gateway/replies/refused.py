"""
The refusal: every mistake, how to mend it, and a right mail to copy.

Pure: no I/O, no clock, no randomness.
"""

from email.message import EmailMessage

from .envelope import Letterhead, write_reply
from .wording import bullets, join_paragraphs, say

KIND = "refused"


def refused(
    letterhead: Letterhead, *, mistakes: str, domain: str, reference: str = ""
) -> EmailMessage:
    """
    Write why a mail came to nothing.

    Args:
        letterhead: Who writes to whom.

        mistakes: French, one a line: `OrderRefused.for_requester`.

        domain: Ours, for the example.

        reference: If the mail was given one.
    """
    lines = [line for line in mistakes.splitlines() if line.strip()]
    subject = letterhead.requester.subject
    text = join_paragraphs(
        [
            say(KIND, "opening-one")
            if len(lines) == 1
            else say(KIND, "opening-several", count=len(lines)),
            bullets(lines),
            say(KIND, "subject-was", subject=subject[:80]) if subject else "",
            say(KIND, "example", domain=domain),
            say(KIND, "order", reference=reference) if reference else "",
        ]
    )
    return write_reply(
        letterhead,
        kind=KIND,
        reference=reference,
        subject=say(KIND, "subject"),
        text=text,
    )
