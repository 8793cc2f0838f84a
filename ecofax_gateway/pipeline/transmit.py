"""
fax -> call -> outcome -> next state.

I/O: the store, the sender, and the files that a call's pages lie in.

The order of things is the whole point: a channel is claimed and committed; the pages
are made; the intent is committed; only then may the INVITE leave; each confirmed page
is committed as it is reported; the outcome, the next state and the reply are committed
together. Whatever dies in between, what is on the disk says what may have happened.
"""

import asyncio
import hashlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.errors import EngineLost, StoreUnavailable
from ..domain.fax import FaxState, Phase
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.outcome import Ending, Outcome
from ..domain.retry import RetryPolicy, decide
from ..engine.protocol import PageFile, PlaceCall, Progress, Step, TrunkAddress
from ..log import about, shorten_number
from ..senders.contract import Sender
from ..store import calls, claims, faxes, lines, memory, objections, opt_outs, schedules
from ..store.claims import ClaimedFax
from ..store.database import Database
from . import sheets
from .answer import Answer
from .housekeeping import tell_unknown
from .worker import Bell, insist

logger = logging.getLogger(__name__)

INTENT_SECONDS = 10.0
"""An intent older than this, or than half the time that a lost call keeps its channel,
is not dialled: we slept, and others may have given the channel away."""

PHASES = {
    Step.RINGING: Phase.RINGING,
    Step.ANSWERED: Phase.ANSWERED,
    Step.PAGE_CONFIRMED: Phase.SENDING,
}
"""What is written of a call's steps; the others change nothing that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How calls leave: the trunk, and how numbers are dialled there."""

    trunk: TrunkAddress
    dial: Callable[[FaxNumber], str]
    channels: int
    ring_timeout_s: float
    ecm: bool


