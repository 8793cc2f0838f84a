"""
A SIP user agent on a UDP socket: feed it, drain it, keep its one timer.

I/O: one UDP socket, the event loop's timer.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable

from ..sip.agent import UserAgent
from ..sip.event import Event
from .transport import Address, UdpPort, open_udp

logger = logging.getLogger(__name__)

OnEvent = Callable[[Event], None]


class Signalling:
    """
    The shell round one `UserAgent`.

    Whoever calls a method of the agent or of one of its calls calls `flush` after it.

    Args:
        on_event: Called with each event, in order; may call the agent again.

        ignore: Whether a datagram is to be taken as lost; for a station that is told
            to misbehave.
    """

    def __init__(
        self, on_event: OnEvent, *, ignore: Callable[[bytes], bool] | None = None
    ) -> None:
        self._on_event = on_event
        self._ignore = ignore
        self._port: UdpPort | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._flushing = False
        self._changed = asyncio.Event()

    async def open(self, host: str, port: int) -> None:
        """
        Bind the socket.

        Args:
            host: An IP literal that the far end can answer to.

            port: 0 lets the system choose.

        Raises:
            OSError: If it cannot be bound.
        """
        self._port = await open_udp(host, port, self._datagram_received)
        self.agent = UserAgent(
            local=self._port.address, token=lambda: secrets.token_hex(12)
        )

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
                for data, address in self.agent.datagrams_to_send():
                    self._port.send(data, address)
                events = self.agent.events()
                if not events:
                    break
                for event in events:
                    self._on_event(event)
        finally:
            self._flushing = False
        self._set_timer()
        self._changed.set()

    async def wait_for_change(self) -> None:
        """Return after the next `flush`."""
        self._changed.clear()
        await self._changed.wait()

    def close(self) -> None:
        """Close the socket; idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._port is not None:
            self._port.close()
            self._port = None

    def _datagram_received(self, data: bytes, source: Address) -> None:
        if self._ignore is not None and self._ignore(data):
            return
        self.agent.receive_datagram(data, source, self.now())
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
