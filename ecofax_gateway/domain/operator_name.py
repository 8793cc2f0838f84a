"""
The name of an operator, which is never the number of a line.

Pure: no I/O, no clock, no randomness.
"""

from .number import NotANumber, parse_number

MAX_LETTERS = 60


class NotAName(ValueError):
    """It is no name that an operator may have; its text says why, in English."""


def parse_operator_name(text: str) -> str:
    """
    Read a name as it was typed.

    Raises:
        NotAName: If it is empty, too long, not printable, or a number.
    """
    name = text.strip()
    if not name or len(name) > MAX_LETTERS or not name.isprintable():
        raise NotAName(f"an operator's name has 1 to {MAX_LETTERS} letters")
    try:
        parse_number(name)
    except NotANumber:
        return name
    raise NotAName("an operator's name is not a number: numbers are fax lines")
