"""
Who goes first when channels are short; lower overtakes.

Pure: no I/O, no clock, no randomness.
"""

OPERATOR = 1
"""Somebody who looks after the gateway said that it must go now."""

SINGLE = 3
"""One number: a person waits for it. No campaign, however large, delays it."""

CAMPAIGN = 5
"""Many numbers: it fills what is free."""


def priority_of(numbers: int) -> int:
    """The priority of an order to so many numbers, unless somebody says otherwise."""
    return SINGLE if numbers == 1 else CAMPAIGN
