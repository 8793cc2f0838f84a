"""
What a fax terminal is to do, what it tells meanwhile, and how it went.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass, field

from ..domain.journal import FarEnd
from ..domain.outcome import Ending
from .frame import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """The pages in one resolution."""

    path: str
    "A TIFF, 1 bit, 1728 px wide, every page in this resolution; at most 255 bytes."

    vertical_dpi: int
    rows: tuple[int, ...]
    "Of each page; a page that is sent with fewer was not read whole."

    octets: tuple[int, int, int] | None = None
    "Of all pages together, coded as MH, MR and MMR; None: not measured."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a calling terminal sends."""

    files: tuple[SourceFile, ...]
    "Finest first; the first that the far end's DIS allows is sent."


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Where an answering terminal puts what it receives."""

    path: str
    "At most 255 bytes; written as T.6, whatever the coding on the line."

    max_dpi: int = 391
    "The finest resolution its DIS offers: 98, 196 or 391."


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a terminal behaves, whichever side it is."""

    station_id: str
    "TSI or CSI: digits, + and space; cut to 20 characters."

    ecm: bool = True
    max_bit_rate: int = 14400
    "bit/s, from the peer's T38MaxBitRate."

    version: int = 0
    "T38FaxVersion of the SDP answer, 0 to 3."

    paced: bool = True
    "False: as fast as the far end takes it, whatever the modem's speed."

    tag: str = "fax"
    "In front of libspandsp's log lines."


@dataclass(frozen=True, slots=True)
class FaxMet:
    """The far end showed itself as a fax machine: its DIS or DCS came."""

    remote_id: str | None
    capabilities: Capabilities | None
    "None on the answering side."


@dataclass(frozen=True, slots=True)
class PageDone:
    """One more page was confirmed: by the far end, or by us to it."""

    pages: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The T.30 procedure is over; `FaxTerminal.result` says how it went."""


TerminalEvent = FaxMet | PageDone | Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How the fax went, as far as T.30 knows; final once `Finished` came."""

    ending: Ending
    detail: str
    pages: int
    "Confirmed by the far end, or by us to it."

    fax_met: bool
    remote_id: str | None
    bit_rate: int | None
    ecm: bool | None
    vertical_dpi: int | None
    far_end: FarEnd = field(default_factory=FarEnd)
    "What it says of itself."
