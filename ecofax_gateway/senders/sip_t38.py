"""
Send by SIP and T.38: the call engine, held as a child process.

I/O: one child process and its pipes.

The engine's death is the only thing that leaves a call's end unknown; then its calls
raise `EngineLost`, and a fresh engine takes the next ones.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from ..domain.errors import EngineLost, Malformed
from ..domain.outcome import Ending, Outcome
from ..engine.protocol import (
    Command,
    Ended,
    Event,
    HangUp,
    KeepTrunk,
    PlaceCall,
    Progress,
    Ready,
    TrunkHealth,
    format_command,
    parse_event,
)
from .contract import OnProgress

logger = logging.getLogger(__name__)

ENGINE_MODULE = "ecofax_gateway.engine.main"

MAX_LINE = 1 << 19
"""Bytes of one event; an `Ended` with its journal has some thousands, the longest that
a journal allows, all of it characters that JSON escapes, 400 000."""

READY_TIMEOUT_S = 20.0
"""From exec to `Ready`: an interpreter on a busy machine."""

FAREWELL_S = 5.0
"""From end of input to exit; the engine itself takes at most 2.5 s."""

RESTART_DELAYS_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Before each start after a death; the last one is kept. A life of `STEADY_S` resets."""

STEADY_S = 60.0


@dataclass(slots=True)
class _Pending:
    """A call under way: what came of it and was not handed on yet."""

    events: asyncio.Queue[Progress | Ended | None] = field(
        default_factory=asyncio.Queue
    )
    "None: the engine died."


