"""
Transactions: a request, its repeats, its responses and the timers between them.

Pure: no I/O, no clock, no randomness.

The four machines are tables, `MACHINES` for what happens and `WAITS` for how long it
may take. Everything that changes a transaction's state is in this file.

Standards:
    RFC 3261 §17 -- the four machines, timers A to K
    RFC 6026 §7, §8 -- the Accepted state, timers L and M
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, Flag, StrEnum, auto
from typing import Protocol

from .agenda import Agenda
from .message import Request, Response, format_message

Address = tuple[str, int]
"""IP literal and port."""

Send = Callable[[bytes, Address], None]
"""Puts one datagram in line."""


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
"""States missing here wait for the user: ringing has its own limit in the call."""


class TransactionUser(Protocol):
    """Who is told what a client transaction receives."""

    def receive_response(
        self, transaction: "Transaction", response: Response, now: float
    ) -> None:
        """A response that is no repeat, except 2xx to INVITE, which all come."""

    def no_response(self, transaction: "Transaction", now: float) -> None:
        """Nothing final came in time."""


class Transaction:
    """
    One transaction, client or server.

    Args:
        kind: Which machine.

        request: With the Via it is sent or was received with.

        peer: Where our messages go.

        timers: Of the user agent.

        agenda: Wakes it.

        send: Takes its datagrams.

        user: Hears of responses; None for a server.

        forget: Called once when it is over.
    """

    def __init__(
        self,
        kind: Kind,
        request: Request,
        peer: Address,
        *,
        timers: Timers,
        agenda: Agenda,
        send: Send,
        user: TransactionUser | None = None,
        forget: Callable[[], object],
    ) -> None:
        self.kind = kind
        self.request = request
        self.peer = peer
        self.source = peer
        "Where the far end's last message really came from."

        invite_server = kind is Kind.INVITE_SERVER
        self.state = State.PROCEEDING if invite_server else State.TRYING
        self._timers = timers
        self._agenda = agenda
        self._send = send
        self._user = user
        self._forget = forget
        self._last = b""
        self._interval = 0.0
        self._next_repeat: float | None = None
        self._expires: float | None = None

    def start(self, now: float) -> None:
        """Send the request; clients only."""
        self._last = format_message(self.request)
        self._send(self._last, self.peer)
        self._enter(self.state, now)

    def receive_response(self, response: Response, now: float) -> None:
        """Take a response that belongs to this client transaction."""
        act = self._step(_stimulus_of(response), now)
        if Act.SEND_ACK in act:
            self._send(format_message(_ack(self.request, response)), self.peer)
        if Act.TELL in act and self._user is not None:
            self._user.receive_response(self, response, now)

    def receive_request(self, request: Request, now: float) -> None:
        """Take a repeat of a server transaction's request, or the ACK of a refusal."""
        is_ack = request.method == "ACK"
        act = self._step(Stimulus.ACK if is_ack else Stimulus.REPEAT, now)
        if Act.SEND_AGAIN in act and self._last:
            self._send(self._last, self.peer)

    def respond(self, response: Response, now: float) -> None:
        """Send a response; one that comes too late, or a second final one, is lost."""
        if Act.TELL in self._step(_stimulus_of(response), now):
            self._last = format_message(response)
            self._send(self._last, self.peer)

    def expire_at(self, when: float) -> None:
        """End by itself at *when*: for an INVITE that was cancelled and stays silent."""
        self._expires = when
        self._schedule()

    def handle_timeout(self, now: float) -> None:
        """Repeat, or end."""
        if self._expires is not None and now >= self._expires:
            if Act.GIVE_UP in self._step(Stimulus.EXPIRED, now) and self._user:
                self._user.no_response(self, now)
            return
        if self._next_repeat is not None and now >= self._next_repeat:
            self._send(self._last, self.peer)
            self._interval *= 2
            wait = WAITS[self.kind, self.state]
            if wait.repeat is not Repeat.DOUBLING:
                self._interval = min(self._interval, self._timers.t2)
            self._next_repeat = now + self._interval
        self._schedule()

    @property
    def is_pending(self) -> bool:
        """Whether no final response has gone through it yet."""
        return self.state in (State.TRYING, State.PROCEEDING)

    @property
    def is_refused(self) -> bool:
        """Whether a server transaction ended in 300 to 699, whose ACK is its own."""
        return self.state in (State.COMPLETED, State.CONFIRMED)

    def _step(self, stimulus: Stimulus, now: float) -> Act:
        steps = MACHINES[self.kind].get(self.state, {})
        state, act = steps.get(stimulus, (self.state, Act.NOTHING))
        if state is not self.state:
            self._enter(state, now)
        return act

    def _enter(self, state: State, now: float) -> None:
        self.state = state
        if state is State.TERMINATED:
            self._agenda.clear(self)
            self._forget()
            return
        wait = WAITS.get((self.kind, state), Wait(Repeat.NEVER, _same))
        self._interval = self._timers.t1
        if wait.repeat is Repeat.SLOW:
            self._interval = self._timers.t2
        repeats = wait.repeat is not Repeat.NEVER
        self._next_repeat = now + self._interval if repeats else None
        lifetime = wait.lifetime(self._timers)
        if lifetime is not None:
            self._expires = now + lifetime
        elif not repeats:
            self._expires = None
        self._schedule()

    def _schedule(self) -> None:
        deadlines = [d for d in (self._next_repeat, self._expires) if d is not None]
        if deadlines and self.state is not State.TERMINATED:
            self._agenda.set(self, min(deadlines))
        else:
            self._agenda.clear(self)


def _stimulus_of(response: Response) -> Stimulus:
    if response.status < 200:
        return Stimulus.PROVISIONAL
    return Stimulus.SUCCESS if response.status < 300 else Stimulus.FAILURE


def _ack(request: Request, response: Response) -> Request:
    """The ACK of a refusal: of the INVITE's own making. RFC 3261 §17.1.1.3."""
    kept = ("via", "from", "call-id", "route", "max-forwards")
    headers = [(n, v) for n, v in request.headers if n.lower() in kept]
    headers += [
        ("To", response.header("To") or ""),
        ("CSeq", f"{request.cseq.number} ACK"),
    ]
    return replace(request, method="ACK", headers=tuple(headers), body=b"")
