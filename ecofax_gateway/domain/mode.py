"""
How a call speaks to the far end: the ladder from the fastest mode to the surest.

Pure: no I/O, no clock, no randomness.

Two machines that meet and then fail, fail the same way again; the next attempt goes
one rung down. Error correction is what old machines and lossy networks get wrong most,
so it goes together with the speed. The last rung is the fax as sound: slower to fail,
and the only way where a network between cannot do T.38 right.

Standards:
    ITU-T T.30 (09/2005) Annex A -- error correction; V.29 at 9600 bit/s is the speed
    that every Group 3 machine of the last thirty years has
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .outcome import Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMode:
    """One rung."""

    name: str
    "As it is stored and shown."

    ecm: bool
    "Error correction, where the trunk allows it."

    max_bit_rate: int
    "The fastest that is tried, bit/s."

    media: str = "auto"
    """"auto": T.38 where the far end takes part, else sound; "audio": sound (G.711)."""


T38 = CallMode(name="t38", ecm=True, max_bit_rate=14400)
T38_SLOW = CallMode(name="t38-slow", ecm=False, max_bit_rate=9600)

AUDIO = CallMode(name="audio", ecm=True, max_bit_rate=14400, media="audio")

LADDER = (T38, T38_SLOW, AUDIO)
"""First to last; the last goes on."""

STEPS_DOWN = frozenset(
    {
        Ending.HANDSHAKE_FAILED,
        Ending.PAGE_REFUSED,
        Ending.CUT_OFF,
        Ending.STALLED,
        Ending.PROTOCOL_ERROR,
    }
)
"""Endings that another mode may avoid, if a fax machine was met."""


def mode_after(
    attempts: Iterable[tuple[Ending, bool]], *, known: str | None = None
) -> CallMode:
    """
    Choose the mode of the next call.

    Args:
        attempts: (ending, whether a fax machine was met) of the earlier calls.

        known: Name of the mode that worked with this number before; one that this
            version does not know counts as none.
    """
    names = [mode.name for mode in LADDER]
    rung = names.index(known) if known in names else 0
    for ending, met in attempts:
        if ending is Ending.T38_REFUSED:
            rung = len(LADDER) - 1
        elif met and ending in STEPS_DOWN:
            rung += 1
    return LADDER[min(rung, len(LADDER) - 1)]


def mode_that_worked(mode: CallMode, *, as_sound: bool) -> CallMode:
    """
    What to remember of a call that arrived.

    Args:
        mode: That it was placed in.

        as_sound: Its pages went as G.711, though T.38 was allowed.
    """
    return AUDIO if as_sound else mode
