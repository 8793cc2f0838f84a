"""
A SIP user agent on its sockets: feed it, drain it, keep its one timer.

I/O: one UDP socket, TCP and TLS connections, the event loop's timer.
"""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Awaitable, Callable, Sequence

from ..sip.agent import UserAgent
from ..sip.event import Event
from ..sip.hop import Hop, Transport
from ..sip.locating import Place
from ..sip.stream import PING
from .streams import Streams
from .transport import Address, UdpPort, open_udp

logger = logging.getLogger(__name__)

OnEvent = Callable[[Event], None]

OnMessage = Callable[[bool, bytes, Hop], None]
"""Hears each message, whether it is ours, and where it goes or comes from."""

Find = Callable[[Place], Awaitable[Sequence[Hop]]]
"""Raises OSError if there is nothing to be found."""

PORT_TRIES = 20
"""To find a port that is free for both UDP and TCP."""


class Signalling:
    """
    The shell round one `UserAgent`.

    Whoever calls a method of the agent or of one of its calls calls `flush` after it.

    Args:
        on_event: Called with each event, in order; may call the agent again.

        ignore: Whether a message is to be taken as lost; for a station that is told
            to misbehave.

        on_message: Sees each message on its way; must not raise.

        takes_calls: False: whoever calls is answered 403.

        find: Looks up host names that far ends write; None: their neighbour on the way
            has to know them.
    """

    def __init__(
        self,
        on_event: OnEvent,
        *,
        ignore: Callable[[bytes], bool] | None = None,
        on_message: OnMessage = lambda from_us, data, hop: None,
        find: Find | None = None,
        takes_calls: bool = True,
    ) -> None:
        self._on_event = on_event
        self._on_message = on_message
        self._ignore = ignore
        self._find = find
        self._takes_calls = takes_calls
        self._finding: dict[Place, asyncio.Task[None]] = {}
        self._port: UdpPort | None = None
        self.streams = Streams(self._received, self._flow_opened, self._flow_closed)
        self._timer: asyncio.TimerHandle | None = None
        self._flushing = False
        self._changed = asyncio.Event()
        self.tls_port: int | None = None
        "Where TLS is taken, or None."

    async def open(
        self,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None = None,
        tls_port: int = 0,
    ) -> None:
        """
        Bind the sockets: UDP and TCP on one port, TLS on another.

        Args:
            host: An IP literal that the far end can answer to.

            port: 0 lets the system choose.

            tls: With our certificate; None: no TLS is taken, only opened.

            tls_port: 0 lets the system choose.

        Raises:
            OSError: If one cannot be bound.
        """
        listening = {Transport.TCP: await self._bind(host, port)}
        if tls is not None:
            listening[Transport.TLS] = await self.streams.listen(host, tls_port, tls)
            self.tls_port = listening[Transport.TLS][1]
        assert self._port is not None
        self.agent = UserAgent(
            local=self._port.address,
            token=lambda: secrets.token_hex(12),
            streams=listening,
            takes_calls=self._takes_calls,
        )

    async def _bind(self, host: str, port: int) -> Address:
        """RFC 3261 §18: "All SIP elements MUST implement UDP and TCP"."""
        for attempt in range(PORT_TRIES):
            self._port = await open_udp(
                host, port, self._datagram_received, self._refused
            )
            try:
                return await self.streams.listen(host, self._port.address[1])
            except OSError:
                self._port.close()
                self._port = None
                if port or attempt == PORT_TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    @property
    def address(self) -> Address:
        """Where it listens."""
        assert self._port is not None
        return self._port.address

    def now(self) -> float:
        """The clock that the agent's methods want."""
        return asyncio.get_running_loop().time()

    def flush(self) -> None:
        """Send what is to be sent, tell what happened, set the timer."""
        if self._flushing or self._port is None:
            return
        self._flushing = True
        try:
            while True:
                for hop in self.agent.flows_to_open():
                    self.streams.open(hop)
                self.send_waiting()
                events = self.agent.events()
                if not events:
                    break
                for event in events:
                    self._on_event(event)
        finally:
            self._flushing = False
        for place in self.agent.places_to_find():
            if self._find is not None and place not in self._finding:
                task = asyncio.get_running_loop().create_task(self._look_up(place))
                self._finding[place] = task
        self._set_timer()
        self._changed.set()

    async def _look_up(self, place: Place) -> None:
        assert self._find is not None
        try:
            self.agent.place_found(place, await self._find(place))
        except OSError as error:
            logger.debug("%s", error)
        finally:
            del self._finding[place]

    def send_waiting(self) -> None:
        """Send what is to be sent, and no more; also inside `flush`."""
        if self._port is None:
            return
        for data, hop in self.agent.messages_to_send():
            self._on_message(True, data, hop)
            if hop.transport.is_stream:
                self.streams.send(data, hop)
            else:
                self._port.send(data, hop.address)

    def keep_alive(self, hop: Hop) -> None:
        """Send what is no message, so that a NAT gateway on the way remembers us."""
        if self._port is not None and not hop.transport.is_stream:
            self._port.send(PING, hop.address)

    async def wait_for_change(self) -> None:
        """Return after the next `flush`."""
        self._changed.clear()
        await self._changed.wait()

    def close(self) -> None:
        """Close the sockets; idempotent."""
        self.streams.close()
        for task in list(self._finding.values()):
            task.cancel()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._port is not None:
            self._port.close()
            self._port = None

    def _datagram_received(self, data: bytes, source: Address) -> None:
        self._received(data, Hop(*source))

    def _received(self, data: bytes, source: Hop) -> None:
        if self._port is None or (self._ignore is not None and self._ignore(data)):
            return
        self._on_message(False, data, source)
        self.agent.receive(data, source, self.now())
        self.flush()

    def _refused(self, address: Address) -> None:
        if self._port is not None:
            self.agent.refused(address, self.now())
            self.flush()

    def _flow_opened(self, hop: Hop, local: Address) -> None:
        if self._port is not None:
            self.agent.flow_opened(hop, local, self.now())
            self.flush()

    def _flow_closed(self, hop: Hop) -> None:
        if self._port is not None:
            self.agent.flow_closed(hop, self.now())
            self.flush()

    def _timer_fired(self) -> None:
        self._timer = None
        self.agent.handle_timeout(self.now())
        self.flush()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.agent.next_timeout()
        if due is not None:
            self._timer = asyncio.get_running_loop().call_at(due, self._timer_fired)
