"""
How late a clock is: counted, not kept.

Pure: no I/O, no clock, no randomness.
"""

STEP_S = 0.0005
"""Of one bucket. Half a millisecond tells 1 from 2; a tick has 20."""

BUCKETS = 4000
"""2 s in all; the last one takes what is later."""


class Lateness:
    """A histogram of delays: constant memory however long it runs."""

    def __init__(self) -> None:
        self.count = 0
        self.worst_s = 0.0
        self._buckets = [0] * BUCKETS

    def note(self, seconds: float) -> None:
        """Count one delay; below zero is zero."""
        self.count += 1
        self._buckets[min(max(int(seconds / STEP_S), 0), BUCKETS - 1)] += 1
        if seconds > self.worst_s:
            self.worst_s = seconds

    def quantile_s(self, share: float) -> float:
        """
        The delay that *share* of all were not above, to `STEP_S`.

        Args:
            share: From 0 to 1.
        """
        wanted, seen = share * self.count, 0
        for index, number in enumerate(self._buckets):
            seen += number
            if seen >= wanted and seen:
                return min((index + 1) * STEP_S, self.worst_s)
        return self.worst_s

    def __str__(self) -> str:
        p50, p99 = self.quantile_s(0.5) * 1000, self.quantile_s(0.99) * 1000
        return (
            f"ticks={self.count} late_p50_ms={p50:.1f} late_p99_ms={p99:.1f}"
            f" late_max_ms={self.worst_s * 1000:.1f}"
        )
