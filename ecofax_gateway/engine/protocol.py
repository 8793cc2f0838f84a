"""
What the daemon and the call engine say to each other: one JSON object a line.

Pure: no I/O, no clock, no randomness.

The daemon writes `PlaceCall`, `HangUp` and `KeepTrunk` to the engine's standard input
and reads `Ready`, `Progress`, `Ended` and `TrunkHealth` from its standard output; its log goes to standard
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
    """0: none was given, so that the name's NAPTR and SRV records say where to go.
    RFC 3263 §4"""

    transport: str = ""
    """"udp", "tcp" or "tls"; empty: what NAPTR says, else UDP."""

    tls_ca_file: str = ""
    "PEM file of those whose signature counts; empty: the system's."

    tls_verify: bool = True
    "False takes any certificate: only for a trunk inside one's own network."

    username: str = ""
    "For digest authentication; empty: none is offered."

    password: str = ""
    "Never logged: `repr` and the engine's log leave it out."

    domain: str = ""
    "Host part of From and Request-URI; empty: *host*."

    register: bool = False
    "Whether `KeepTrunk` keeps a registration; otherwise it sends OPTIONS."

    register_expires_s: int = 3600
    "Asked for; the registrar may say less or more."

    ping_interval_s: float = 60.0
    "Between two OPTIONS where nothing is registered; 0: none are sent."

    session_expires_s: int = 1800
    "Asked for as RFC 4028's session interval; 0: session timers only if they ask."

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

    mh_octets: int = 0
    """What all pages take on the wire in T.4 one-dimensional coding; 0: not known. The
    coding with the least is chosen of those that the far end has."""

    mr_octets: int = 0
    "The same in T.4 two-dimensional coding."

    mmr_octets: int = 0
    "The same in T.6."


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
    privacy: bool = False
    """The called side is not to see who calls: an anonymous From, the number in
    P-Asserted-Identity for the trunk alone. RFC 3323 §4.1, RFC 3325 §9.3"""

    ecm: bool = True
    max_bit_rate: int = 14400
    "The fastest that is tried, bit/s; the far end may allow less."

    media: str = "auto"
    """"auto": T.38, or the fax in G.711 audio where T.38 is refused; "t38": T.38 or
    nothing; "audio": G.711 from the start."""

    direct_t38: bool = False
    """Offer T.38 in the INVITE itself. If that is refused (488, 415, 606), one more
    INVITE follows with audio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End a call that somebody cancelled; its `Ended` still comes."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTrunk:
    """
    Look after a trunk from now on, and tell its `TrunkHealth` when it changes.

    Registers where the address says so, and sends OPTIONS otherwise. The same name
    again replaces what was said before; the registration is taken back at the end.
    """

    name: str
    address: TrunkAddress


class Health(StrEnum):
    """How a trunk is, as far as its own answers tell."""

    UP = "up"
    "It answers; nothing is to be registered."

    DOWN = "down"
    "It does not answer, cannot be found, or asked to be left alone for a while (503)."

    REGISTERED = "registered"
    REFUSED = "refused"
    "It refuses our registration: credentials, as a rule."


class Step(StrEnum):
    """What happens in a call before it ends."""

    INVITED = "invited"
    RINGING = "ringing"
    ANSWERED = "answered"
    T38 = "t38"
    "Both sides speak T.38 now."

    AUDIO = "audio"
    "The fax runs as modem tones in G.711."

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkHealth:
    """A trunk of `KeepTrunk` is in another state than before, or for another reason."""

    name: str
    state: Health
    detail: str = ""
    'For people, e.g. "503 Service Unavailable, again in 30 s".'


Command = PlaceCall | HangUp | KeepTrunk
Event = Ready | Progress | Ended | TrunkHealth


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
            case "KeepTrunk":
                trunk = TrunkAddress(**values.pop("address"))
                return KeepTrunk(address=trunk, **values)
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
            case "TrunkHealth":
                return TrunkHealth(**{**values, "state": Health(values["state"])})
            case "Ended":
                return Ended(
                    call=values["call"], outcome=Outcome.from_json(values["outcome"])
                )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"not an event: {type(error).__name__}") from None
    raise Malformed("an event of an unknown kind")


def _line(message: Command | Event) -> bytes:
    values: dict[str, Any] = {"kind": type(message).__name__, **asdict(message)}
    if isinstance(message, Ended):
        values["outcome"] = message.outcome.as_json()
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"
