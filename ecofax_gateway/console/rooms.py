"""
The rooms of the console; one line here adds one.

Pure: no I/O, no clock, no randomness.
"""

from . import login

ROOMS = (login.router,)
"""A path that two of them could mean belongs to the first."""
