"""
One call, from either side: INVITE, re-INVITE, CANCEL, BYE.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Sequence
from enum import StrEnum


class CallState(StrEnum):
    """How far a call has come."""

    CALLING = "calling"
    "Our INVITE is out, nothing but 100 has come."

    RINGING = "ringing"
    "Our INVITE was answered 101 to 199."

    INCOMING = "incoming"
    "Theirs waits for our answer."

    ESTABLISHED = "established"
    ENDING = "ending"
    "CANCEL or BYE is on its way."

    ENDED = "ended"


class Call:
    """
    One dialog, made by `UserAgent.invite` or brought by `IncomingCall`.

    Every method may be called in any state: what makes no sense any more (the far
    end hung up meanwhile) does nothing.
    """

    id: str
    "The Call-ID; unique within its user agent."

    caller: str
    "User part of From, unescaped."

    called: str
    "User part of the Request-URI, unescaped."

    state: CallState
    remote_sdp: bytes | None
    "The last description the far end sent."

    def ring(self, now: float, *, sdp: bytes | None = None) -> None:
        """Answer 180, or 183 with early media."""
        raise NotImplementedError

    def accept(self, sdp: bytes, now: float) -> None:
        """Pick up: 200, repeated until the ACK."""
        raise NotImplementedError

    def reject(
        self,
        status: int,
        now: float,
        *,
        reason: str = "",
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Refuse an incoming call with 300 to 699; last thing in the call."""
        raise NotImplementedError

    def reinvite(self, sdp: bytes, now: float) -> None:
        """Offer other media; waits its turn if another offer is under way."""
        raise NotImplementedError

    def accept_reinvite(self, sdp: bytes, now: float) -> None:
        """Agree to the far end's offer."""
        raise NotImplementedError

    def reject_reinvite(self, status: int, now: float) -> None:
        """Refuse the far end's offer, e.g. 488; the media stay as they were."""
        raise NotImplementedError

    def hang_up(self, now: float, *, cause: str | None = None) -> None:
        """
        End the call in any state; idempotent.

        Args:
            now: Seconds on the owner's monotonic clock.

            cause: Value of a Reason header, e.g. 'Q.850;cause=16'.
        """
        raise NotImplementedError
