"""
A fax machine with a SIP address: answers calls and keeps the faxes.

I/O: sockets, through the engine's; the logbook's folder.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from ..engine.media import open_media
from ..engine.signalling import Signalling
from ..engine.ticker import Ticker
from ..engine.tls import server_context
from ..engine.transport import Address
from ..sip.call import Call, CallState
from ..sip.event import Event, IncomingCall
from .behaviour import Behaviour, Conduct, Plan
from .logbook import Logbook, tell
from .options import StationOptions
from .reception import IncomingFax

logger = logging.getLogger(__name__)

MAX_CALLS = 500
"""At once: 20 % of a core, and two sockets each. More are answered 486."""


FAREWELL_S = 2.0
"""For callers to answer our BYEs; a call just picked up wants its ACK first."""


class Station:
    """
    Many fax machines behind one address.

    Args:
        host: The IP literal that callers answer to.

        options: For every call.

        logbook: Where faxes go.

        plans: What calls to some numbers meet; as written in the Request-URI.

        default: What calls to all others meet.
    """

    def __init__(
        self,
        host: str,
        options: StationOptions,
        logbook: Logbook,
        *,
        plans: Mapping[str, Plan],
        default: Plan,
    ) -> None:
        self._host = host
        self._options = options
        self._logbook = logbook
        self._plans = plans
        self._default = default
        self._ticker = Ticker()
        self._signalling = Signalling(self._sip_event, ignore=self._is_deaf_to)
        self._faxes: dict[str, IncomingFax] = {}
        self._deaf: set[bytes] = set()
        self._racing: dict[bytes, IncomingFax] = {}
        self._arrivals: asyncio.Queue[Call] = asyncio.Queue()

    async def open(
        self, port: int, *, certificate: Path | None = None, tls_port: int = 0
    ) -> Address:
        """
        Listen for SIP: by UDP and TCP, and by TLS if there is a certificate.

        Args:
            port: 0: any that is free.

            certificate: PEM file, chain and key; None: no TLS.

            tls_port: 0: any that is free.

        Raises:
            OSError: If a port cannot be bound, or the file is no certificate.
        """
        tls = server_context(certificate) if certificate is not None else None
        await self._signalling.open(self._host, port, tls=tls, tls_port=tls_port)
        return self._signalling.address

    @property
    def tls_port(self) -> int | None:
        """Where TLS is taken, or None."""
        return self._signalling.tls_port

    async def answer_calls(self) -> None:
        """Take calls, until cancelled."""
        while True:
            call = await self._arrivals.get()
            try:
                media = await open_media(self._host, self._ticker)
            except OSError as error:
                logger.error("no sockets for a call: %s", error)
                call.reject(500, self._signalling.now())
                self._signalling.flush()
                continue
            if call.state is not CallState.INCOMING:
                # Cancelled while the sockets were opened.
                media.close()
                continue
            behaviour = self._behaviour(call.called)
            tell(
                {
                    "event": "call",
                    "caller": call.caller,
                    "called": call.called,
                    "behaviour": str(behaviour.conduct),
                }
            )
            if behaviour.conduct is Conduct.NEVER_ENDING:
                self._deaf.add(call.id.encode("latin-1", "replace"))
            fax = IncomingFax(
                call,
                behaviour,
                self._options,
                signalling=self._signalling,
                media=media,
                logbook=self._logbook,
                on_over=self._forgetter(call),
            )
            self._faxes[call.id] = fax
            if behaviour.conduct is Conduct.CANCEL_RACE:
                self._racing[call.id.encode("latin-1", "replace")] = fax
            fax.begin()
            self._signalling.flush()

    async def close(self) -> None:
        """Hang up everything, wait a moment for the answers, stop; idempotent."""
        for fax in list(self._faxes.values()):
            fax.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                while not self._signalling.agent.is_idle:
                    await self._signalling.wait_for_change()
        self._ticker.close()
        self._signalling.close()

    def _behaviour(self, called: str) -> Behaviour:
        return self._plans.get(called, self._default).next_behaviour()

    def _forgetter(self, call: Call) -> Callable[[], None]:
        def forget() -> None:
            self._faxes.pop(call.id, None)
            self._racing.pop(call.id.encode("latin-1", "replace"), None)
            tell({"event": "call-over", "caller": call.caller, "called": call.called})

        return forget

    def _is_deaf_to(self, datagram: bytes) -> bool:
        if datagram.startswith(b"CANCEL "):
            for call_id in [each for each in self._racing if each in datagram]:
                # The 200 leaves as the CANCEL arrives: the two cross on the way.
                asyncio.get_running_loop().call_soon(self._racing.pop(call_id).pick_up)
                return True
        return datagram.startswith(b"BYE ") and any(
            call_id in datagram for call_id in self._deaf
        )

    def _sip_event(self, event: Event) -> None:
        if isinstance(event, IncomingCall):
            if len(self._faxes) + self._arrivals.qsize() >= MAX_CALLS:
                event.call.reject(486, self._signalling.now())
            else:
                self._arrivals.put_nowait(event.call)
        elif (fax := self._faxes.get(event.call.id)) is not None:
            fax.take(event)
