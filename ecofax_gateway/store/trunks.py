"""
Trunks: how calls leave, how many at once, and which faxes wait for which.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from ..domain.document import Quality
from ..domain.fax import FaxState
from ..domain.outcome import Ending
from ..domain.priority import SINGLE
from .insertion import insert_into
from .tables import attempt, campaign, fax, trunk

OPEN = (FaxState.WAITING, FaxState.SCHEDULED, FaxState.QUEUED, FaxState.HELD)
"""A fax in one of these is still to be called, and may change its trunk."""

BATCH = 500
"""Rows of one statement, far below the parameters a database takes."""

Choose = Callable[[str, Quality], str]
"""The trunk for an E.164 number in a quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkStatus:
    """One trunk; its address is in the settings, not here."""

    name: str
    max_calls: int
    "Channels, over all nodes."

    paused: bool
    is_down: bool
    "Every node that looks after it says so: no call leaves by it that has another way."

    calls_per_second: float | None
    "At most, over all nodes; None: any number."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkUse:
    """What a trunk carries."""

    name: str
    busy: int = 0
    "Channels in use, over all nodes."

    queued: int = 0
    calls: int = 0
    "Begun since the instant asked for."

    faults: int = 0
    "Of these, those that the trunk failed."

    delivered: int = 0


_WAITING = select(fax.c.id, fax.c.number, fax.c.trunk, campaign.c.quality).join(
    campaign, campaign.c.id == fax.c.campaign_id
)
_STATUS = [trunk.c[name] for name in TrunkStatus.__dataclass_fields__]


def put(
    conn: Connection,
    name: str,
    *,
    max_calls: int,
    calls_per_second: float | None = None,
) -> None:
    """Make a trunk known, or set its channels and pace anew; a pause stays."""
    rules = {"max_calls": max_calls, "calls_per_second": calls_per_second}
    conn.execute(
        insert_into(conn, trunk)
        .values(name=name, paused=False, **rules)
        .on_conflict_do_update(
            index_elements=[trunk.c.name], set_={**rules, "slots": None}
        )
    )


