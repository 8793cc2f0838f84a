"""
Who wants to be woken when: every timer of a user agent in one heap.

Pure: no I/O, no clock, no randomness.
"""

import heapq
from itertools import count
from typing import Protocol


class Timed(Protocol):
    """Anything that waits for a time; each has one deadline at most."""

    def handle_timeout(self, now: float) -> None:
        """Called once the deadline has passed; it is cleared by then."""


class Agenda:
    """The deadlines of many; setting and clearing cost O(log n)."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timed]] = []
        self._current: dict[Timed, int] = {}
        self._numbers = count()

    def set(self, owner: Timed, when: float) -> None:
        """Wake *owner* at *when* instead of whenever was said before."""
        number = next(self._numbers)
        self._current[owner] = number
        heapq.heappush(self._heap, (when, number, owner))

    def clear(self, owner: Timed) -> None:
        """Do not wake *owner*; harmless if nothing was set."""
        self._current.pop(owner, None)

    def next(self) -> float | None:
        """The earliest deadline, or None."""
        while self._heap and not self._is_current(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run(self, now: float) -> None:
        """
        Wake everybody whose deadline has passed, in order.

        A deadline set meanwhile waits for the next call, so that no owner can keep
        this one busy for ever.
        """
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap))
        for entry in due:
            if self._is_current(entry):
                del self._current[entry[2]]
                entry[2].handle_timeout(now)

    def _is_current(self, entry: tuple[float, int, Timed]) -> bool:
        return self._current.get(entry[2]) == entry[1]
