"""
What our store does in a second, on SQLite and on PostgreSQL.

I/O: databases, and the clock of this machine.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ecofax_gateway.store import campaigns, claims, faxes, schedules

from .office import NODE, Office

LINES = 50
"""Fax lines that share the channels, each with a campaign."""

CHANNELS = 200
"""Calls at once; a call takes no time here, so it is the store that is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So much in a second, for so much CPU time."""

    per_s: float
    cpu_ms: float
    "Of one fax: this process's and the database server's."


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """One campaign of very many numbers."""

    enqueue_s: float
    longest_ms: float
    "The longest transaction of it, which others wait for."

    claim_p50_ms: float
    claim_p99_ms: float
    pause_ms: float
    counts_ms: float


Clock = Callable[[], float]
"CPU seconds spent so far, by whoever takes part."


def lives(url: str, spool: Path, *, count: int, cpu: Clock) -> tuple[Pace, Pace]:
    """
    Enqueue *count* faxes in campaigns of equal size, and call them all.

    Returns:
        The pace of enqueueing, and that of full lives: claim, intent, one page,
        outcome, as the daemon writes them.
    """
    office = Office.open(url, spool, channels={"t": CHANNELS})
    try:
        each = count // LINES
        began, spent = time.perf_counter(), cpu()
        for n in range(LINES):
            line = office.line(n, max_calls=CHANNELS // LINES)
            office.enqueue(line, _numbers(n * each, each), trunk="t")
        enqueued = _pace(each * LINES, began, spent, cpu)
        began, spent = time.perf_counter(), cpu()
        lived = asyncio.run(office.drain(channels=CHANNELS))
        assert lived == each * LINES, lived
        return enqueued, _pace(lived, began, spent, cpu)
    finally:
        office.db.close()


def large(url: str, spool: Path, *, count: int, claimed: int) -> Large:
    """
    Enqueue one campaign of *count* numbers, and look at it while it is being called.

    Args:
        claimed: Claims that are timed, one fax each; its life is lived after it.
    """
    office = Office.open(url, spool, channels={"t": CHANNELS})
    db, now = office.db, office.now
    try:
        line = office.line(0, max_calls=CHANNELS)
        began = time.perf_counter()
        ref, longest_s = office.enqueue_large(line, _numbers(0, count), trunk="t")
        enqueue_s = time.perf_counter() - began
        times = asyncio.run(_timed_claims(office, claimed))
        counts = []
        for _ in range(5):
            began = time.perf_counter()
            campaign = db.sync_read(campaigns.get, ref)
            counts.append(time.perf_counter() - began)
            assert campaign is not None
            assert sum(campaign.counts.values()) == count
        began = time.perf_counter()
        assert db.sync_tx(schedules.set_paused, ref, paused=True, now=now)
        nothing = db.sync_tx(claims.claim, node=NODE, epoch=1, limit=CHANNELS, now=now)
        pause_ms = (time.perf_counter() - began) * 1000
        assert nothing == []
        assert len(db.sync_read(faxes.listing, campaign_ref=ref)) > 0
        cuts = statistics.quantiles(times, n=100)
        return Large(
            enqueue_s=enqueue_s,
            longest_ms=longest_s * 1000,
            claim_p50_ms=cuts[49] * 1000,
            claim_p99_ms=cuts[98] * 1000,
            pause_ms=pause_ms,
            counts_ms=statistics.median(counts) * 1000,
        )
    finally:
        db.close()


async def _timed_claims(office: Office, count: int) -> list[float]:
    """Claim one fax at a time, while the one before it is being called."""
    times = []
    calling: asyncio.Task[None] | None = None
    for _ in range(count):
        began = time.perf_counter()
        (one,) = await office.db.tx(
            claims.claim, node=NODE, epoch=office.epoch, limit=1, now=office.now
        )
        times.append(time.perf_counter() - began)
        if calling is not None:
            await calling
        calling = asyncio.create_task(office.live(one))
    if calling is not None:
        await calling
    return times


def _pace(count: int, began: float, spent: float, cpu: Clock) -> Pace:
    return Pace(
        per_s=count / (time.perf_counter() - began),
        cpu_ms=(cpu() - spent) / count * 1000,
    )


def _numbers(first: int, count: int) -> list[str]:
    return [f"+33{200_000_000 + each}" for each in range(first, first + count)]
