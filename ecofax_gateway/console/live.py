"""
Campaigns followed live: one watcher looks for all browsers that follow.

I/O: the store.

However many follow a campaign, its row and the counts are read once a second, and what
has changed is written once for each language. What goes out is Server-Sent Events.

Standards:
    HTML Living Standard §9.2 -- server-sent events
"""

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, Collection
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ..domain.campaign import Stage, progress
from ..domain.errors import StoreUnavailable
from ..domain.language import Tongue
from ..pipeline.forecast import expected_ends
from ..store import campaigns, web_sessions
from ..web.desk import Desk
from .language import Words
from .page import render
from .standing import STAGES, Standing, standing_of

LOOK_SECONDS = 1.0
"""Between two looks at a campaign: no more than one event a second."""

COST_FACTOR = 50
"""A look takes at most this part of the time: a large campaign is looked at less often."""

MAX_PAUSE_SECONDS = 5.0
"""Also where a look takes long because the machine is busy."""

BEAT_SECONDS = 15.0
"""A comment is sent after so much silence, so that no proxy takes the line for dead; and
somebody who has logged out is let go."""

MAX_STREAMS = 6
"""Of one session: what a browser opens to one host at most (HTTP/1.1)."""

RETRY_MS = 3000
"""A browser that was cut off comes back after this time."""

BEAT = ": \n\n"
"""A comment; browsers ignore it."""

TENTHS = 10
"""Progress is said aloud by tenths: whoever listens to a page hears no more."""

TABLE_SECONDS = 3.0
"""Between two readings of the table of numbers by one browser, unless the campaign has
come to another stage: people read faster rows than these badly."""

TABLE_READERS = 4
"""Of one campaign, that read its table at that pace; the more there are, the less often
each does: all together read it four times in three seconds, for 2 % of a core."""


@dataclass(frozen=True, slots=True)
class View:
    """How what has changed is written; those who share one get the same text."""

    template: str
    tongue: Tongue
    for_operator: bool = False


@dataclass(slots=True)
class _Watch:
    """One campaign that somebody follows."""

    ref: str
    followers: set[asyncio.Event] = field(default_factory=set)
    version: int = 0
    "Of what is known; 0: it was not looked at yet."

    its: Standing | None = None
    "None: there is no such campaign any more."

    written: dict[tuple[str, View], str] = field(default_factory=dict)
    "Events that were written already, by their names."

    task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.version > 0 and (self.its is None or not self.its.is_live)

    def tell(self, its: Standing | None) -> None:
        self.its, self.written = its, {}
        self.version += 1
        self.wake()

    def wake(self) -> None:
        for follower in self.followers:
            follower.set()


@dataclass(slots=True)
class _Turn:
    """When a browser reads the table of numbers anew."""

    last_at: float
    is_due: bool = True
    "Something changed since."

    def comes(self, now: float, pause: float) -> bool:
        """Whether it is now; then the next one is later."""
        if not self.is_due or now - self.last_at < pause:
            return False
        self.last_at, self.is_due = now, False
        return True


Stream = AsyncGenerator[str, None]


