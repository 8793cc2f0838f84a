"""
What the daemon and the call engine say to each other: one JSON object a line.

Pure: no I/O, no clock, no randomness.

The daemon writes `PlaceCall` and `HangUp` to the engine's standard input and reads
`Ready`, `Progress` and `Ended` from its standard output; its log goes to standard
error. End of file on standard input means that the daemon is gone: the engine hangs
up every call (DCN where a page is under way, BYE) and exits.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ..domain.errors import Malformed
from ..domain.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkAddress:
    """Where and how a call leaves."""

    host: str
    "IP literal or name of the proxy."

    port: int = 5060
    username: str = ""
    "For digest authentication; empty: none is offered."

    password: str = ""
    "Never logged: `repr` and the engine's log leave it out."

    domain: str = ""
    "Host part of From and Request-URI; empty: *host*."

    paced: bool = True
    """False lets both machines run as fast as they can (T.38 without pacing): only
    towards the built-in fax machine, for tests and the demo."""

    def __repr__(self) -> str:
        return f"TrunkAddress({self.host}:{self.port})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """The same pages in one resolution."""

    path: str
    vertical_dpi: int
    "98, 196 or 391."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCall:
    """Call a number and send these pages."""

    call: str
    "The attempt's reference; every answer carries it."

    number: str
    "As dialled: the user part of the Request-URI."

    caller_id: str
    "User part of From and P-Asserted-Identity: the line's number as dialled."

    station_id: str
    "TSI, at most 20 characters of digits, + and space."

    files: tuple[PageFile, ...]
    "Finest first; the finest that the far end's DIS allows is sent."

    pages: int
    "How many pages each file has, all of which are to be sent."

    trunk: TrunkAddress

    ring_timeout_s: float = 60.0
    ecm: bool = True
    max_bit_rate: int = 14400
    "The fastest that is tried, bit/s; the far end may allow less."


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End a call that somebody cancelled; its `Ended` still comes."""

    call: str


class Step(StrEnum):
    """What happens in a call before it ends."""

    INVITED = "invited"
    RINGING = "ringing"
    ANSWERED = "answered"
    T38 = "t38"
    "Both sides speak T.38 now."

    FAX_MET = "fax-met"
    "The far end's DIS came; the detail is its CSI."

    PAGE_CONFIRMED = "page-confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The engine listens; first line it prints."""

    sip_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A call came one step further."""

    call: str
    step: Step
    pages_confirmed: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A call is over; nothing more comes about it."""

    call: str
    outcome: Outcome


Command = PlaceCall | HangUp
Event = Ready | Progress | Ended


def format_command(command: Command) -> bytes:
    """One line for the engine's standard input."""
    return _line(command)


def format_event(event: Event) -> bytes:
    """One line for the engine's standard output."""
    return _line(event)


def parse_command(line: bytes) -> Command:
    """
    Read a line of the daemon's.

    Raises:
        Malformed: If it is none.
    """
    try:
        values = json.loads(line)
        match values.pop("kind"):
            case "HangUp":
                return HangUp(**values)
            case "PlaceCall":
                files = tuple(PageFile(**file) for file in values.pop("files"))
                trunk = TrunkAddress(**values.pop("trunk"))
                return PlaceCall(files=files, trunk=trunk, **values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"not a command: {type(error).__name__}") from None
    raise Malformed("a command of an unknown kind")


def parse_event(line: bytes) -> Event:
    """
    Read a line of the engine's.

    Raises:
        Malformed: If it is none.
    """
    try:
        values = json.loads(line)
        match values.pop("kind"):
            case "Ready":
                return Ready(**values)
            case "Progress":
                return Progress(**{**values, "step": Step(values["step"])})
            case "Ended":
                return Ended(
                    call=values["call"], outcome=Outcome.from_json(values["outcome"])
                )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"not an event: {type(error).__name__}") from None
    raise Malformed("an event of an unknown kind")


def _line(message: Command | Event) -> bytes:
    values: dict[str, Any] = {"kind": type(message).__name__, **asdict(message)}
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"
