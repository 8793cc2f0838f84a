"""
What a user agent tells its owner: one small value for each thing that happened.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .hop import Hop

if TYPE_CHECKING:
    from .call import Call


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """
    Somebody calls us; 100 Trying has been sent.

    The owner calls `ring`, `accept` or `reject`; the offer is in `call.remote_sdp`.
    """

    call: "Call"


@dataclass(frozen=True, slots=True)
class Ringing:
    """Our INVITE was answered provisionally, 101 to 199; may come several times."""

    call: "Call"
    status: int

    sdp: bytes | None = None
    "Early media, if any."


@dataclass(frozen=True, slots=True)
class Answered:
    """Our call was picked up; the ACK has been sent."""

    call: "Call"

    sdp: bytes
    "The answer; empty if the far end sent none at all."


@dataclass(frozen=True, slots=True)
class TargetFailed:
    """
    One of the places our call may go to could not take it.

    The next is tried; if there is none, `CallFailed` follows.
    """

    call: "Call"
    target: Hop

    status: int
    "503, or 408 if it did not answer."

    retry_after: int | None = None
    "Seconds for which it wants to be left alone, or None. RFC 3261 §20.33"


@dataclass(frozen=True, slots=True)
class CallFailed:
    """
    Our call was not picked up. Last event of a call.

    Four endings are made here and not by the far end, each with a Q.850 cause that
    `causes.ending_of` reads, so that no text is ever parsed:

    * nobody answered within *ring_timeout*: 487, "ring timeout", 19 (18 if it never
      rang);
    * nothing came at all until Timer B: 408, "no response", 102;
    * it could not be sent, or its connection broke: 503, "no connection", 38;
    * the owner hung up first: 487, "cancelled", None.
    """

    call: "Call"
    status: int
    "Of the final response, 300 to 699."

    reason: str
    "Its reason phrase, at most 80 printable characters; for people."

    q850: int | None = None
    "Cause of the Reason header, 1 to 127, or None. RFC 3326, RFC 6432."


@dataclass(frozen=True, slots=True)
class ReinviteReceived:
    """The far end wants other media: answer with `accept_reinvite` or `reject_reinvite`."""

    call: "Call"

    sdp: bytes | None
    "None: it asks for our offer; its answer comes as `OfferAnswered`."


@dataclass(frozen=True, slots=True)
class ReinviteAccepted:
    """The far end agrees to what `reinvite` offered."""

    call: "Call"
    sdp: bytes


@dataclass(frozen=True, slots=True)
class ReinviteRejected:
    """The far end refuses what `reinvite` offered; the media stay as they were."""

    call: "Call"

    status: int
    "408: nobody answered; whether the call is still there, only its media show."

    reason: str


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """The ACK brought the answer to the offer that our 200 made."""

    call: "Call"
    sdp: bytes


@dataclass(frozen=True, slots=True)
class HungUp:
    """
    The far end, or the network between us, ended the call. Last event of a call.

    Not sent for our own `hang_up` in an established call: its caller knows.
    """

    call: "Call"

    status: int | None
    """None: a BYE or CANCEL came. 408: our 200 was never acknowledged, or a request
    in the call was never answered. 481: the far end forgot the call."""

    reason: str
    q850: int | None = None


Event = (
    IncomingCall
    | Ringing
    | Answered
    | TargetFailed
    | CallFailed
    | ReinviteReceived
    | ReinviteAccepted
    | ReinviteRejected
    | OfferAnswered
    | HungUp
)
