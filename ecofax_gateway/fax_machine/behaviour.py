"""
How a station that is told to misbehave misbehaves, and when.

Pure: no I/O, no clock, no randomness.

Written as `name[:page][*calls]`, several with commas: `busy*1,rtn:2` is busy on the
first call, refuses the second page on all others. After what is counted out comes
good behaviour.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Conduct(StrEnum):
    """What a station does to a call."""

    GOOD = "good"
    BUSY = "busy"
    "Answers 486."

    NO_ANSWER = "no-answer"
    "Rings for ever."

    UNKNOWN = "unknown"
    "Answers 404."

    UNREACHABLE = "unreachable"
    "Answers 480."

    REFUSE_T38 = "refuse-t38"
    "Picks up, answers 488 to T.38."

    SILENCE = "silence"
    "Picks up, agrees to T.38, sends nothing."

    VOICE = "voice"
    "Picks up and hangs up before any fax."

    HANG_UP = "hang-up"
    "BYE instead of confirming the page."

    DCN = "dcn"
    "DCN instead of confirming the page."

    RTN = "rtn"
    "RTN instead of confirming the page, however often it comes."

    RTN_ONCE = "rtn-once"
    "RTN, but MCF when the page comes again."

    NEVER_ENDING = "never-ending"
    "Never hangs up, and does not answer the other's BYE."


PAGED = frozenset({Conduct.HANG_UP, Conduct.DCN, Conduct.RTN, Conduct.RTN_ONCE})
"""Conducts that happen at a page; the first, if none is named."""

_STEP = re.compile(r"([a-z0-9-]+)(?::([0-9]{1,4}))?(?:\*([0-9]{1,4}))?\Z")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One conduct, and the page where it shows."""

    conduct: Conduct = Conduct.GOOD
    page: int = 1


class Plan:
    """What happens to one call after the other."""

    def __init__(self, steps: tuple[tuple[Behaviour, int | None], ...] = ()) -> None:
        self._steps = list(steps)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a plan.

        Raises:
            ValueError: With what is wrong, for the operator.
        """
        steps: list[tuple[Behaviour, int | None]] = []
        for part in text.split(","):
            match = _STEP.match(part.strip())
            if match is None or match[1] not in list(Conduct):
                known = ", ".join(Conduct)
                raise ValueError(f"{part!r} is none of {known}, with :page and *calls")
            conduct = Conduct(match[1])
            if match[2] is not None and (conduct not in PAGED or not int(match[2])):
                raise ValueError(f"{part!r}: no such page")
            behaviour = Behaviour(conduct, int(match[2] or 1))
            steps.append((behaviour, int(match[3]) if match[3] is not None else None))
        return cls(tuple(steps))

    def next_behaviour(self) -> Behaviour:
        """What the next call meets; counts it."""
        while self._steps:
            behaviour, calls = self._steps[0]
            if calls is None:
                return behaviour
            if calls > 0:
                self._steps[0] = behaviour, calls - 1
                return behaviour
            self._steps.pop(0)
        return Behaviour()
