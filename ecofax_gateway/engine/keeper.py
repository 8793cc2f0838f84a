"""
Look after one trunk: keep its registration, or see that it is there.

I/O: through the user agent and the resolver; the event loop's clock.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable

from ..sip.hop import Hop
from ..sip.inquiry import Inquiry, InquiryAnswer, Registration
from ..sip.uri import SipUri
from .directory import Directory, TrunkUnreachable, credentials_of, domain_of
from .protocol import Health, KeepTrunk, TrunkHealth
from .signalling import Signalling
from .upkeep import DOWN_STATUSES, Verdict, is_bad, not_found, verdict

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 60.0
"""For one question: SIP itself gives up after 32 s, and 4 s for a connection."""

KEEP_ALIVE_S = 25.0
"""RFC 5626 §4.4.2: "a random number between 24 and 29 seconds" over UDP."""

FAREWELL_S = 2.0
"""For the registrar to hear that we go."""


class TrunkKeeper:
    """
    One trunk of `KeepTrunk`.

    Args:
        order: Which trunk, and how.

        directory: Where it is.

        signalling: Asks it.

        tell: Called with its health when that changes; must not raise.

        keep_alive_s: Between two keep-alives of a registration by UDP.
    """

    def __init__(
        self,
        order: KeepTrunk,
        directory: Directory,
        signalling: Signalling,
        tell: Callable[[TrunkHealth], None],
        *,
        keep_alive_s: float = KEEP_ALIVE_S,
    ) -> None:
        self.trunk = order.address
        self._name = order.name
        self._directory = directory
        self._signalling = signalling
        self._tell = tell
        self._keep_alive_s = keep_alive_s
        self._told: tuple[Health, str] | None = None
        self._failures = 0
        self._wake = asyncio.Event()
        self._inquiry: Inquiry | None = None
        self._registered_at: Hop | None = None
        self._targets: list[Hop] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look after it from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def look_again(self) -> None:
        """Something happened to it: ask now, not when it is time."""
        self._wake.set()

    def serves(self, hop: Hop) -> bool:
        """Whether that is one of its places, as far as the last look found."""
        return hop in self._targets

    def proven(self) -> None:
        """A call went through: what does not answer OPTIONS is there all the same."""
        if self._told is not None and self._told[0] is Health.DOWN:
            state = Health.REGISTERED if self._registered_at else Health.UP
            self._say(state, "a call went through")

    async def close(self) -> None:
        """Take the registration back; idempotent."""
        if self._task is None:
            return
        self._directory.registered(self._name, None)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        if isinstance(self._inquiry, Registration) and self._registered_at is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await self._ask(
                        self._inquiry.remove, self._registered_at
                    )  # whatever it says: we go

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            found = await self._look()
            self._say(found.state, found.detail)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(found.again_s):
                    await self._rest()

    async def _rest(self) -> None:
        """
        Wait to be woken; meanwhile keep the way back to us open.

        Where we register by UDP nothing may be sent for half an hour, and a NAT gateway
        between us forgets who we are in half a minute.
        """
        while True:
            hop = self._registered_at
            if hop is None or hop.transport.is_stream:
                await self._wake.wait()
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._keep_alive_s):
                    await self._wake.wait()
                    return
            self._signalling.keep_alive(hop)

    async def _look(self) -> Verdict:
        registers = self.trunk.register
        try:
            targets = await self._directory.targets(self.trunk)
            self._targets = targets
        except TrunkUnreachable as error:
            if error.again_s is not None:
                return Verdict(
                    state=Health.DOWN, detail=str(error), again_s=error.again_s
                )
            self._failures += 1
            return not_found(str(error), failures=self._failures, draw=_draw())
        if not registers and not self.trunk.ping_interval_s:
            return Verdict(state=Health.UP, detail="not asked", again_s=None)
        answer = await self._first_answer(targets)
        self._failures = (
            self._failures + 1 if is_bad(answer, registers=registers) else 0
        )
        return verdict(
            answer,
            registers=registers,
            ping_interval_s=self.trunk.ping_interval_s,
            failures=self._failures,
            draw=_draw(),
        )

    async def _first_answer(self, targets: list[Hop]) -> InquiryAnswer:
        """Of the first target that can serve; else that of the last."""
        inquiry = self._inquiry or self._made()
        self._inquiry = inquiry
        for target in targets:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    answer = await self._ask(inquiry.ask, target)
            except TimeoutError:
                answer = InquiryAnswer(status=408, reason="no response")
            if answer.status not in DOWN_STATUSES:
                self._directory.answered(target)
                self._register_at(target if answer.expires else None)
                return answer
            self._directory.failed(target, answer.retry_after)
        self._register_at(None)
        return answer

    def _register_at(self, hop: Hop | None) -> None:
        self._registered_at = hop
        self._directory.registered(self._name, hop)

    async def _ask(
        self,
        ask: Callable[[Hop, Callable[[InquiryAnswer], None], float], None],
        target: Hop,
    ) -> InquiryAnswer:
        future: asyncio.Future[InquiryAnswer] = (
            asyncio.get_running_loop().create_future()
        )

        def answered(answer: InquiryAnswer) -> None:
            if not future.done():
                future.set_result(answer)

        ask(target, answered, self._signalling.now())
        self._signalling.flush()
        return await future

    def _made(self) -> Inquiry:
        trunk = self.trunk
        agent, domain = self._signalling.agent, domain_of(trunk)
        user = trunk.username if trunk.register else ""
        uri = str(SipUri(host=domain))
        identity = str(SipUri(user=user, host=domain))
        credentials = credentials_of(trunk)
        if not trunk.register:
            return agent.ping(uri=uri, identity=identity, credentials=credentials)
        return agent.registration(
            registrar=uri,
            identity=identity,
            credentials=credentials,
            expires=trunk.register_expires_s,
        )

    def _say(self, state: Health, detail: str) -> None:
        if self._told != (state, detail):
            self._told = (state, detail)
            logger.info("trunk %s: %s %s", self._name, state, detail)
            self._tell(TrunkHealth(name=self._name, state=state, detail=detail))


def _draw() -> float:
    return random.random()  # noqa: S311 -- spreads load, hides nothing
