"""
The subject of an order: the number of the line that sends and pays.

Pure: no I/O, no clock, no randomness.
"""

import re

from ..domain.number import FaxNumber, NotANumber, parse_number

MAX_PREFIXES = 6
"""« RE: TR: RE: ... » goes on for ever in some threads."""

_PREFIX = re.compile(
    r"(?:(?:re|ref|réf|rép|rep|tr|transf|fw|fwd|wg|aw|sv|rv|externe?|external|spam"
    r"|(?:numéro de )?(?:fax|ligne|t[ée]l|téléphone)(?: fax)?)(?:\s?\[\d+\])?\s*:"
    r"|(?:fax|ligne)\s(?=\s*[+\d(n])"
    r"|n[°ºo](?=\s*[+\d(])"
    # What a filter or a mailing list put in front; a digit may be of another number.
    r"|\[[^\]\d]{1,40}\]|\{[^}\d]{1,40}\}|\*{2,5}[^*\d]{1,40}\*{2,5})\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?[\d .\-/()_]{6,30}\Z")


def parse_line_number(subject: str) -> FaxNumber:
    """
    Read the subject as one number and nothing else.

    A number is not looked for inside other words: the wrong line would pay.

    Args:
        subject: Decoded, one line.

    Raises:
        NotANumber: With the reason, in French.
    """
    text = " ".join(subject.split())
    for _ in range(MAX_PREFIXES):
        prefix = _PREFIX.match(text)
        if prefix is None:
            break
        text = text[prefix.end() :]
    text = text.strip(" \"'«»“”‘’.:;,*_#")
    if not text:
        raise NotANumber("est vide")
    if not _NUMBER.match(text):
        raise NotANumber("contient autre chose qu'un numéro")
    return parse_number(text)


def is_line_number(subject: str) -> bool:
    """Whether a subject is a number and nothing else."""
    try:
        parse_line_number(subject)
    except NotANumber:
        return False
    return True
