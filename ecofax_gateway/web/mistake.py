"""
What a request can do wrong, as console and API tell it.

Pure: no I/O, no clock, no randomness.
"""


class NotFound(Exception):
    """
    There is no such thing, or it is another line's: nothing tells the two apart.
    """


class NotLoggedIn(Exception):
    """Nobody is logged in, or no longer."""


class Forbidden(Exception):
    """Who is logged in may not do this, whatever it concerns."""


class Forged(Exception):
    """A form that did not come from a page of ours, or from an ended session."""