class Live:
    """
    Lets browsers follow campaigns.

    Args:
        desk: With the store, the clock, and the event that ends all streams.

        look_seconds: Between two looks at a campaign.

        beat_seconds: How long a stream is silent at most.

        table_seconds: Between two readings of the table of numbers by one browser.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        look_seconds: float = LOOK_SECONDS,
        beat_seconds: float = BEAT_SECONDS,
        table_seconds: float = TABLE_SECONDS,
    ) -> None:
        self._desk = desk
        self._look_seconds = look_seconds
        self._beat_seconds = beat_seconds
        self._table_seconds = table_seconds
        self._watches: dict[str, _Watch] = {}
        self._streams: Counter[str] = Counter()
        self._ended: AbstractSet[str] = frozenset()
        self._asked_at = -math.inf
        self._asking = asyncio.Lock()

    @property
    def watched(self) -> int:
        """Campaigns that are looked at now, however many follow each."""
        return len(self._watches)

    def has_room(self, token: str) -> bool:
        """Whether a session may open one more stream."""
        return self._streams[token] < MAX_STREAMS

    async def follow(self, ref: str, view: View, token: str, *, stage: str) -> Stream:
        """
        Send how one campaign stands, until it is over.

        Four kinds of events: `standing`, its part of the page; `said`, what a screen
        reader reads out; `stage`, after which other actions are allowed; `numbers`, when
        it is this browser's turn to read the table of numbers anew.

        Args:
            view: How it is written.

            token: Of the session; the stream ends with it.

            stage: That the page shows already.
        """
        said = ""
        # The page's own table may be older than this stream: its turn comes in any case.
        table = _Turn(time.monotonic())
        yield RETRY
        async with aclosing(self._changes([ref], token)) as changes:
            async for changed in changes:
                news, is_other_stage = "", False
                for watch in changed:
                    news += self._write("standing", watch, view)
                    if watch.its is None:
                        continue
                    is_other_stage = STAGES[watch.its.stage] != stage
                    if is_other_stage:
                        stage = STAGES[watch.its.stage]
                        news += format_event("stage", stage)
                    words = _said(watch.its, view.tongue)
                    if words != said:
                        # At first it is on the page already.
                        news += format_event("said", words) if said else ""
                        said = words
                table.is_due = table.is_due or bool(changed)
                pause = 0.0 if is_other_stage else self._table_pause(ref)
                if table.comes(time.monotonic(), pause):
                    news += NUMBERS
                yield news or BEAT
        if not self._desk.closing.is_set():
            yield OVER

    async def follow_all(self, refs: Collection[str], view: View, token: str) -> Stream:
        """Send how each of these campaigns stands, as an event of its reference."""
        yield RETRY
        async with aclosing(self._changes(refs, token)) as changes:
            async for changed in changes:
                news = [self._write(watch.ref, watch, view) for watch in changed]
                yield "".join(news) or BEAT
        if not self._desk.closing.is_set():
            yield OVER

    def _table_pause(self, ref: str) -> float:
        """Between two readings by one browser, with so many that follow now."""
        followers = len(self._watches[ref].followers)
        return self._table_seconds * max(1.0, followers / TABLE_READERS)

    async def _changes(
        self, refs: Collection[str], token: str
    ) -> AsyncGenerator[list[_Watch], None]:
        """What changed each time something does; nothing at each beat."""
        wake = asyncio.Event()
        self._streams[token] += 1
        watches = [self._join(ref, wake) for ref in refs]
        seen = dict.fromkeys(refs, 0)
        beat_at = time.monotonic() + self._beat_seconds
        try:
            while not self._desk.closing.is_set():
                wake.clear()
                changed = [each for each in watches if each.version > seen[each.ref]]
                if changed:
                    seen |= {each.ref: each.version for each in changed}
                    yield changed
                if all(watch.is_over for watch in watches):
                    return
                is_woken = await self._is_woken(wake, by=beat_at)
                if time.monotonic() >= beat_at:
                    if not await self._is_logged_in(token):
                        return
                    beat_at = time.monotonic() + self._beat_seconds
                    if not is_woken:
                        yield []
        finally:
            self._streams[token] -= 1
            self._streams += Counter()  # forgets those at 0
            for watch in watches:
                self._leave(watch, wake)

    async def _is_woken(self, wake: asyncio.Event, *, by: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(by - time.monotonic()):
                await wake.wait()
                return True
        return False

    async def _is_logged_in(self, token: str) -> bool:
        """Whether a session goes on; asked once for all that follow something."""
        async with self._asking:
            if time.monotonic() - self._asked_at > self._beat_seconds / 2:
                asked, now = set(self._streams), self._desk.clock()
                with contextlib.suppress(StoreUnavailable):
                    living = await self._desk.db.read(
                        web_sessions.living, asked, now=now
                    )
                    self._ended = asked - living
                self._asked_at = time.monotonic()
        return token not in self._ended

    def _join(self, ref: str, wake: asyncio.Event) -> _Watch:
        watch = self._watches.get(ref)
        if watch is None:
            watch = self._watches[ref] = _Watch(ref)
            watch.task = asyncio.create_task(self._look_on(watch), name=f"watch {ref}")
        watch.followers.add(wake)
        return watch

    def _leave(self, watch: _Watch, wake: asyncio.Event) -> None:
        watch.followers.discard(wake)
        if not watch.followers and self._watches.get(watch.ref) is watch:
            del self._watches[watch.ref]
            assert watch.task is not None
            watch.task.cancel()

    async def _look_on(self, watch: _Watch) -> None:
        """Look again and again, and wake those who follow when something changed."""
        while not (watch.is_over or self._desk.closing.is_set()):
            began = time.monotonic()
            with contextlib.suppress(StoreUnavailable):
                its = await self._desk.db.read(self._look, watch.ref)
                if watch.version == 0 or its != watch.its:
                    watch.tell(its)
            cost = (time.monotonic() - began) * COST_FACTOR
            pause = max(self._look_seconds, min(cost, MAX_PAUSE_SECONDS))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._desk.closing.wait()
        watch.wake()

    def _look(self, conn: Connection, ref: str) -> Standing | None:
        campaign = campaigns.get(conn, ref)
        if campaign is None:
            return None
        ends_at = expected_ends(conn, [campaign], now=self._desk.clock()).get(ref)
        # To the minute, as it is shown: otherwise each look would be news.
        shown = ends_at and ends_at.replace(second=0, microsecond=0)
        return standing_of(campaign, shown)

    def _write(self, event: str, watch: _Watch, view: View) -> str:
        """Once for all who share the view; nothing, if the campaign is gone."""
        if watch.its is None:
            return ""
        key = event, view
        if key not in watch.written:
            html = render(
                view.template,
                view.tongue,
                self._desk,
                its=watch.its,
                for_operator=view.for_operator,
            )
            watch.written[key] = format_event(event, html)
        return watch.written[key]


def format_event(name: str, data: str) -> str:
    """One event; each line of its data has its own field."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() if line.strip())
    return f"event: {name}\n{lines}\n"


RETRY = f"retry: {RETRY_MS}\n\n"

NUMBERS = format_event("numbers", "numbers")
"""The table of numbers is read anew: each browser looks at another page of it."""

OVER = format_event("over", "over")
"""Nothing more will be sent: the browser closes the stream."""


def _said(its: Standing, tongue: Tongue) -> str:
    t = Words(tongue)
    if its.stage is not Stage.RUNNING:
        return t(its.stage.value)
    tenths = int(progress(its.campaign.counts) * TENTHS)
    return t("en cours, {percent} % terminés", percent=100 * tenths // TENTHS)
