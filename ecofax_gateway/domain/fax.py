"""
A fax: one number of one campaign, and the states it goes through.

Pure: no I/O, no clock, no randomness.
"""

from enum import StrEnum


class FaxState(StrEnum):
    """Where a fax stands."""

    WAITING = "waiting"
    "Its pages are not made yet, or its campaign has not let it go (draft, canary)."

    SCHEDULED = "scheduled"
    "Due later: planned by the requester, or a retry."

    QUEUED = "queued"
    "Due: the next free channel takes it."

    DIALING = "dialing"
    "A call is under way; the phase says how far."

    SENT = "sent"
    "Every page was confirmed by the far end."

    FAILED = "failed"
    "Given up; the ending says why."

    UNKNOWN = "unknown"
    "The process died after the call began. Never redialled by itself."

    HELD = "held"
    "Its sender is asked whether it is meant; see `Hold`."

    CANCELLED = "cancelled"


class Hold(StrEnum):
    """Why a fax is held by itself, and not with its whole campaign."""

    REPEAT = "repeat"
    "The same pages went to its number a short time ago; its sender is asked."

    RELEASED = "released"
    "It was that, and shall go all the same."


class Phase(StrEnum):
    """How far the call of a dialing fax has come; each is written before the next."""

    CLAIMED = "claimed"
    "A channel is taken; nothing has left this machine."

    INVITING = "inviting"
    "Intent: the INVITE leaves only after this is committed."

    RINGING = "ringing"
    ANSWERED = "answered"

    SENDING = "sending"
    "At least one page was confirmed."


FINAL = frozenset(
    {FaxState.SENT, FaxState.FAILED, FaxState.UNKNOWN, FaxState.CANCELLED}
)
"""Nothing more happens by itself."""

TRANSITIONS: dict[FaxState, frozenset[FaxState]] = {
    FaxState.WAITING: frozenset(
        {
            FaxState.SCHEDULED,
            FaxState.QUEUED,
            FaxState.HELD,
            FaxState.FAILED,
            FaxState.CANCELLED,
        }
    ),
    # Both fail uncalled where another fax learns that the number does not exist.
    FaxState.SCHEDULED: frozenset(
        {FaxState.QUEUED, FaxState.FAILED, FaxState.CANCELLED}
    ),
    FaxState.QUEUED: frozenset({FaxState.DIALING, FaxState.FAILED, FaxState.CANCELLED}),
    FaxState.DIALING: frozenset(
        {
            FaxState.SENT,
            FaxState.FAILED,
            FaxState.UNKNOWN,
            FaxState.SCHEDULED,
            FaxState.QUEUED,
            FaxState.CANCELLED,
        }
    ),
    FaxState.HELD: frozenset({FaxState.WAITING, FaxState.CANCELLED}),
    FaxState.SENT: frozenset(),
    FaxState.FAILED: frozenset(),
    # A late result of the same call may settle it. It is not called again even then.
    FaxState.UNKNOWN: frozenset({FaxState.SENT, FaxState.FAILED, FaxState.CANCELLED}),
    FaxState.CANCELLED: frozenset(),
}
"""What may follow what; the store's updates name the state they expect."""
