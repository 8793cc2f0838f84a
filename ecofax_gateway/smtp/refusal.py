"""
What an SMTP client is told when its mail is refused, in the words of a reply.

Pure: no I/O, no clock, no randomness.

Its server puts them into the mail that it sends back to the person who wrote: so this is
the one answer that reaches a stranger and nobody else.

Standards:
    RFC 5321 (2008) §4.2.1 -- several lines, 512 bytes each, US-ASCII (§4.2)
    RFC 3463 (2003) -- enhanced status codes
"""

import textwrap
import unicodedata
from collections.abc import Iterable

MAX_LINE_CHARS = 300
MAX_LINES = 12
"""What is longer is a list of mistakes that nobody reads to the end."""


def smtp_reply(code: str, sentences: Iterable[str]) -> str:
    """
    Write a reply of one line or more.

    Args:
        code: Both of them, "550 5.7.1".

        sentences: In any language; accents are left out.
    """
    lines = [
        line
        for sentence in sentences
        for line in textwrap.wrap(in_ascii(sentence), MAX_LINE_CHARS)
    ][:MAX_LINES] or ["refused"]
    number, _, enhanced = code.partition(" ")
    last = len(lines) - 1
    return "\r\n".join(
        f"{number}{' ' if place == last else '-'}{enhanced} {line}"
        for place, line in enumerate(lines)
    )


def in_ascii(text: str) -> str:
    """A text without accents, quotation marks of its language, and controls."""
    for sign, plain in (("« ", '"'), (" »", '"'), ("’", "'"), ("œ", "oe")):
        text = text.replace(sign, plain)
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(sign if sign.isprintable() else " " for sign in decomposed)
