"""
A store with lines, trunks and campaigns in it, and the daemon's way of using it.

I/O: a database.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ecofax_gateway.domain.dialling import Dialling
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FaxState, Phase
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import RetryPolicy, decide
from ecofax_gateway.domain.route import Carrier
from ecofax_gateway.engine.protocol import TrunkAddress
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.load import Load, write_intents, write_progress
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.pipeline.settling import Settling
from ecofax_gateway.pipeline.transmit import GATHER_SECONDS
from ecofax_gateway.pipeline.way import Way
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    departures,
    drafts,
    lines,
    nodes,
    preparation,
    trunks,
)
from ecofax_gateway.store.claims import ClaimedFax
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.reference import reference

NOON = datetime(2027, 3, 2, 12, tzinfo=UTC)
"""When every measurement begins, a Tuesday: no clock has a say in what is measured."""

NODE = "bench"

POLICY = RetryPolicy()

WAY = Way(
    name="t",
    address=TrunkAddress(host="far-end.example"),
    dialling=Dialling(),
    policy=POLICY,
)

DELIVERED = Outcome(
    ending=Ending.DELIVERED,
    pages_confirmed=1,
    remote_id="+33 3 66 72 03 07",
    bit_rate=14_400,
    ecm=True,
    vertical_dpi=196,
    answered=True,
    fax_met=True,
    duration_s=31.5,
)


@dataclass
class Office:
    """
    An open store.

    Args:
        db: The store.

        now: The time that every call is told.
    """

    db: Database
    now: datetime = NOON
    epoch: int = 0
    _refs: int = 0

    def __post_init__(self) -> None:
        answer = Answer(sender="fax@example.org", zone=ZoneInfo("UTC"), bell=Bell())
        self._settling = Settling(
            answer=answer,
            ways={WAY.name: WAY},
            routing=Routing([Carrier(name=WAY.name)]),
            clock=lambda: self.now,
        )

    @classmethod
    def open(
        cls, url: str, spool: Path, *, channels: dict[str, int], now: datetime = NOON
    ) -> "Office":
        """Open a store, with a node that lives and these trunks."""
        office = cls(Database.open(url, spool=spool), now=now)
        office.epoch = office.db.sync_tx(nodes.begin, NODE, now=now)
        for name, calls_at_once in channels.items():
            office.db.sync_tx(trunks.put, name, max_calls=calls_at_once)
        return office

    def line(self, n: int, *, max_calls: int) -> str:
        """Make fax line *n*; its number."""
        number = f"+3310000{n:04}"
        line = FaxLine(number=number, password_hash="none", max_calls=max_calls)  # noqa: S106 -- a hash that fits no password
        assert self.db.sync_tx(lines.add, line, now=self.now)
        return number

    def enqueue(
        self, line: str, numbers: Sequence[str], *, trunk: str, pages: int = 1
    ) -> str:
        """One campaign, from the order to the queue, in two commits; its reference."""
        new = self.order(line, numbers, trunk=trunk)
        self.db.sync_tx(campaigns.create, new, now=self.now)
        self.db.sync_tx(preparation.release, new.ref, page_count=pages, now=self.now)
        return new.ref

    def enqueue_large(
        self, line: str, numbers: Sequence[str], *, trunk: str
    ) -> tuple[str, float]:
        """
        One campaign as `campaign create` and `campaign launch` write it: in slices.

        Returns:
            Its reference, and the seconds of the longest transaction: what others wait.
        """
        wishes = campaigns.Wishes(expected=len(numbers))
        new = replace(
            self.order(line, (), trunk=trunk), draft=True, numbers=(), wishes=wishes
        )
        longest = 0.0

        def tx(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            nonlocal longest
            began = time.perf_counter()
            result = self.db.sync_tx(fn, *args, **kwargs, now=self.now)
            longest = max(longest, time.perf_counter() - began)
            return result

        tx(campaigns.create, new)
        for first in range(0, len(numbers), drafts.BATCH):
            some = numbers[first : first + drafts.BATCH]
            tx(drafts.add_numbers, new.ref, some, trunk=trunk, first=first + 1)
        tx(preparation.release, new.ref, page_count=1)
        assert tx(drafts.launch, new.ref) is drafts.DraftAnswer.DONE
        while tx(departures.fill):
            pass
        return new.ref, longest

    def order(
        self, line: str, numbers: Sequence[str], *, trunk: str
    ) -> campaigns.NewCampaign:
        """An order whose document is small."""
        self._refs += 1
        content = Content.of(b"a document")
        return campaigns.NewCampaign(
            ref=reference(self._refs * 7919),
            line=line,
            trunk=trunk,
            source=Source.COMMAND,
            requester=Requester(address=None),
            quality=Quality.PREMIUM,
            documents=(campaigns.NewDocument(name="a.pdf", content=content),),
            numbers=tuple(numbers),
        )

    async def drain(self, *, channels: int) -> int:
        """
        Call everything that is queued, as the daemon does; how many lives were lived.

        One dispatcher claims as many as channels are free; each call is a task of its
        own that writes its intent, its one page, and its outcome, by the functions
        of the daemon's pipeline. What the pages are made of is not read.
        """
        under_way: set[asyncio.Task[None]] = set()
        lived = 0
        while True:
            claimed = await self.db.tx(
                claims.claim,
                node=NODE,
                epoch=self.epoch,
                limit=channels - len(under_way),
                now=self.now,
            )
            if not claimed and not under_way:
                return lived
            lived += len(claimed)
            under_way |= {asyncio.create_task(self.live(each)) for each in claimed}
            done, under_way = await asyncio.wait(
                under_way, timeout=GATHER_SECONDS, return_when=asyncio.ALL_COMPLETED
            )
            for task in done:
                task.result()

    async def live(self, claimed: ClaimedFax) -> None:
        """One call that succeeds at once: intent, a page, the outcome."""
        load, now = Load((claimed,)), self.now
        obstacles = await self.db.brief(write_intents, load, ["0" * 64], now=now)
        assert not obstacles, obstacles
        assert await self.db.brief(write_progress, load, Phase.SENDING, 1, now=now)
        [(_, state)] = await self.db.brief(
            self._settling.write_outcomes, load, DELIVERED, draw=0.5
        )
        assert state is FaxState.SENT, state


def settle(
    conn: Connection,
    claimed: ClaimedFax,
    outcome: Outcome,
    policy: RetryPolicy,
    *,
    now: datetime,
    draw: float,
) -> None:
    """What the daemon writes when a call has ended, the reply aside."""
    history = calls.history(conn, claimed, outcome)
    assert history is not None, "nobody erases here"
    decision = decide(outcome, history, policy=policy, now=now, draw=draw)
    assert calls.finish(conn, claimed, outcome, decision, now=now) is not None
    campaigns.finish_if_all_final(conn, claimed.campaign, now=now)
