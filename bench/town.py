"""
The far ends of a simulation: numbers, how they answer, and how long it takes.

Pure: no I/O, no clock, no randomness of its own: the generator is an argument.

The shares are ours, near what bulk senders tell of old lists: about four in five
machines print at once, the rest is busy, silent, a person, gone, or hangs up.
"""

from dataclasses import dataclass
from random import Random

from ecofax_gateway.domain.outcome import Ending, Outcome

SECONDS_A_PAGE = 28.0
"""A page of text at 14400 bit/s, with its share of the confirmation."""

HANDSHAKE_SECONDS = 14.0
"""From the answer to the first line: DIS, DCS, training."""

RING_SECONDS = 8.0
"""Until a machine picks up: two rings."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a kind of far end does what, and which share of a list it is."""

    share: float
    endings: tuple[tuple[float, Ending], ...]
    "(probability, what happens); the rest is a delivery."


HABITS = (
    Habit(0.80, ((0.02, Ending.BUSY), (0.01, Ending.CUT_OFF))),
    Habit(0.06, ((0.60, Ending.BUSY),)),
    Habit(0.04, ((0.70, Ending.NO_ANSWER),)),
    Habit(0.03, ((1.00, Ending.NOT_A_FAX),)),
    Habit(0.04, ((1.00, Ending.NUMBER_UNKNOWN),)),
    Habit(0.03, ((0.50, Ending.CUT_OFF), (0.10, Ending.HANDSHAKE_FAILED))),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One call: how it ended, and when, in seconds after it began."""

    outcome: Outcome
    seconds: float


def habit(draw: Random) -> Habit:
    """What kind of far end a number is."""
    (chosen,) = draw.choices(HABITS, [each.share for each in HABITS])
    return chosen


def answer(far_end: Habit, *, pages: int, draw: Random) -> Answered:
    """
    Call a far end.

    Args:
        pages: That are still to be sent.
    """
    point = draw.random()
    for probability, ending in far_end.endings:
        if point < probability:
            return _spoiled(ending, pages=pages, draw=draw)
        point -= probability
    talk = HANDSHAKE_SECONDS + pages * SECONDS_A_PAGE * draw.uniform(0.6, 1.6)
    outcome = Outcome(
        ending=Ending.DELIVERED,
        pages_confirmed=pages,
        answered=True,
        fax_met=True,
        bit_rate=14_400,
        ecm=True,
        vertical_dpi=196,
        duration_s=talk,
    )
    return Answered(outcome, RING_SECONDS + talk)


def _spoiled(ending: Ending, *, pages: int, draw: Random) -> Answered:
    match ending:
        case Ending.BUSY | Ending.NUMBER_UNKNOWN:
            return Answered(Outcome(ending=ending), draw.uniform(1.0, 3.0))
        case Ending.NO_ANSWER:
            return Answered(Outcome(ending=ending), 60.0)
        case Ending.NOT_A_FAX:
            outcome = Outcome(ending=ending, answered=True, duration_s=35.0)
            return Answered(outcome, RING_SECONDS + 35.0)
    confirmed = draw.randrange(pages) if ending is Ending.CUT_OFF else 0
    talk = HANDSHAKE_SECONDS + (confirmed + draw.random()) * SECONDS_A_PAGE
    outcome = Outcome(
        ending=ending,
        pages_confirmed=confirmed,
        answered=True,
        fax_met=True,
        duration_s=talk,
    )
    return Answered(outcome, RING_SECONDS + talk)
