"""
How a station answers every call, if it is not told otherwise.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum


class T38Mode(StrEnum):
    """Who asks for T.38."""

    REINVITE = "reinvite"
    "We do, as gateways do that hear the calling tone."

    WAIT = "wait"
    "The caller does."

    REFUSE = "refuse"
    "Nobody may: 488, and the fax comes in audio."


@dataclass(frozen=True, slots=True, kw_only=True)
class StationOptions:
    """How the station behaves on every call."""

    station_id: str = ""
    "CSI; empty: the number called."

    t38: T38Mode = T38Mode.REINVITE
    reinvite_after_s: float = 1.0
    max_dpi: int = 391
    ecm: bool = True
    paced: bool = True
