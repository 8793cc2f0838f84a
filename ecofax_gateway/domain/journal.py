"""
What was said in a call: the ladder of signals, the pages, the network between.

Pure: no I/O, no clock, no randomness: the ladder is given its clock.

Nothing secret comes in here: of SIP only methods, statuses and reasons, of T.30 what
two fax machines tell each other.

Standards:
    ITU-T T.30 (09/2005) §5.3.6 -- the names of the signals
"""

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

MAX_FIRST_NOTES = 200
MAX_LAST_NOTES = 100
"""Notes kept of a longer ladder: how it began and how it ended say most. A fax of ten
pages has about 120."""

MAX_PAGES = 200
"""Pages that are described; the longest fax ever seen here had half of that."""

PREAMBLE = "V.21"
"""Flags before control frames."""

MAX_NAME = 24
MAX_DETAIL = 80
"""Characters of a note; part of them comes from strangers."""


class Layer(StrEnum):
    """Which conversation a note belongs to."""

    SIP = "sip"
    T30 = "t30"
    OWN = "own"
    "Neither side said it: the engine did or saw something."


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One step of the ladder."""

    at_s: float
    "Seconds since the call began."

    layer: Layer
    from_us: bool
    name: str
    "The signal: INVITE, 200, CED, DIS, TCF, PPS-EOP ..."

    detail: str = ""
    times: int = 1
    "How often in a row it was said."


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSent:
    """One page that was answered."""

    number: int
    "In this call, from 1."

    began_s: float
    ended_s: float
    octets: int
    "As coded for the line."

    rows: int
    bit_rate: int
    ecm_retries: int
    "How often frames of it were asked for again (PPR)."

    answer: str
    "MCF, RTP, RTN ..."


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEnd:
    """What the far end's machine says of itself."""

    ident: str | None = None
    "Its CSI."

    country: str | None = None
    vendor: str | None = None
    model: str | None = None
    "The last three are libspandsp's reading of the NSF."


