"""
fax -> call -> outcome -> next state.

I/O: the store, the sender, and the files that a call's pages lie in.

The order of things is the whole point: a channel is claimed and committed; the pages
are made; the intent is committed; only then may the INVITE leave; each confirmed page
is committed as it is reported; the outcome, the next state and the reply are committed
together. Whatever dies in between, what is on the disk says what may have happened.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain import shares
from ..domain.errors import EngineLost, StoreUnavailable
from ..domain.fax import Phase
from ..domain.number import FaxNumber
from ..domain.outcome import Ending, Outcome
from ..engine.protocol import PlaceCall, Progress, Step
from ..log import about, shorten_number
from ..senders.contract import Sender
from ..store import calls, claims, departures, faxes, schedules
from ..store.claims import ClaimedFax
from ..store.database import Database
from . import packing
from .answer import Answer
from .housekeeping import tell_unknown
from .load import Load, mode_of, write_intents, write_progress
from .overflow import overflow
from .routing import Routing
from .settling import Settling
from .trunk_watch import TrunkWatch
from .way import Way
from .worker import Bell, insist

logger = logging.getLogger(__name__)

INTENT_SECONDS = 10.0
"""An intent older than this, or than half the time that a lost call keeps its channel,
is not dialled: we slept, and others may have given the channel away."""

GATHER_SECONDS = 0.02
"""Between two claims: calls that end meanwhile free their channels for one claim, which
costs the same for one fax or for fifty."""

SHORTEST_LOOK_SECONDS = 0.1
"""Between two looks that only a pace asks for: several calls of a quick one together."""

PHASES = {
    Step.RINGING: Phase.RINGING,
    Step.ANSWERED: Phase.ANSWERED,
    Step.PAGE_CONFIRMED: Phase.SENDING,
}
"""What is written of a call's steps; the others change nothing that is kept."""

LONGEST_TURN_SECONDS = 2.0
"""A turn is at most a second ahead; a clock that was set back must not stop a call."""