class Transmit:
    """
    Calls what is due, as many at a time as the trunk has channels.

    Args:
        db: The store.

        node, epoch: This life of this node; every write is guarded by them.

        sender: Places the calls.

        answer: Puts replies into the outbox.

        policy: Patience with a number.

        way: The trunk.

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
        policy: RetryPolicy,
        way: Way,
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
        self._policy = policy
        self._way = way
        self._slot_grace = slot_grace
        self._intent_s = min(INTENT_SECONDS, slot_grace.total_seconds() / 2)
        self._folder = folder
        self._zone = zone
        self._clock = clock
        self._tasks = tasks
        self._bell = bell
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._unsure = False
        self._leaving = False

    async def step(self) -> bool:
        """Promote what is due, claim what has a channel, and start the calls."""
        now = self._clock()
        if self._unsure:
            await self._db.tx(self._settle_strays, frozenset(self._under_way), now)
            self._unsure = False
        await self._db.tx(faxes.promote_due, now=now)
        free = self._way.channels - len(self._under_way)
        if free <= 0 or self._leaving:
            return False
        try:
            claimed = await self._db.tx(
                claims.claim, node=self._node, epoch=self._epoch, limit=free, now=now
            )
        except StoreUnavailable:
            self._unsure = True
            raise
        for each in claimed:
            if self._leaving:
                await insist(self._db, claims.give_back, each, now=now)
                continue
            task = self._tasks.create_task(
                self._call(each, now), name=f"call {each.ref}"
            )
            self._under_way[each.ref] = task
        return bool(claimed)

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
        """End calls whose fax was cancelled since they began."""
        for ref in await self._db.read(
            calls.to_hang_up, node=self._node, epoch=self._epoch
        ):
            await self._sender.hang_up(ref)
        return False

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
        for ref in tuple(self._under_way):
            await self._sender.hang_up(ref)
        if self._under_way:
            await asyncio.wait(set(self._under_way.values()))

    async def _call(self, claimed: ClaimedFax, claimed_at: datetime) -> None:
        with about(claimed.ref):
            try:
                await self._place(claimed, claimed_at)
            except Exception:
                # Its row says how far it came; the next step settles it by that.
                logger.exception("a fault of this program in a call; please report it")
                self._unsure = True
            finally:
                del self._under_way[claimed.ref]
                self._bell.ring()

    async def _place(self, claimed: ClaimedFax, claimed_at: datetime) -> None:
        try:
            # The tag line's time is one that the store has: the pages can be made again.
            call, digest = await self._make_call(claimed, claimed_at)
        except StoreUnavailable as error:
            logger.error("not called, its pages cannot be read: %s", error)
            fault = Outcome(ending=Ending.LOCAL_FAULT, detail="the store is away")
            await self._finish(claimed, fault)
            return
        except Exception:
            logger.exception("the pages of this call could not be made")
            fault = Outcome(
                ending=Ending.LOCAL_FAULT, detail="the pages could not be made"
            )
            await self._finish(claimed, fault)
            return
        try:
            obstacle = await self._intend(claimed, digest, self._clock())
            if obstacle is None:
                logger.info("calling %s", shorten_number(claimed.number))
                outcome = await self._send(claimed, call)
            else:
                outcome = Outcome(ending=obstacle, detail="not called")
            await self._finish(claimed, outcome)
        finally:
            await asyncio.to_thread(_remove, call.files)

    async def _intend(
        self, claimed: ClaimedFax, digest: str, at: datetime
    ) -> Ending | None:
        """
        Commit that the INVITE is about to leave; what forbids it, None for nothing.

        If the commit's own answer was lost, the intent may be written: then the fax
        is not called, and its outcome says so.
        """
        began = time.monotonic()
        try:
            obstacle = await asyncio.shield(
                self._db.brief(_write_intent, claimed, pages_sha256=digest, now=at)
            )
        except StoreUnavailable as error:
            logger.error("not called, the intent could not be written: %s", error)
            return Ending.LOCAL_FAULT
        if obstacle is None and time.monotonic() - began > self._intent_s:
            logger.error("not called, the intent is too old: this process slept")
            return Ending.LOCAL_FAULT
        return obstacle

    async def _send(self, claimed: ClaimedFax, call: PlaceCall) -> Outcome:
        async def on_progress(progress: Progress) -> None:
            await self._write_progress(claimed, progress)

        try:
            outcome = await self._sender.send(call, on_progress)
        except EngineLost:
            return Outcome(
                ending=Ending.BROKEN_OFF, detail="the call engine ended in the call"
            )
        if outcome.ending is Ending.CANCELLED and self._leaving:
            fax = await insist(self._db, faxes.get, claimed.ref)
            if fax is not None and not fax.cancel_requested:
                return replace(
                    outcome, ending=Ending.LOCAL_FAULT, detail="the gateway was stopped"
                )
        return outcome

    async def _write_progress(self, claimed: ClaimedFax, progress: Progress) -> None:
        phase = PHASES.get(progress.step)
        if phase is None:
            return
        try:
            ours = await self._db.brief(
                calls.progress,
                claimed,
                phase,
                pages_confirmed=progress.pages_confirmed,
                now=self._clock(),
            )
        except StoreUnavailable as error:
            # The call must not suffer; its outcome will tell the pages once more.
            logger.error("a confirmed page could not be written: %s", error)
            return
        if not ours:
            logger.error("this call is not ours any more; hanging up")
            await self._sender.hang_up(claimed.ref)
        elif progress.step is Step.PAGE_CONFIRMED:
            # Said when it is written: whoever reads it may kill us right after.
            logger.info(
                "page %d confirmed", claimed.pages_confirmed + progress.pages_confirmed
            )

    async def _finish(self, claimed: ClaimedFax, outcome: Outcome) -> None:
        """Write the outcome, what follows, and the reply; however long it takes."""
        state = await insist(
            self._db,
            self._write_outcome,
            claimed,
            outcome,
            draw=random.random(),  # noqa: S311 -- spreads retries, guards nothing
        )
        logger.info(
            "%s: %s%s, %d pages confirmed in this call",
            state or "nothing written (not ours any more)",
            outcome.ending,
            f" ({outcome.detail})" if outcome.detail else "",
            outcome.pages_confirmed,
        )
        self._answer.bell.ring()

    def _write_outcome(
        self, conn: Connection, claimed: ClaimedFax, outcome: Outcome, *, draw: float
    ) -> FaxState | None:
        now = self._clock()
        history = calls.history(conn, claimed, outcome)
        decision = decide(outcome, history, policy=self._policy, now=now, draw=draw)
        mode = memory.mode_of(conn, claimed, now=now)
        state = calls.finish(conn, claimed, outcome, decision, now=now)
        if state is None:
            return None
        memory.remember(conn, claimed.number, outcome, mode, now=now)
        others = memory.fail_waiting(conn, claimed.number, outcome, now=now)
        for campaign in dict.fromkeys([claimed.campaign, *others]):
            self._answer.after_call(conn, campaign, now=now)
        return state

    async def _make_call(
        self, claimed: ClaimedFax, at: datetime
    ) -> tuple[PlaceCall, str]:
        """The call with its page files, and the hash of the finest of them."""
        line = await self._db.read(lines.get, claimed.line)
        assert line is not None, (
            "a line whose faxes are not all final cannot be removed"
        )
        mode = await self._db.read(memory.mode_of, claimed, now=at)
        documents = await self._db.read(
            sheets.document_pages, claimed.campaign, claimed.quality
        )
        code = await self._db.read(opt_outs.code_of, claimed.ref)
        files, digest = await asyncio.to_thread(
            self._write_pages, claimed, line, documents, at, code
        )
        caller = FaxNumber(claimed.line)
        call = PlaceCall(
            call=claimed.ref,
            number=self._way.dial(FaxNumber(claimed.number)),
            caller_id=self._way.dial(caller),
            station_id=str(caller)[:20],
            files=files,
            pages=claimed.pages - claimed.pages_confirmed,
            trunk=self._way.trunk,
            ring_timeout_s=self._way.ring_timeout_s,
            ecm=self._way.ecm and mode.ecm,
            max_bit_rate=mode.max_bit_rate,
        )
        return call, digest

    def _write_pages(
        self,
        claimed: ClaimedFax,
        line: FaxLine,
        documents: list[bytes],
        at: datetime,
        opt_out: str | None,
    ) -> tuple[tuple[PageFile, ...], str]:
        files, digests = [], []
        for dpi, tiffs in sheets.coarser(documents, claimed.quality):
            composed = sheets.compose(
                tiffs,
                line=line,
                at=at,
                zone=self._zone,
                first_page=claimed.first_page,
                vertical_dpi=dpi,
                opt_out=opt_out,
            )
            path = self._folder / f"{claimed.ref}-{claimed.attempt}-{dpi}.tif"
            path.write_bytes(composed)
            files.append(PageFile(path=str(path), vertical_dpi=dpi))
            digests.append(hashlib.sha256(composed).hexdigest())
        return tuple(files), digests[0]


def _write_intent(
    conn: Connection, claimed: ClaimedFax, *, pages_sha256: str, now: datetime
) -> Ending | None:
    """
    Look at windows and do-not-fax lists last of all: in the transaction before the call.
    """
    if schedules.is_shut(conn, claimed.campaign, now=now):
        # Between the claim and now it was paused or its window closed: it waits on.
        claims.give_back(conn, claimed, now=now)
        return Ending.LOCAL_FAULT
    if objections.blocking(conn, claimed.number, line=claimed.line):
        return Ending.DO_NOT_FAX
    if calls.intend(conn, claimed, pages_sha256=pages_sha256, now=now):
        return None
    return Ending.LOCAL_FAULT


def _remove(files: tuple[PageFile, ...]) -> None:
    for file in files:
        Path(file.path).unlink(missing_ok=True)
