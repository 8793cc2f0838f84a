"""
What every way to transmit promises.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ..domain.outcome import Outcome
from ..engine.protocol import PlaceCall, Progress

OnProgress = Callable[[Progress], Awaitable[None]]
"""Awaited before anything more of that call is handed on: it writes the store."""


class Sender(Protocol):
    """A way to transmit pages to a number."""

    async def send(self, call: PlaceCall, on_progress: OnProgress) -> Outcome:
        """
        Place one call and stay until it is over.

        The caller has written its intent before; nothing is retried in here. A page
        is reported by `on_progress` as soon as the far end has confirmed it.

        Returns:
            The outcome; DELIVERED only if every page was confirmed.

        Raises:
            EngineLost: If what became of the call cannot be known.
        """
        ...

    async def hang_up(self, call: str) -> None:
        """End the call of that reference, if it is still under way."""
        ...
