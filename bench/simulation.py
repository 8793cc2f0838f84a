"""
Days of campaigns in minutes: the real store and the real decisions, simulated time.

I/O: a database.

Nothing of the gateway is replaced: *now* is an argument everywhere. Only the dispatcher
is coarse: it looks every few simulated seconds, so a channel is idle for that long
between two calls.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from ecofax_gateway.domain.fax import FINAL, FaxState, Phase
from ecofax_gateway.domain.outcome import Outcome
from ecofax_gateway.domain.retry import RetryPolicy
from ecofax_gateway.domain.window import Window
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    faxes,
    preparation,
    schedules,
)
from ecofax_gateway.store.claims import ClaimedFax

from .office import NODE, Office, settle
from .town import Habit, answer, habit
from .witness import RuleBroken, Witness

IDLE_LOOK = timedelta(minutes=1)
"""How often it is looked whether a window has opened when nothing else happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A campaign that somebody will order."""

    at: datetime
    line: int
    trunk: str
    numbers: tuple[str, ...]
    pages: int
    window: Window | None = None
    pace: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is simulated."""

    begin: datetime
    days: int
    trunks: dict[str, int]
    "Channels by name."

    lines: tuple[int, ...]
    "Most calls of each line."

    line_windows: tuple[Window | None, ...]
    campaigns: tuple[Planned, ...]
    step: timedelta = timedelta(seconds=10)
    seed: int = 1


@dataclass(kw_only=True)
class Course:
    """What was seen."""

    times: list[datetime] = field(default_factory=list)
    used: dict[str, list[int]] = field(default_factory=dict)
    "Channels in use at those times, by trunk and by line."

    waits: list[timedelta] = field(default_factory=list)
    "Of single faxes without a window: from the order to the call."

    finished_at: datetime | None = None
    claims: int = 0


