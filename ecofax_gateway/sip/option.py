"""
SIP extensions that we know, by their option tags.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §19.2 -- option tags; §8.2.2.3 -- Require
"""

from .message import Message

RELIABLE = "100rel"
"""Provisional responses that must arrive. RFC 3262"""

TIMER = "timer"
"""Session timers. RFC 4028"""

SUPPORTED = (RELIABLE, TIMER)


def understands(message: Message, tag: str) -> bool:
    """Whether its sender knows an extension."""
    return requires(message, tag) or tag in _lower(message, "Supported")


def requires(message: Message, tag: str) -> bool:
    """Whether its sender insists on an extension."""
    return tag in _lower(message, "Require")


def unknown(message: Message) -> list[str]:
    """What it requires and we do not know."""
    return [tag for tag in message.listed("Require") if tag.lower() not in SUPPORTED]


def _lower(message: Message, name: str) -> list[str]:
    return [tag.lower() for tag in message.listed(name)]
