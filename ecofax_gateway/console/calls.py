"""
The calls of one fax, step by step, in words.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.journal import MAX_FIRST_NOTES, Journal, Layer, Note
from ..domain.language import Tongue
from ..domain.outcome import Ending
from ..replies.explain import Explanation, explain
from ..replies.signals import signal_words
from ..store.faxes import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder, or the gap in a ladder that was too long."""

    note: Note | None
    "None: a gap."

    words: str
    "What it means; empty: nothing to add."

    left_out: int = 0
    "Of a gap, how many steps."

    @property
    def side(self) -> str:
        """Who said it: "us", "them", or "none" for what the engine saw or did."""
        if self.note is None or self.note.layer is Layer.OWN:
            return "none"
        return "us" if self.note.from_us else "them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One attempt as it is shown."""

    attempt: Attempt
    why: Explanation | None
    "None: it is under way."

    journal: Journal | None
    rungs: tuple[Rung, ...]

    @property
    def last_page(self) -> int:
        """The last one that was confirmed in it."""
        return self.attempt.first_page + self.attempt.pages_confirmed - 1


def calls_of(attempts: Sequence[Attempt], tongue: Tongue) -> list[Call]:
    """Tell of each attempt."""
    return [_call(each, tongue) for each in attempts]


def cause(ending: Ending | None, tongue: Tongue) -> str:
    """Why a fax did not arrive, in a sentence; empty: it did, or is still to."""
    if ending is None or ending is Ending.DELIVERED:
        return ""
    return explain(ending, tongue).what


def _call(attempt: Attempt, tongue: Tongue) -> Call:
    journal = None
    if attempt.journal is not None:
        journal = Journal.from_json(attempt.journal)
    return Call(
        attempt=attempt,
        why=None if attempt.ending is None else explain(attempt.ending, tongue),
        journal=journal,
        rungs=() if journal is None else tuple(_rungs(journal, tongue)),
    )


def _rungs(journal: Journal, tongue: Tongue) -> list[Rung]:
    rungs = [
        Rung(note=note, words=signal_words(note, tongue)) for note in journal.notes
    ]
    if journal.left_out:
        gap = Rung(note=None, words="", left_out=journal.left_out)
        rungs.insert(MAX_FIRST_NOTES, gap)
    return rungs
