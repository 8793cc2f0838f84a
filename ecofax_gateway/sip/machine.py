"""
The four transaction machines of SIP, as tables.

Pure: no I/O, no clock, no randomness.

`MACHINES` says what happens, `WAITS` how long it may take; `transaction` runs them.

Standards:
    RFC 3261 §17 -- the four machines, timers A to K
    RFC 6026 §7, §8 -- the Accepted state, timers L and M
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, Flag, StrEnum, auto


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """The three times of RFC 3261 §17 from which all others follow, in seconds."""

    t1: float = 0.5
    "Estimate of the round trip."

    t2: float = 4.0
    "Longest interval between repeats."

    t4: float = 5.0
    "How long a message may stay in the network."

    @property
    def patience(self) -> float:
        """Timers B, F, H, J, L and M: 64 x T1. Timer D too: "at least 32 s" is that."""
        return 64 * self.t1


STANDARD_TIMERS = Timers()
"""RFC 3261 table 4."""


class Kind(StrEnum):
    """The four machines."""

    INVITE_CLIENT = "invite-client"
    OTHER_CLIENT = "other-client"
    INVITE_SERVER = "invite-server"
    OTHER_SERVER = "other-server"


class State(StrEnum):
    """The states of all four machines; CALLING of the standard is TRYING here."""

    TRYING = "trying"
    PROCEEDING = "proceeding"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    TERMINATED = "terminated"


class Stimulus(StrEnum):
    """What can happen to a transaction."""

    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "3xx-6xx"
    REPEAT = "repeat"
    "The request came again."

    ACK = "ack"
    EXPIRED = "expired"
    "The state's lifetime is over."


class Act(Flag):
    """What a step does."""

    NOTHING = 0
    TELL = auto()
    "Client: hand the response to the user. Server: send the user's response."

    SEND_ACK = auto()
    SEND_AGAIN = auto()
    "The last response."

    GIVE_UP = auto()
    "Tell the user that nobody answered."


_Step = tuple[State, Act]

_ANSWERED = {
    Stimulus.PROVISIONAL: (State.PROCEEDING, Act.TELL),
    Stimulus.SUCCESS: (State.COMPLETED, Act.TELL),
    Stimulus.FAILURE: (State.COMPLETED, Act.TELL),
}
_INVITE_ANSWERED = {
    Stimulus.PROVISIONAL: (State.PROCEEDING, Act.TELL),
    Stimulus.SUCCESS: (State.ACCEPTED, Act.TELL),
    Stimulus.FAILURE: (State.COMPLETED, Act.TELL),
}
_DONE = {Stimulus.EXPIRED: (State.TERMINATED, Act.NOTHING)}
_LOST = {Stimulus.EXPIRED: (State.TERMINATED, Act.GIVE_UP)}

_INVITE_SENT: dict[Stimulus, _Step] = {
    **_INVITE_ANSWERED,
    # The ACK goes out before the user hears: a new INVITE with credentials that
    # overtakes the ACK of the 401 is refused by some servers.
    Stimulus.FAILURE: (State.COMPLETED, Act.SEND_ACK | Act.TELL),
    **_LOST,
}

MACHINES: dict[Kind, dict[State, dict[Stimulus, _Step]]] = {
    Kind.INVITE_CLIENT: {
        State.TRYING: _INVITE_SENT,
        State.PROCEEDING: _INVITE_SENT,
        State.COMPLETED: {
            Stimulus.FAILURE: (State.COMPLETED, Act.SEND_ACK),
            **_DONE,
        },
        State.ACCEPTED: {Stimulus.SUCCESS: (State.ACCEPTED, Act.TELL), **_DONE},
    },
    Kind.OTHER_CLIENT: {
        State.TRYING: {**_ANSWERED, **_LOST},
        State.PROCEEDING: {**_ANSWERED, **_LOST},
        State.COMPLETED: _DONE,
    },
    Kind.INVITE_SERVER: {
        State.PROCEEDING: {
            **_INVITE_ANSWERED,
            Stimulus.REPEAT: (State.PROCEEDING, Act.SEND_AGAIN),
        },
        State.COMPLETED: {
            Stimulus.REPEAT: (State.COMPLETED, Act.SEND_AGAIN),
            Stimulus.ACK: (State.CONFIRMED, Act.NOTHING),
            **_DONE,
        },
        State.CONFIRMED: _DONE,
        # RFC 6026 §7.1: a repeated INVITE is absorbed, the user repeats the 2xx.
        State.ACCEPTED: {Stimulus.SUCCESS: (State.ACCEPTED, Act.TELL), **_DONE},
    },
    Kind.OTHER_SERVER: {
        State.TRYING: _ANSWERED,
        State.PROCEEDING: {
            **_ANSWERED,
            Stimulus.REPEAT: (State.PROCEEDING, Act.SEND_AGAIN),
        },
        State.COMPLETED: {
            Stimulus.REPEAT: (State.COMPLETED, Act.SEND_AGAIN),
            **_DONE,
        },
    },
}
"""Kind, state and stimulus to next state and act; what is missing changes nothing."""


class Repeat(Enum):
    """How the intervals between repeats grow."""

    NEVER = auto()
    DOUBLING = auto()
    "Timer A: T1, 2 T1, 4 T1 ..."

    CAPPED = auto()
    "Timers E and G: doubling up to T2."

    SLOW = auto()
    "Timer E once a provisional came: every T2."


@dataclass(frozen=True, slots=True)
class Wait:
    """What a state waits for: repeats until its lifetime is over."""

    repeat: Repeat
    lifetime: Callable[[Timers], float | None]
    """Seconds from the state's beginning; None: the one before goes on, or nothing."""


