"""
When a fax that goes on is no longer going anywhere.

Pure: no I/O, no clock, no randomness.

libspandsp can wait for ever, and a far end can keep sending for ever; so what counts
is what is new, and every part of a call has an end.
"""

from dataclasses import dataclass

PAGE_S = 1800.0
"""For one page: the longest measured is 16 min, a photo at 391 dpi."""

SILENCE_S = 45.0
"""Neither anything new in nor image out, or nothing that we have to say outside of a
page. The longest wait of T.30 is T5, 60 s, but then RNR and RR go to and fro."""


MEETING_S = 180.0
"""Until the far end is met, over T.38."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait until the far end shows itself as a fax machine, seconds."""

    silence_s: float
    "Without anything new."

    meeting_s: float
    "Whatever else the far end sends: a tone that never ends is no fax."


T38_PATIENCE = Patience(silence_s=75.0, meeting_s=MEETING_S)
"""libspandsp's own T0 is 60 s."""

AUDIO_PATIENCE = Patience(silence_s=60.0, meeting_s=60.0)
"""From the answer: a voice goes on for ever; a fax after half a minute of it is seen."""


class Watchdog:
    """
    Watches one fax.

    Args:
        patience: Until the far end is met.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._met = False
        self._moved_at = 0.0
        self._page_at = 0.0

    def moved(self, now: float) -> None:
        """Something new came, or image went out; *now* in seconds from the beginning."""
        self._moved_at = now

    def turned(self, now: float) -> None:
        """The far end was met, or a page was confirmed."""
        self._met = True
        self._page_at = self._moved_at = now

    def fault(self, now: float, idle_s: float) -> str:
        """
        Why to end it; "" while there is hope.

        Args:
            now: Seconds from the beginning.

            idle_s: Seconds since we last had something to say, outside of a page.
        """
        silence, step = now - self._moved_at, now - self._page_at
        if not self._met:
            if silence > self._patience.silence_s:
                return f"nothing new for {silence:.0f} s"
            if step > self._patience.meeting_s:
                return f"no fax signal in {step:.0f} s"
        elif silence > SILENCE_S:
            return f"nothing new for {silence:.0f} s"
        elif idle_s > SILENCE_S:
            return f"nothing to answer to for {idle_s:.0f} s"
        elif step > PAGE_S:
            return f"one page took {step:.0f} s"
        return ""