class Transmit:
    """
    Calls what is due, as many at a time as the trunks have channels.

    Args:
        db: The store.

        node, epoch: This life of this node; every write is guarded by them.

        sender: Places the calls.

        answer: Puts replies into the outbox.

        ways: How calls leave by each trunk, by its name.

        routing: Which of them a fax may take.

        watch: Hears how calls by the trunks end.

        slot_grace: How long a lost call keeps its channel.

        folder: Private; the page files of calls under way.

        zone: Of the tag line's date.

        clock: Aware UTC.

        tasks: Owns the calls.

        bell: Rung when something may be due.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        epoch: int,
        sender: Sender,
        answer: Answer,
        ways: Mapping[str, Way],
        routing: Routing,
        watch: TrunkWatch,
        slot_grace: timedelta = claims.SLOT_GRACE,
        folder: Path,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        tasks: asyncio.TaskGroup,
        bell: Bell,
    ) -> None:
        self._db = db
        self._node = node
        self._epoch = epoch
        self._sender = sender
        self._answer = answer
        self._ways = dict(ways)
        self._channels = sum(way.channels for way in ways.values())
        self._routing = routing
        self._settling = Settling(
            answer=answer, ways=self._ways, routing=routing, clock=clock
        )
        self._watch = watch
        self._slot_grace = slot_grace
        self._intent_s = min(INTENT_SECONDS, slot_grace.total_seconds() / 2)
        self._folder = folder
        self._zone = zone
        self._clock = clock
        self._tasks = tasks
        self._bell = bell
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._loads: list[Load] = []
        self._unsure = False
        self._leaving = False
        self._next_look: asyncio.TimerHandle | None = None
        self._next_claim = 0.0

    async def step(self) -> bool:
        """Promote what is due, claim what has a channel, and start the calls."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(self._next_claim - loop.time(), 0))
        now = self._clock()
        if self._unsure:
            known = frozenset(each.ref for load in self._loads for each in load.faxes)
            await self._db.tx(self._settle_strays, known, now)
            self._unsure = False
        await self._db.tx(faxes.promote_due, now=now)
        filled = await self._db.tx(departures.fill, now=now)
        free = self._channels - len(self._under_way)
        if free <= 0 or self._leaving:
            return filled > 0 and not self._leaving
        try:
            claimed = await self._db.tx(
                claims.claim, node=self._node, epoch=self._epoch, limit=free, now=now
            )
        except StoreUnavailable:
            self._unsure = True
            raise
        self._next_claim = loop.time() + GATHER_SECONDS
        for each in claimed:
            if self._leaving:
                await insist(self._db, claims.give_back, each, now=now)
                continue
            load = Load((each, *each.riders))
            # At once, not when the task begins: what is in no load is a stray.
            self._loads.append(load)
            task = self._tasks.create_task(
                self._call(load, now), name=f"call {each.ref}"
            )
            self._under_way[each.ref] = task
        if claimed or filled:
            return True
        await self._look_for_pace(now)
        if not self._routing.has_choice:
            return False
        return bool(await self._db.tx(overflow, self._routing))

    async def _look_for_pace(self, now: datetime) -> None:
        """Look again when the pace of a campaign allows its next call."""
        due = await self._db.read(schedules.next_paced, now=now)
        if self._next_look is not None:
            self._next_look.cancel()
        if due is not None:
            seconds = max((due - now).total_seconds(), SHORTEST_LOOK_SECONDS)
            loop = asyncio.get_running_loop()
            self._next_look = loop.call_later(seconds, self._bell.ring)

    def _settle_strays(
        self, conn: Connection, known: frozenset[str], now: datetime
    ) -> None:
        """Settle faxes that are ours by the store and that nobody here is calling."""
        unknown = claims.settle_strays(
            conn,
            node=self._node,
            epoch=self._epoch,
            known=known,
            now=now,
            slot_grace=self._slot_grace,
        )
        tell_unknown(conn, unknown, self._answer, now=now)

    async def hang_up_cancelled(self) -> bool:
        """
        End calls whose fax was cancelled since they began.

        A call of several faxes ends when it is that one's turn: see `Load`.
        """
        unwanted = await self._db.read(
            calls.to_hang_up, node=self._node, epoch=self._epoch
        )
        for load in tuple(self._loads):
            load.unwanted.update(
                each.ref for each in load.faxes if each.ref in unwanted
            )
            await self._hang_up_if_unwanted(load)
        return False

    async def _hang_up_if_unwanted(self, load: Load) -> None:
        if load.faxes and load.is_at_unwanted:
            await self._sender.hang_up(load.lead.ref)

    async def leave(self, *, grace_seconds: float, hurry: asyncio.Event) -> None:
        """
        Start no call any more, let those under way finish, then hang up.

        A call that is hung up so goes on later at its first unconfirmed page.

        Args:
            grace_seconds: For calls to finish.

            hurry: Set when somebody does not want to wait for them.
        """
        self._leaving = True
        if self._under_way:
            logger.info(
                "%d calls under way may finish; a second signal hangs them up",
                len(self._under_way),
            )
            either: set[asyncio.Task[Any]] = {
                asyncio.create_task(hurry.wait()),
                asyncio.create_task(asyncio.wait(set(self._under_way.values()))),
            }
            await asyncio.wait(
                either, timeout=grace_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            for waiting in either:
                waiting.cancel()
        for load in tuple(self._loads):
            if load.faxes:
                await self._sender.hang_up(load.lead.ref)
        if self._under_way:
            await asyncio.wait(set(self._under_way.values()))

    async def _call(self, load: Load, claimed_at: datetime) -> None:
        ref = load.lead.ref
        with about(ref):
            try:
                # Again without those that fall away between the claim and the call.
                while load.faxes:
                    await self._place(load, claimed_at)
            except Exception:
                # Its row says how far it came; the next step settles it by that.
                logger.exception("a fault of this program in a call; please report it")
                self._unsure = True
            finally:
                del self._under_way[ref]
                self._loads.remove(load)
                self._bell.ring()

    async def _place(self, load: Load, claimed_at: datetime) -> None:
        """Make the pages, write the intents, call; what is settled leaves the load."""
        try:
            # The tag line's time is one that the store has: the pages can be made again.
            call, digests = await self._make_call(load, claimed_at)
        except StoreUnavailable as error:
            logger.error("not called, its pages cannot be read: %s", error)
            fault = Outcome(ending=Ending.LOCAL_FAULT, detail="the store is away")
            await self._finish(load, fault)
            return
        except Exception:
            logger.exception("the pages of this call could not be made")
            fault = Outcome(
                ending=Ending.LOCAL_FAULT, detail="the pages could not be made"
            )
            await self._finish(load, fault)
            return
        try:
            await self._wait_for_turn(load.lead)
            obstacles = await self._intend(load, digests, self._clock())
            if obstacles:
                await self._drop(load, obstacles)
                return
            logger.info(
                "calling %s by %s", shorten_number(load.lead.number), load.lead.trunk
            )
            for rider in load.faxes[1:]:
                logger.info("%s goes in the same call", rider.ref)
            await self._finish(load, await self._send(load, call))
        finally:
            await asyncio.to_thread(packing.remove, call.files)

    async def _wait_for_turn(self, claimed: ClaimedFax) -> None:
        """Wait for the instant that the pace of the trunk gave this call."""
        if claimed.starts_at is not None:
            seconds = (claimed.starts_at - self._clock()).total_seconds()
            await asyncio.sleep(min(max(seconds, 0.0), LONGEST_TURN_SECONDS))

    async def _intend(
        self, load: Load, digests: list[str], at: datetime
    ) -> dict[str, Ending | None]:
        """
        Commit that the INVITE is about to leave; what forbids it, as `write_intents`.

        If the commit's own answer was lost, the intent may be written: then nothing
        is called, and the outcomes say so.
        """
        began = time.monotonic()
        nothing: dict[str, Ending | None]
        nothing = dict.fromkeys([each.ref for each in load.faxes], Ending.LOCAL_FAULT)
        try:
            obstacles = await asyncio.shield(
                self._db.brief(write_intents, load, digests, now=at)
            )
        except StoreUnavailable as error:
            logger.error("not called, the intent could not be written: %s", error)
            return nothing
        if not obstacles and time.monotonic() - began > self._intent_s:
            logger.error("not called, the intent is too old: this process slept")
            return nothing
        return obstacles

    async def _drop(self, load: Load, obstacles: dict[str, Ending | None]) -> None:
        """Settle faxes that must not be called; the others of the load go on."""
        await insist(
            self._db, self._settling.write_drops, load, obstacles, draw=_draw()
        )
        for ref, obstacle in obstacles.items():
            logger.info("%s: not called, %s", ref, obstacle or "it has to wait")
        load.faxes = tuple(each for each in load.faxes if each.ref not in obstacles)
        self._answer.bell.ring()

    async def _send(self, load: Load, call: PlaceCall) -> Outcome:
        async def on_progress(progress: Progress) -> None:
            await self._write_progress(load, progress)

        try:
            outcome = await self._sender.send(call, on_progress)
        except EngineLost:
            return Outcome(
                ending=Ending.BROKEN_OFF,
                detail="the call engine ended in the call",
                pages_confirmed=load.confirmed,
            )
        if outcome.ending is Ending.CANCELLED and self._leaving:
            ids = [each.id for each in load.faxes]
            if not await insist(self._db, calls.cancelled, ids):
                return replace(
                    outcome, ending=Ending.LOCAL_FAULT, detail="the gateway was stopped"
                )
        return outcome

    async def _write_progress(self, load: Load, progress: Progress) -> None:
        phase = PHASES.get(progress.step)
        if phase is None:
            return
        load.confirmed = max(load.confirmed, progress.pages_confirmed)
        try:
            ours = await self._db.brief(
                write_progress,
                load,
                phase,
                progress.pages_confirmed,
                now=self._clock(),
            )
        except StoreUnavailable as error:
            # The call must not suffer; its outcome will tell the pages once more.
            logger.error("a confirmed page could not be written: %s", error)
            return
        if not ours:
            logger.error("this call is not ours any more; hanging up")
            await self._sender.hang_up(load.lead.ref)
        elif progress.step is Step.PAGE_CONFIRMED:
            load.written = max(load.written, progress.pages_confirmed)
            # Said when it is written: whoever reads it may kill us right after.
            logger.info("page %d confirmed", _page(load))
            await self._hang_up_if_unwanted(load)

    async def _finish(self, load: Load, outcome: Outcome) -> None:
        """Write what came of each fax, what follows, the replies; however long it takes."""
        self._watch.called(load.lead.trunk, outcome.ending, outcome.detail)
        written = await insist(
            self._db, self._settling.write_outcomes, load, outcome, draw=_draw()
        )
        for each, (told, state) in zip(load.faxes, written, strict=True):
            with about(each.ref):
                logger.info(
                    "%s: %s%s, %d pages confirmed in this call",
                    state or "nothing written (not ours any more)",
                    told.ending,
                    f" ({told.detail})" if told.detail else "",
                    told.pages_confirmed,
                )
        load.faxes = ()
        self._answer.bell.ring()

    async def _make_call(self, load: Load, at: datetime) -> tuple[PlaceCall, list[str]]:
        """The call with its page files, and for each fax the hash of its finest pages."""
        mode = await self._db.read(mode_of, load, now=at)
        files, digests = await packing.pack(
            self._db, load, at=at, zone=self._zone, folder=self._folder
        )
        call = self._settling.way_of(load.lead).call(
            load.lead.ref,
            number=FaxNumber(load.lead.number),
            line=FaxNumber(load.lead.line),
            mode=mode,
            files=files,
            pages=sum(load.pages),
        )
        return call, digests


def _page(load: Load) -> int:
    """Which page of its fax the last one was that was confirmed."""
    counts = shares.confirmed(load.confirmed, load.pages)
    last = max(place for place, count in enumerate(counts) if count)
    return load.faxes[last].pages_confirmed + counts[last]


def _draw() -> float:
    return random.random()  # noqa: S311 -- spreads retries, guards nothing