class SipT38Sender:
    """
    Sends faxes through a call engine of its own; implements `contract.Sender`.

    Args:
        bind: IP literal of this machine that the trunks can reach.

        sip_port: 0 lets the system choose.

        engine_options: More options for the engine, e.g. "--verbose".
    """

    def __init__(
        self,
        *,
        bind: str = "127.0.0.1",
        sip_port: int = 0,
        engine_options: Sequence[str] = (),
    ) -> None:
        self._command = (
            sys.executable,
            "-m",
            ENGINE_MODULE,
            f"--bind={bind}",
            f"--sip-port={sip_port}",
            *engine_options,
        )
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[int] | None = None
        self._pending: dict[str, _Pending] = {}
        self._trunks: tuple[KeepTrunk, ...] = ()
        self._on_health: Callable[[TrunkHealth], None] | None = None
        self._closing = asyncio.Event()
        self._died = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    @property
    def engine_pid(self) -> int | None:
        """The child's process id, for the operator's eyes."""
        return self._process.pid if self._process is not None else None

    @property
    def sip_port(self) -> int | None:
        """Where the engine listens for SIP, or None while there is none."""
        ready = self._ready
        return (
            ready.result() if ready and ready.done() and not ready.cancelled() else None
        )

    async def start(self) -> None:
        """
        Start the engine, and keep one running until `close`.

        Raises:
            EngineLost: If it does not come up, e.g. because its port is taken; its own
                log on standard error says why.
        """
        self._ready = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep_running())
        died = asyncio.create_task(self._died.wait())
        try:
            await asyncio.wait(
                (self._ready, died, self._keeper),
                timeout=READY_TIMEOUT_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            died.cancel()
        if not self._ready.done():
            await self.close()
            raise EngineLost("the engine does not come up")

    def keep_trunks(
        self, trunks: Sequence[KeepTrunk], on_health: Callable[[TrunkHealth], None]
    ) -> None:
        """
        Have the engine look after trunks, this one and those that come after it.

        Args:
            on_health: Called when a trunk is found in another state, also again by a
                new engine.
        """
        self._trunks, self._on_health = tuple(trunks), on_health
        if self.sip_port is not None:
            self._tell_trunks()

    def _tell_trunks(self) -> None:
        for trunk in self._trunks:
            self._tell(trunk)

    async def close(self) -> None:
        """
        Hang up every call and end the engine; idempotent.

        Calls under way get the engine's last word, CANCELLED as a rule.
        """
        self._closing.set()
        if self._keeper is not None:
            await self._keeper
            self._keeper = None

    async def send(self, call: PlaceCall, on_progress: OnProgress) -> Outcome:
        """
        Place one call and stay until it is over; see `contract.Sender.send`.

        If it is cancelled, the call is hung up and not waited for.
        """
        if call.call in self._pending:
            raise ValueError(f"call {call.call!r} is under way")
        pending = _Pending()
        try:
            await self._engine_ready()
        except EngineLost as error:
            # Nothing has left: no reason to call the fax unknown.
            return Outcome(ending=Ending.LOCAL_FAULT, detail=str(error))
        self._pending[call.call] = pending
        over = False
        try:
            self._tell(call)
            while True:
                event = await pending.events.get()
                match event:
                    case Progress():
                        await on_progress(event)
                    case Ended(outcome=outcome):
                        over = True
                        return outcome
                    case None:
                        over = True
                        raise EngineLost(f"the engine ended under call {call.call}")
        finally:
            del self._pending[call.call]
            if not over:
                self._tell(HangUp(call=call.call))

    async def hang_up(self, call: str) -> None:
        """End the call of that reference, if it is still under way."""
        if call in self._pending:
            self._tell(HangUp(call=call))

    def _tell(self, command: Command) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        process.stdin.write(format_command(command))

    async def _engine_ready(self) -> None:
        if self._ready is None or self._closing.is_set():
            raise EngineLost("the engine is not running")
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                await asyncio.shield(self._ready)
        except TimeoutError:
            raise EngineLost("the engine does not come up") from None

    async def _keep_running(self) -> None:
        loop = asyncio.get_running_loop()
        deaths = 0
        while not self._closing.is_set():
            delay = RESTART_DELAYS_S[min(deaths, len(RESTART_DELAYS_S) - 1)]
            if delay and await self._closed_within(delay):
                break
            began = loop.time()
            try:
                await self._run_engine()
            except OSError as error:
                logger.error("the call engine cannot be started: %s", error)
            finally:
                self._let_go()
            if not self._closing.is_set():
                deaths = 1 if loop.time() - began > STEADY_S else deaths + 1
                logger.error("the call engine ended; starting another")

    def _let_go(self) -> None:
        """Tell every call that the engine is gone; the next ones wait for another."""
        self._process = None
        self._died.set()
        if self._ready is None or self._ready.done():
            self._ready = asyncio.get_running_loop().create_future()
        for pending in self._pending.values():
            pending.events.put_nowait(None)

    async def _closed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True

    async def _run_engine(self) -> None:
        """One life of the engine, from exec to exit."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=MAX_LINE,
            # Signals to the whole group are for the daemon, which lets calls finish.
            start_new_session=True,
        )
        self._process = process
        assert process.stdout is not None
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(self._read_events(process.stdout))
            closing = tasks.create_task(self._closing.wait())
            await asyncio.wait((reading, closing), return_when=asyncio.FIRST_COMPLETED)
            await self._bury(process, reading)
            closing.cancel()

    async def _bury(
        self, process: asyncio.subprocess.Process, reading: asyncio.Task[None]
    ) -> None:
        """
        End the process: kindly, while its last events are read, then by force.
        """
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.wait((reading,))
                await process.wait()
        except TimeoutError:
            logger.error("the call engine does not end; killed")
            process.kill()
            await process.wait()

    async def _read_events(self, output: asyncio.StreamReader) -> None:
        """Hand each event to its call, until the engine closes its output."""
        while True:
            try:
                line = await output.readline()
                if not line:
                    return
                self._route(parse_event(line))
            except (Malformed, ValueError) as error:
                # Whatever it is now, it is not our engine; its end is handled above.
                logger.error("the call engine writes nonsense: %s", error)
                return

    def _route(self, event: Event) -> None:
        match event:
            case Ready(sip_port=port):
                if self._ready is not None and not self._ready.done():
                    self._ready.set_result(port)
                    self._tell_trunks()
            case TrunkHealth():
                if self._on_health is not None:
                    self._on_health(event)
            case Progress(call=call) | Ended(call=call):
                pending = self._pending.get(call)
                if pending is not None:
                    pending.events.put_nowait(event)
