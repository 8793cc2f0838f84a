"""
What a node does of a mail's path to a fax machine and back.

Pure: no I/O, no clock, no randomness.
"""

from enum import StrEnum


class Role(StrEnum):
    """One part of the path."""

    SMTP = "smtp"
    "Takes mails in."

    PREPARE = "prepare"
    "Makes orders and pages of them."

    TRANSMIT = "transmit"
    "Calls."

    ANSWER = "answer"
    "Posts the replies."

    CONSOLE = "console"
    "Shows the console and answers the API."


ALL_ROLES = frozenset(Role)

WAITED_FOR = (Role.PREPARE, Role.TRANSMIT, Role.ANSWER)
"""Where no node does these, what is asked of the gateway lies there and waits."""