class Simulation:
    """
    One run.

    Args:
        plan: What happens.

        url, spool: The store; it is empty.

        tell: Called now and then with a line for the person who waits.
    """

    def __init__(
        self,
        plan: Plan,
        url: str,
        spool: Path,
        *,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.course = Course()
        self._plan = plan
        self._tell = tell
        self._random = Random(plan.seed)  # noqa: S311 -- chooses how far ends answer
        self._policy = RetryPolicy()
        self._office = Office.open(url, spool, channels=plan.trunks, now=plan.begin)
        self._lines = [
            self._office.line(n, max_calls=most) for n, most in enumerate(plan.lines)
        ]
        for number, window in zip(self._lines, plan.line_windows, strict=True):
            self._office.db.sync_tx(
                schedules.set_line_window, number, window, now=plan.begin
            )
        caps = dict(zip(self._lines, plan.lines, strict=True))
        self.witness = Witness(
            trunk_caps=plan.trunks, line_caps=caps, policy=self._policy
        )
        self.course.used = {name: [] for name in (*plan.trunks, *caps)}
        self._orders = sorted(plan.campaigns, key=lambda each: each.at, reverse=True)
        self._habits: dict[str, Habit] = {}
        self._singles: dict[str, datetime] = {}
        self._idle = False
        self._ending: list[tuple[datetime, int, ClaimedFax, Outcome]] = []

    def run(self) -> None:
        """
        Live through the plan, until every fax is final.

        Raises:
            RuleBroken: If the gateway did what it must not, or did not finish in time.
        """
        plan, db = self._plan, self._office.db
        now, last = plan.begin, plan.begin + timedelta(days=plan.days)
        hour = now.hour
        try:
            while now <= last:
                while self._orders and self._orders[-1].at <= now:
                    self._order(self._orders.pop(), now)
                self._idle = True
                db.sync_tx(self._step, now)
                if now.hour != hour:
                    hour = now.hour
                    self._tell(f"{now:%a %H:%M} {self.witness.begun} calls")
                if not self._orders and not self._ending and self._is_over():
                    self.course.finished_at = now
                    break
                now = self._next_look(now)
            if self.course.finished_at is None:
                raise RuleBroken(f"not final after {plan.days} days: {self.counts()}")
            self.witness.check_final()
        finally:
            db.close()

    def _next_look(self, now: datetime) -> datetime:
        """One step on, or as many as nothing happens in."""
        looks = [now + IDLE_LOOK]
        if not self._idle:
            return now + self._plan.step
        if self._orders:
            looks.append(self._orders[-1].at)
        if self._ending:
            looks.append(self._ending[0][0])
        due = self._office.db.sync_read(faxes.next_due)
        if due is not None:
            looks.append(due)
        steps = -(-(min(looks) - now) // self._plan.step)
        return now + max(steps, 1) * self._plan.step

    def counts(self) -> dict[FaxState, int]:
        """How many faxes are in which state."""
        return self._office.db.sync_read(faxes.counts)

    def _is_over(self) -> bool:
        return all(state in FINAL for state in self.counts())

    def _order(self, planned: Planned, now: datetime) -> None:
        office = self._office
        office.now = now
        line = self._lines[planned.line]
        new = office.order(line, planned.numbers, trunk=planned.trunk)
        db = office.db
        created = db.sync_tx(campaigns.create, new, now=now)
        assert created is campaigns.Creation.CREATED, created
        if planned.window is not None:
            db.sync_tx(schedules.set_window, new.ref, planned.window, now=now)
        if planned.pace is not None:
            db.sync_tx(schedules.set_pace, new.ref, planned.pace)
        went = db.sync_tx(
            preparation.release, new.ref, page_count=planned.pages, now=now
        )
        assert went == len(planned.numbers), "nothing is held here"
        both = (planned.window, self._plan.line_windows[planned.line])
        windows = tuple(each for each in both if each is not None)
        self.witness.windows[new.ref] = windows
        self.witness.sizes[new.ref] = len(planned.numbers)
        if len(planned.numbers) == 1 and not windows:
            self._singles[new.ref] = now

    def _step(self, conn: Connection, now: datetime) -> None:
        """All that happens until *now*, and the calls that begin then."""
        while self._ending and self._ending[0][0] <= now:
            at, _, claimed, outcome = heapq.heappop(self._ending)
            self._end(conn, claimed, outcome, at)
            self._idle = False
        if faxes.promote_due(conn, now=now):
            self._idle = False
        free = sum(self._plan.trunks.values()) - len(self._ending)
        if free > 0:
            claimed_now = claims.claim(
                conn, node=NODE, epoch=self._office.epoch, limit=free, now=now
            )
            self.course.claims += 1
            self.witness.begin(claimed_now, now)
            for each in claimed_now:
                self._idle = False
                self._begin(conn, each, now)
        self.course.times.append(now)
        for name, n in self.witness.used().items():
            self.course.used[name].append(n)

    def _begin(self, conn: Connection, claimed: ClaimedFax, now: datetime) -> None:
        assert calls.intend(conn, claimed, pages_sha256="0" * 64, now=now)
        ordered = self._singles.pop(claimed.ref, None)
        if ordered is not None:
            self.course.waits.append(now - ordered)
        far_end = self._habits.setdefault(claimed.number, habit(self._random))
        pages = claimed.pages - claimed.pages_confirmed
        told = answer(far_end, pages=pages, draw=self._random)
        at = now + timedelta(seconds=told.seconds)
        heapq.heappush(self._ending, (at, claimed.id, claimed, told.outcome))

    def _end(
        self, conn: Connection, claimed: ClaimedFax, outcome: Outcome, at: datetime
    ) -> None:
        if outcome.pages_confirmed:
            assert calls.progress(
                conn,
                claimed,
                Phase.SENDING,
                pages_confirmed=outcome.pages_confirmed,
                now=at,
            )
        draw = self._random.random()
        settle(conn, claimed, outcome, self._policy, now=at, draw=draw)
        self.witness.end(claimed, outcome, at)