def _patience(timers: Timers) -> float:
    return timers.patience


def _t4(timers: Timers) -> float:
    return timers.t4


def _same(timers: Timers) -> None:
    return None


WAITS: dict[tuple[Kind, State], Wait] = {
    (Kind.INVITE_CLIENT, State.TRYING): Wait(Repeat.DOUBLING, _patience),  # A, B
    (Kind.INVITE_CLIENT, State.COMPLETED): Wait(Repeat.NEVER, _patience),  # D
    (Kind.INVITE_CLIENT, State.ACCEPTED): Wait(Repeat.NEVER, _patience),  # M
    (Kind.OTHER_CLIENT, State.TRYING): Wait(Repeat.CAPPED, _patience),  # E, F
    (Kind.OTHER_CLIENT, State.PROCEEDING): Wait(Repeat.SLOW, _same),  # E, F goes on
    (Kind.OTHER_CLIENT, State.COMPLETED): Wait(Repeat.NEVER, _t4),  # K
    (Kind.INVITE_SERVER, State.COMPLETED): Wait(Repeat.CAPPED, _patience),  # G, H
    (Kind.INVITE_SERVER, State.CONFIRMED): Wait(Repeat.NEVER, _t4),  # I
    (Kind.INVITE_SERVER, State.ACCEPTED): Wait(Repeat.NEVER, _patience),  # L
    (Kind.OTHER_SERVER, State.COMPLETED): Wait(Repeat.NEVER, _patience),  # J
}
"""States missing here are `IDLE`."""


def _nothing(timers: Timers) -> float:
    return 0.0


RELIABLE_WAITS: dict[tuple[Kind, State], Wait] = {
    (Kind.INVITE_CLIENT, State.TRYING): Wait(Repeat.NEVER, _patience),  # B
    (Kind.INVITE_CLIENT, State.COMPLETED): Wait(Repeat.NEVER, _nothing),  # D
    (Kind.OTHER_CLIENT, State.TRYING): Wait(Repeat.NEVER, _patience),  # F
    (Kind.OTHER_CLIENT, State.PROCEEDING): Wait(Repeat.NEVER, _same),  # F goes on
    (Kind.OTHER_CLIENT, State.COMPLETED): Wait(Repeat.NEVER, _nothing),  # K
    (Kind.INVITE_SERVER, State.COMPLETED): Wait(Repeat.NEVER, _patience),  # H
    (Kind.INVITE_SERVER, State.CONFIRMED): Wait(Repeat.NEVER, _nothing),  # I
    (Kind.OTHER_SERVER, State.COMPLETED): Wait(Repeat.NEVER, _nothing),  # J
}
"""What differs over TCP and TLS, where nothing is repeated."""

IDLE = Wait(Repeat.NEVER, _same)
"""Waits for the user: ringing has its own limit in the call."""


def stimulus_of(status: int) -> Stimulus:
    """What a response is to a machine."""
    if status < 200:
        return Stimulus.PROVISIONAL
    return Stimulus.SUCCESS if status < 300 else Stimulus.FAILURE
