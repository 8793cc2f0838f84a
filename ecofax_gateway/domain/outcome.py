"""
How a call ended.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from .journal import Journal


class Ending(StrEnum):
    """The one word for how an attempt ended."""

    DELIVERED = "delivered"
    "Every page asked for was confirmed (T.30 MCF or RTP after the last)."

    BUSY = "busy"
    NO_ANSWER = "no-answer"

    NUMBER_UNKNOWN = "number-unknown"
    "Unallocated or no longer in service: 404, 410, 604, Q.850 1."

    REJECTED = "rejected"
    "The called party refuses calls: 403, 603, Q.850 21."

    UNREACHABLE = "unreachable"
    "Temporarily: 480, Q.850 27, 41 ..."

    TRUNK_FAULT = "trunk-fault"
    "Our side of the network: no SIP answer at all, 5xx, credentials refused."

    NOT_A_FAX = "not-a-fax"
    "Answered, but no fax signal came: a voice, a machine, silence."

    T38_REFUSED = "t38-refused"
    "The far end would not switch to T.38 (488, 415, 606, or never offered)."

    HANDSHAKE_FAILED = "handshake-failed"
    "Two fax machines met and did not agree on a speed."

    INCOMPATIBLE = "incompatible"
    "The far end cannot print these pages: width, resolution, no paper."

    PAGE_REFUSED = "page-refused"
    "A page was answered with RTN or PIN: the far end says it is not readable."

    CUT_OFF = "cut-off"
    "The far end hung up or sent DCN before the last page was confirmed."

    STALLED = "stalled"
    "Nothing came for too long; the watchdog hung up."

    PROTOCOL_ERROR = "protocol-error"
    "T.30 went astray in another way; the detail has the code."

    BROKEN_OFF = "broken-off"
    "Our own process died in the call: nobody knows what arrived."

    NOT_REACHED = "not-reached"
    "It shared a call with others, which ended before this fax's turn."

    REPEAT = "repeat"
    "The same pages had gone there, and nobody said in time that it was meant."

    CANCELLED = "cancelled"
    "The requester or an operator had it hung up."

    DO_NOT_FAX = "do-not-fax"
    "The number is on a do-not-fax list: it was not dialled."

    LOCAL_FAULT = "local-fault"
    "A fault of this machine before anything was sent; the detail is for the operator."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the far end, the network or our own machine did with one attempt."""

    ending: Ending

    pages_confirmed: int = 0
    "Pages the far end confirmed in this call (MCF, RTP). ITU-T T.30 (09/2005) §5.3.6."

    detail: str = ""
    'For people, e.g. "486 Busy Here"; never parsed by code.'

    remote_id: str | None = None
    "The far end's CSI, at most 20 characters, or None if it sent none."

    bit_rate: int | None = None
    "Of the last page, bit/s."

    ecm: bool | None = None
    "Whether error correction was on; without it a confirmed page may have damaged rows."

    vertical_dpi: int | None = None
    "What the pages were sent in: 98, 196 or 391."

    answered: bool = False
    "Whether the call was picked up, so that it cost something."

    fax_met: bool = False
    "Whether the far end showed itself as a fax machine (its DIS came)."

    duration_s: float = 0.0
    "From the answer to the end, seconds."

    journal: Journal | None = field(default=None, compare=False, repr=False)
    "What was said in the call; two outcomes are the same without it."

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the wire between daemon and engine."""
        journal = None if self.journal is None else self.journal.as_json()
        return {**asdict(replace(self, journal=None)), "journal": journal}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """
        The inverse of `as_json`.

        Raises:
            ValueError, TypeError, KeyError: If *values* is not what `as_json` gives.
        """
        journal = values.get("journal")
        return cls(
            **{
                **values,
                "ending": Ending(values["ending"]),
                "journal": None if journal is None else Journal.from_json(journal),
            }
        )