@dataclass(frozen=True, slots=True, kw_only=True)
class Packets:
    """How the network carried the far end's packets to us."""

    sent: int = 0
    received: int = 0
    "Datagrams, those that said nothing new included."

    lost: int = 0
    "Packets that never came, and that nothing repaired."

    by_redundancy: int = 0
    by_parity: int = 0
    "Packets that came only as a repetition in a later datagram, or from its parity."

    out_of_order: int = 0
    duplicate: int = 0
    strange: int = 0
    "No T.38 or RTP, or far out of the sequence."

    jitter_ms: float = 0.0
    "The furthest that a packet came off the pace of its signal."


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Everything that is kept of one call beside its outcome."""

    notes: tuple[Note, ...] = ()
    left_out: int = 0
    "Notes in the middle that were too many."

    pages: tuple[PageSent, ...] = ()
    trainings: int = 0
    "How often a speed was tried (DCS)."

    far_end: FarEnd = FarEnd()
    packets: Packets | None = None
    media: str = ""
    'How the fax travelled: "T.38 version 0, redundancy 3", "G.711 A-law".'

    capture: str = ""
    "Name of the packet capture, or empty."

    def as_json(self) -> dict[str, Any]:
        """
        Plain values, short: they cross a pipe and are stored with every call.

        What is not printable becomes "?": PostgreSQL's JSON takes no NUL, and nothing
        that a stranger says may keep an outcome from being written.
        """
        plain = {
            **asdict(self),
            "notes": [
                [round(n.at_s, 3), n.layer, int(n.from_us), n.name, n.detail, n.times]
                for n in self.notes
            ],
        }
        return {key: _storable(value) for key, value in plain.items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """
        The inverse of `as_json`.

        Raises:
            ValueError, TypeError, KeyError: If *values* is not what `as_json` gives.
        """
        packets = values["packets"]
        return cls(
            **{
                **values,
                "notes": tuple(_note(*note) for note in values["notes"]),
                "pages": tuple(PageSent(**page) for page in values["pages"]),
                "far_end": FarEnd(**values["far_end"]),
                "packets": None if packets is None else Packets(**packets),
            }
        )


class Ladder:
    """
    Takes notes while a call lasts.

    Args:
        clock: Seconds since the call began.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._first: list[Note] = []
        self._last: deque[Note] = deque(maxlen=MAX_LAST_NOTES)
        self._left_out = 0
        self._pages: list[PageSent] = []
        self._page_from: float | None = None
        self._trainings = 0
        self._last_frame = {True: "", False: ""}

    def note(self, layer: Layer, name: str, detail: str = "", *, from_us: bool) -> None:
        """Write one step down; said again at once, it is counted instead."""
        name, detail = _printable(name, MAX_NAME), _printable(detail, MAX_DETAIL)
        notes = self._last or self._first
        if notes:
            before = notes[-1]
            if (before.layer, before.from_us, before.name, before.detail) == (
                layer,
                from_us,
                name,
                detail,
            ):
                notes[-1] = replace(before, times=before.times + 1)
                return
        taken = Note(
            at_s=self.clock(), layer=layer, from_us=from_us, name=name, detail=detail
        )
        if len(self._first) < MAX_FIRST_NOTES:
            self._first.append(taken)
            return
        self._left_out += len(self._last) == MAX_LAST_NOTES
        self._last.append(taken)

    def own(self, name: str, detail: str = "") -> None:
        """What we did or saw ourselves."""
        self.note(Layer.OWN, name, detail, from_us=True)

    def frame(self, name: str, detail: str = "", *, from_us: bool) -> None:
        """A T.30 control frame."""
        self._trainings += from_us and name == "DCS"
        if not from_us and name == "CFR":
            self._page_from = self.clock()
        self._last_frame[from_us] = name
        notes = self._last or self._first
        if notes and notes[-1].name == PREAMBLE and notes[-1].from_us is from_us:
            notes.pop()
        self.note(Layer.T30, name, detail, from_us=from_us)

    def tone(self, name: str, *, from_us: bool) -> None:
        """CNG, CED, or a preamble: the last is worth a note if no frame follows."""
        self.note(Layer.T30, name, from_us=from_us)

    def fast_modem(self, name: str, *, from_us: bool) -> None:
        """The image modem starts; whether it trains or sends, its frames tell."""
        theirs = self._last_frame[not from_us]
        is_check = self._last_frame[from_us] == "DCS" and theirs != "CFR"
        self.note(Layer.T30, "TCF" if is_check else "image", name, from_us=from_us)

    def page(self, *, octets: int, rows: int, bit_rate: int, retries: int) -> None:
        """The page that was just answered."""
        now = self.clock()
        if len(self._pages) < MAX_PAGES:
            self._pages.append(
                PageSent(
                    number=len(self._pages) + 1,
                    began_s=round(
                        now if self._page_from is None else self._page_from, 3
                    ),
                    ended_s=round(now, 3),
                    octets=octets,
                    rows=rows,
                    bit_rate=bit_rate,
                    ecm_retries=retries,
                    answer=self._last_frame[False],
                )
            )
        self._page_from = now

    def journal(
        self,
        *,
        far_end: FarEnd | None = None,
        packets: Packets | None = None,
        media: str = "",
        capture: str = "",
    ) -> Journal:
        """All of it."""
        return Journal(
            notes=(*self._first, *self._last),
            left_out=self._left_out,
            pages=tuple(self._pages),
            trainings=self._trainings,
            far_end=far_end or FarEnd(),
            packets=packets,
            media=media,
            capture=capture,
        )


def _note(
    at_s: float, layer: str, from_us: int, name: str, detail: str, times: int
) -> Note:
    return Note(
        at_s=at_s,
        layer=Layer(layer),
        from_us=bool(from_us),
        name=name,
        detail=detail,
        times=times,
    )


def _storable(value: Any) -> Any:
    match value:
        case str():
            return value if value.isprintable() else _printable(value, len(value))
        case list() | tuple():
            return [_storable(each) for each in value]
        case dict():
            return {key: _storable(each) for key, each in value.items()}
    return value


def _printable(text: str, limit: int) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:limit])
