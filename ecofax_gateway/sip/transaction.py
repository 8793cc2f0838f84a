"""
Transactions: a request, its repeats, its responses and the timers between them.

Pure: no I/O, no clock, no randomness.

What happens in which state is in the tables of `machine`; everything that changes a
transaction's state is in this file.

Standards:
    RFC 3261 §17.1 -- client transactions; §17.2 -- server transactions
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from .agenda import Agenda
from .hop import Hop
from .machine import (
    IDLE,
    MACHINES,
    RELIABLE_WAITS,
    WAITS,
    Act,
    Kind,
    Repeat,
    State,
    Stimulus,
    Timers,
    stimulus_of,
)
from .message import Request, Response, format_message

Send = Callable[[bytes, Hop], None]
"""Puts one message in line."""


class TransactionUser(Protocol):
    """Who is told what a client transaction receives."""

    def receive_response(
        self, transaction: "Transaction", response: Response, now: float
    ) -> None:
        """A response that is no repeat, except 2xx to INVITE, which all come."""

    def no_response(self, transaction: "Transaction", now: float) -> None:
        """Nothing final came in time."""

    def no_way(self, transaction: "Transaction", now: float) -> None:
        """It could not be sent, or its connection broke: treated like a 503."""


class Transaction:
    """
    One transaction, client or server.

    Args:
        kind: Which machine.

        request: With the Via it is sent or was received with.

        peer: Where our messages go; what it is decides whether they are repeated.

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
        peer: Hop,
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
        self.is_hasty = False
        "Whether its user has somewhere else to go if nobody listens at *peer*."

        self.began = 0.0
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
        self.began = now
        self._last = format_message(self.request)
        self._send(self._last, self.peer)
        self._enter(self.state, now)

    def move(self, request: Request, peer: Hop, now: float) -> None:
        """Begin again by another way: the first was found closed; clients only."""
        self.request = request
        self.peer = self.source = peer
        self.state = State.TRYING
        self.start(now)

    def break_off(self, now: float) -> None:
        """
        The way is gone: nobody will answer; clients only.

        Standards:
            RFC 3261 §8.1.3.1, §17.1.4 -- a transport error ends the transaction
        """
        if self.is_pending:
            self._enter(State.TERMINATED, now)
            if self._user is not None:
                self._user.no_way(self, now)

    def receive_response(self, response: Response, now: float) -> None:
        """Take a response that belongs to this client transaction."""
        act = self._step(stimulus_of(response.status), now)
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
        if Act.TELL in self._step(stimulus_of(response.status), now):
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
            wait = WAITS[self.kind, self.state]  # streams repeat nothing
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
        wait = WAITS.get((self.kind, state), IDLE)
        if self.peer.transport.is_stream:
            wait = RELIABLE_WAITS.get((self.kind, state), wait)
        self._interval = self._timers.t1
        if wait.repeat is Repeat.SLOW:
            self._interval = self._timers.t2
        repeats = wait.repeat is not Repeat.NEVER
        self._next_repeat = now + self._interval if repeats else None
        lifetime = wait.lifetime(self._timers)
        if lifetime is not None:
            self._expires = now + lifetime
        elif wait is IDLE:
            self._expires = None
        self._schedule()

    def _schedule(self) -> None:
        deadlines = [d for d in (self._next_repeat, self._expires) if d is not None]
        if deadlines and self.state is not State.TERMINATED:
            self._agenda.set(self, min(deadlines))
        else:
            self._agenda.clear(self)


class StatelessTransaction(Transaction):
    """
    A server transaction that remembers nothing: each repeat is answered anew.

    Standards:
        RFC 3261 §8.2.7 -- stateless UAS
    """

    def respond(self, response: Response, now: float) -> None:
        """Send a response, and forget it."""
        self._send(format_message(response), self.peer)


def _ack(request: Request, response: Response) -> Request:
    """The ACK of a refusal: of the INVITE's own making. RFC 3261 §17.1.1.3."""
    kept = ("via", "from", "call-id", "route", "max-forwards")
    headers = [(n, v) for n, v in request.headers if n.lower() in kept]
    headers += [
        ("To", response.header("To") or ""),
        ("CSeq", f"{request.cseq.number} ACK"),
    ]
    return replace(request, method="ACK", headers=tuple(headers), body=b"")