def adopt(conn: Connection, names: Collection[str], choose: Choose) -> int:
    """
    Forget all trunks but these, and find a way for the faxes that waited for others.

    A trunk that the operator renamed or took away would keep its faxes for ever.

    Returns:
        How many faxes changed their trunk.
    """
    conn.execute(delete(trunk).where(trunk.c.name.not_in(names)))
    return move(conn, waiting(conn, not_for=names), choose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A fax that may still change its trunk."""

    id: int
    number: str
    trunk: str
    quality: Quality


def waiting(conn: Connection, *, not_for: Collection[str]) -> list[Waiting]:
    """Faxes that are still to be called, by none of these trunks."""
    query = _WAITING.where(fax.c.state.in_(OPEN), fax.c.trunk.not_in(not_for))
    return [Waiting(**row) for row in conn.execute(query).mappings()]


def of_campaign(conn: Connection, ref: str) -> list[Waiting]:
    """A campaign's faxes that are still to be called."""
    query = _WAITING.where(campaign.c.ref == ref, fax.c.state.in_(OPEN))
    return [Waiting(**row) for row in conn.execute(query).mappings()]


def queued(
    conn: Connection,
    *,
    closed: Collection[str],
    known: Collection[str],
    with_others: bool,
    after: int = 0,
    limit: int,
) -> list[Waiting]:
    """
    Faxes in the queue that may have to change their trunk, by id.

    Args:
        closed: Those of these trunks.

        known: And those of none of these.

        with_others: And all others, but for faxes that a trunk has just failed: they
            have left it on purpose.

        after: Only with a larger id.

        limit: At most so many.
    """
    is_wanted = or_(fax.c.trunk.in_(closed), fax.c.trunk.not_in(known))
    if with_others:
        is_wanted |= fax.c.ending.is_distinct_from(Ending.TRUNK_FAULT)
    query = _WAITING.where(fax.c.state == FaxState.QUEUED, is_wanted, fax.c.id > after)
    rows = conn.execute(query.order_by(fax.c.id).limit(limit))
    return [Waiting(**row) for row in rows.mappings()]


def urgent(conn: Connection, *, of: Collection[str], limit: int) -> list[Waiting]:
    """Single faxes in the queue of these trunks, those to be called first to the front."""
    query = _WAITING.where(
        fax.c.state == FaxState.QUEUED,
        fax.c.gate == 0,
        fax.c.priority <= SINGLE,
        fax.c.trunk.in_(of),
    )
    rows = conn.execute(query.order_by(fax.c.priority, fax.c.id).limit(limit))
    return [Waiting(**row) for row in rows.mappings()]


def room(conn: Connection) -> dict[str, int]:
    """Free channels of each trunk that is open."""
    used = (
        select(fax.c.trunk, func.count().label("n"))
        .where(fax.c.busy, fax.c.rides_with.is_(None))
        .group_by(fax.c.trunk)
        .subquery()
    )
    query = (
        select(trunk.c.name, trunk.c.max_calls - func.coalesce(used.c.n, 0))
        .outerjoin(used, used.c.trunk == trunk.c.name)
        .where(~trunk.c.paused, ~trunk.c.is_down)
    )
    return {name: max(free, 0) for name, free in conn.execute(query)}


def move(conn: Connection, chosen: Iterable[Waiting], choose: Choose) -> int:
    """
    Let faxes leave by the trunk that *choose* gives, if they still wait.

    Returns:
        How many changed their trunk.
    """
    to: dict[str, list[int]] = {}
    for each in chosen:
        name = choose(each.number, each.quality)
        if name != each.trunk:
            to.setdefault(name, []).append(each.id)
    moved = 0
    for name, ids in to.items():
        for start in range(0, len(ids), BATCH):
            some: Sequence[int] = ids[start : start + BATCH]
            change = update(fax).where(fax.c.id.in_(some), fax.c.state.in_(OPEN))
            moved += conn.execute(change.values(trunk=name)).rowcount
    return moved


def set_paused(conn: Connection, name: str, *, paused: bool) -> bool:
    """Let no new call leave by a trunk, or again; False if there is no such trunk."""
    changed = conn.execute(
        update(trunk).where(trunk.c.name == name).values(paused=paused)
    )
    return changed.rowcount == 1


def listing(conn: Connection) -> list[TrunkStatus]:
    """Every trunk, by name."""
    query = select(*_STATUS).order_by(trunk.c.name)
    return [TrunkStatus(**row) for row in conn.execute(query).mappings()]


def closed(conn: Connection) -> frozenset[str]:
    """Names of trunks that faxes should not be given now: paused, or down."""
    query = select(trunk.c.name).where(trunk.c.paused | trunk.c.is_down)
    return frozenset(conn.execute(query).scalars())


def use(conn: Connection, *, since: datetime) -> dict[str, TrunkUse]:
    """
    What each trunk carries now, and what it has carried since then.

    Returns:
        By name; only trunks that carry or have carried something.
    """
    found: dict[str, dict[str, int]] = {}
    on_air = select(fax.c.trunk, func.count().label("n")).where(
        fax.c.busy, fax.c.rides_with.is_(None)
    )
    for row in conn.execute(on_air.group_by(fax.c.trunk)):
        found.setdefault(row.trunk, {})["busy"] = row.n
    in_queue = select(fax.c.trunk, func.count().label("n")).where(
        fax.c.state == FaxState.QUEUED
    )
    for row in conn.execute(in_queue.group_by(fax.c.trunk)):
        found.setdefault(row.trunk, {})["queued"] = row.n
    begun = (
        select(attempt.c.trunk, attempt.c.ending, func.count().label("n"))
        .where(attempt.c.claimed_at >= since, attempt.c.started_at.is_not(None))
        .where(attempt.c.rode_with.is_(None))
        .group_by(attempt.c.trunk, attempt.c.ending)
    )
    for row in conn.execute(begun):
        sums = found.setdefault(row.trunk, {})
        sums["calls"] = sums.get("calls", 0) + row.n
        if row.ending is Ending.TRUNK_FAULT:
            sums["faults"] = sums.get("faults", 0) + row.n
        elif row.ending is Ending.DELIVERED:
            sums["delivered"] = sums.get("delivered", 0) + row.n
    return {name: TrunkUse(name=name, **sums) for name, sums in found.items()}


def causes(conn: Connection, *, since: datetime) -> dict[str, dict[Ending, int]]:
    """By trunk, how its calls since then ended, the most frequent first."""
    query = (
        select(attempt.c.trunk, attempt.c.ending, func.count().label("n"))
        .where(attempt.c.claimed_at >= since, attempt.c.ending.is_not(None))
        .group_by(attempt.c.trunk, attempt.c.ending)
        .order_by(func.count().desc(), attempt.c.ending)
    )
    found: dict[str, dict[Ending, int]] = {}
    for row in conn.execute(query):
        found.setdefault(row.trunk, {})[row.ending] = row.n
    return found
