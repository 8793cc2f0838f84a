"""
Two user agents joined by a wire that exists in memory only, and in virtual time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from ecofax_gateway.sip import Call, Event, Hop, IncomingCall, UserAgent
from ecofax_gateway.sip.message import Request, Response, parse_message


def tokens(name: str) -> Callable[[], str]:
    """Tokens that are the same in each run."""
    source = Random(name)
    return lambda: f"{source.getrandbits(64):016x}"


@dataclass
class Wire:
    """
    Carries datagrams between addresses, and owns the time.

    *loss*, *double* and *delay* spread say how bad it is; *taps* see, change or drop
    (None) each message.
    """

    CALLER = ("192.0.2.1", 5060)
    CALLEE = ("192.0.2.2", 5070)
    OFFER = (
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"
        b"t=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
    )
    ANSWER = OFFER.replace(b"192.0.2.1", b"192.0.2.2")
    IMAGE = OFFER.replace(b"audio 4000 RTP/AVP 8", b"image 4000 udptl t38")

    loss: float = 0.0
    double: float = 0.0
    jitter: float = 0.0
    now: float = 1000.0
    random: Random = field(default_factory=lambda: Random(7))
    agents: dict = field(default_factory=dict)
    log: list = field(default_factory=list)
    events: list = field(default_factory=list)
    answer: Callable[[Event, "Wire"], None] | None = None
    tap: Callable[[Request | Response, bytes], bytes | None] | None = None
    _air: list = field(default_factory=list)

    def add(self, address, **options) -> UserAgent:
        """A user agent at that address."""
        agent = UserAgent(local=address, token=tokens(str(address)), **options)
        self.agents[address] = agent
        return agent

    def run(self, seconds: float = 60.0, *, until: Callable[[], bool] = lambda: False):
        """Let time pass."""
        end = self.now + seconds
        while True:
            self.collect()
            if until():
                return
            times = [at for at, *_ in self._air]
            times += [t for a in self.agents.values() if (t := a.next_timeout())]
            if not times or min(times) > end:
                self.now = end
                return
            self.now = max(self.now, min(times))
            landing = [item for item in self._air if item[0] <= self.now]
            self._air = [item for item in self._air if item[0] > self.now]
            for _, data, source, target in landing:
                if target in self.agents:
                    self.agents[target].receive_datagram(data, source, self.now)
                    self.collect()
            for agent in self.agents.values():
                agent.handle_timeout(self.now)

    def collect(self):
        """Take what the agents send and say."""
        for address, agent in self.agents.items():
            for event in agent.events():
                self.events.append((address, event))
                if self.answer is not None:
                    self.answer(event, self)
        for address, agent in self.agents.items():
            for data, target in agent.messages_to_send():
                self._carry(data, address, target[:2])

    def _carry(self, data, source, target):
        message = parse_message(data)
        self.log.append((self.now, source, message))
        if self.tap is not None:
            data = self.tap(message, data)
        if data is None or self.random.random() < self.loss:
            return
        for _ in range(2 if self.random.random() < self.double else 1):
            delay = 0.01 + self.jitter * self.random.random()
            self._air.append((self.now + delay, data, source, target))

    def sent_by(self, address) -> list[str]:
        """What an address sent, in short: "INVITE 1", "200 INVITE"."""
        return [
            f"{message.method} {message.cseq.number}"
            if isinstance(message, Request)
            else f"{message.status} {message.cseq.method}"
            for _, source, message in self.log
            if source == address
        ]

    def told(self, address) -> list[Event]:
        """The events of one agent."""
        return [event for where, event in self.events if where == address]

    def kinds(self, address) -> list[str]:
        """The names of its events."""
        return [type(event).__name__ for event in self.told(address)]

    def place(self, **options) -> Call:
        """A call from CALLER to CALLEE."""
        return self.agents[self.CALLER].invite(
            **{
                "to": "sip:0972101010@192.0.2.2",
                "request_uri": "sip:0972101010@192.0.2.2:5070",
                "from_uri": "sip:0366720307@192.0.2.1",
                "sdp": self.OFFER,
                "now": self.now,
                **options,
                "next_hop": Hop(*options.get("next_hop", self.CALLEE)),
            }
        )

    def received(self) -> Call:
        """The call as its callee sees it."""
        calls = [e.call for e in self.told(self.CALLEE) if isinstance(e, IncomingCall)]
        return calls[-1]


def pick_up(event: Event, wire: Wire) -> None:
    """The callee of most tests: rings and answers."""
    if isinstance(event, IncomingCall):
        event.call.ring(wire.now)
        event.call.accept(wire.ANSWER, wire.now)


@pytest.fixture
def wire() -> Wire:
    """A caller and a callee that picks up."""
    wire = Wire(answer=pick_up)
    wire.add(Wire.CALLER)
    wire.add(Wire.CALLEE)
    return wire
