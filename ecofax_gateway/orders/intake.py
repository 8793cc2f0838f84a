"""
What is taken of a list of recipients: each number once, and why the rest is left out.

Pure: no I/O, no clock, no randomness.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NumberClass
from .number_list import BULK, Limits
from .roster import Roster

MAX_FAULTS = 1000
"""That are told one by one; who has more has chosen the wrong column."""

MAX_FAULT_CHARS = 60

MAX_KEPT_CHARS = 64 * 1024**2
"""Of all fields together; a spreadsheet may name one long text in every cell."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One number of a list."""

    number: str
    "E.164."

    restricted: bool
    "Surtaxed or foreign: only in the best quality."

    fields: Mapping[str, str] | None
    "Its row of the table, the first one if there are several."


@dataclass(frozen=True, slots=True)
class Fault:
    """What was to be a number and is none."""

    line_number: int
    text: str
    reason: str
    "A French fragment, as `NotANumber` has it."


@dataclass(slots=True)
class Intake:
    """
    Counts what it is given, and hands on each number once.

    Args:
        limits: How long a list may be.
    """

    limits: Limits = BULK
    entries: int = 0
    "Everything that was read."

    valid: int = 0
    restricted: int = 0
    "Of the valid ones."

    duplicates: int = 0
    "Entries whose number was there before."

    invalid: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    _kept_chars: int = 0

    def take(self, roster: Roster) -> Iterator[Recipient]:
        """
        Read a list; what it comes to is known when the last one was given.

        Raises:
            OrderRefused: If it is too long.
        """
        seen: set[str] = set()
        for entry in roster.entries:
            self.entries += 1
            if self.entries > self.limits.entries or self.valid > self.limits.numbers:
                raise OrderRefused(
                    f"La liste a plus de {self.limits.numbers} numéros :"
                    " partagez-la en plusieurs campagnes.",
                    code="list-too-long",
                )
            found = entry.found
            if not isinstance(found, FaxNumber):
                self._refuse(entry.line, *found)
            elif found.e164 in seen:
                self.duplicates += 1
            else:
                seen.add(found.e164)
                restricted = found.number_class is NumberClass.RESTRICTED
                self.valid += 1
                self.restricted += restricted
                fields = entry.fields or None
                self._keep(fields)
                yield Recipient(found.e164, restricted, fields)

    def _keep(self, fields: Mapping[str, str] | None) -> None:
        if fields is not None:
            self._kept_chars += sum(map(len, fields.values()))
        if self._kept_chars > MAX_KEPT_CHARS:
            raise OrderRefused(
                "Les colonnes de cette liste contiennent trop de texte : ne gardez que"
                " celles dont vous avez besoin.",
                code="list-too-wide",
            )

    def _refuse(self, line: int, text: str, reason: str) -> None:
        self.invalid += 1
        self.reasons[reason] += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(line, text[:MAX_FAULT_CHARS], reason))
