"""
How often a stranger is answered.

Pure: no I/O, no clock, no randomness.
"""

MAX_HOSTS = 1_000
"""Hosts that are counted; with more, who was quiet the longest is forgotten."""


class Throttle:
    """
    A bucket for each host, that fills at a steady rate.

    Args:
        per_second: Answers.

        burst: As many at once, after a quiet time.
    """

    def __init__(self, *, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def allows(self, host: str, now: float) -> bool:
        """Whether one more is allowed; it is counted."""
        level, since = self._buckets.pop(host, (self._burst, now))
        level = min(self._burst, level + (now - since) * self._per_second)
        is_allowed = level >= 1
        while len(self._buckets) >= MAX_HOSTS:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[host] = (level - 1 if is_allowed else level, now)
        return is_allowed
