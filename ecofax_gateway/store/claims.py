"""
Claims: which fax is called next, and what becomes of a lost node's calls.

I/O: the database, through the caller's transaction.

A claim takes a channel of a line and of a trunk. Both caps hold exactly, whoever
claims at the same time: on PostgreSQL the trunks' rows are locked first, by a
statement of its own, so that the counting statement sees what the last claimer
committed; SQLite has one writer anyway.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    delete,
    null,
    select,
    text,
    update,
)

from ..domain.document import Quality
from ..domain.fax import FaxState, Phase
from ..domain.outcome import Ending
from . import nodes, riders, schedules, trunk_pace
from .choice import CLAIM
from .shared import Shared
from .tables import attempt, campaign, fax
from .types import PlainText, UtcTime, Word

SLOT_GRACE = timedelta(minutes=2)
"""How long a lost call keeps its channel: a fax machine that hears nothing hangs up
after T1 (35 s) or T5 (60 s), ITU-T T.30 (09/2005) §5.4.3; twice the longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedFax:
    """A fax whose call may be prepared; its owner is *node*, *epoch*, *attempt*."""

    id: int
    ref: str
    campaign: str
    position: int
    line: str
    trunk: str
    number: str
    quality: Quality
    pages: int
    "Of the whole fax."

    pages_confirmed: int
    "By earlier attempts: this one begins after them."

    attempt: int
    node: str
    epoch: int
    riders: "tuple[ClaimedFax, ...]" = ()
    "Faxes to the same number that go in the same call, after it."

    starts_at: datetime | None = None
    "Its INVITE waits until then, for the pace of its trunk; None: it need not."

    @property
    def first_page(self) -> int:
        """The page this attempt begins with, from 1."""
        return self.pages_confirmed + 1

    @property
    def pages_to_send(self) -> int:
        """How many pages this attempt has."""
        return self.pages - self.pages_confirmed


_FREE_SLOTS = text(
    """
    UPDATE fax SET busy = FALSE, slot_until = NULL
    WHERE busy AND state = 'unknown' AND slot_until <= :now
    """
).bindparams(bindparam("now", type_=UtcTime))


def claim(
    conn: Connection, *, node: str, epoch: int, limit: int, now: datetime
) -> list[ClaimedFax]:
    """
    Take up to *limit* queued faxes that may be called now.

    Never above a line's or a trunk's number of calls, never a number that is being
    called, whoever's fax it is; nothing of a line or a campaign that is paused or out
    of its window, nor above a campaign's or a trunk's pace. Priority first; then the line with the
    fewest calls for its weight; within a line its campaigns take turns, and each tries
    its whole list before it tries one again. Each fax gets a row for its attempt, which
    counts as a dial only after `calls.intend`. Nothing for a life that is over.
    """
    if not nodes.lives(conn, node, epoch):
        return []
    paces = trunk_pace.lock(conn, now=now)
    conn.execute(_FREE_SLOTS, {"now": now})
    schedules.refresh(conn, now=now)
    claimed: list[ClaimedFax] = []
    # One pass takes one fax per line at most, so that lines share what is free.
    while len(claimed) < limit:
        room = limit - len(claimed)
        owner = {"node": node, "epoch": epoch, "now": now, "limit": room}
        owner["paced"] = now + schedules.PACE_SLACK
        ids = list(conn.execute(CLAIM, owner).scalars())
        if not ids:
            break
        begun = _begun(conn, ids, now)
        starts = trunk_pace.take(conn, paces, [each.trunk for each in begun])
        claimed += [
            replace(each, starts_at=at) for each, at in zip(begun, starts, strict=True)
        ]
    return _with_riders(conn, claimed, node=node, epoch=epoch, now=now)


def give_back(conn: Connection, claimed: ClaimedFax, *, now: datetime) -> bool:
    """
    Put a fax back whose call is not going to be placed, and its riders with it.

    Returns:
        False if none of them is ours.
    """
    mine: list[int] = []
    for each in (claimed, *claimed.riders):
        query = select(fax.c.id).where(*is_owner(each), fax.c.phase == Phase.CLAIMED)
        mine += conn.execute(query.with_for_update()).scalars()
    return bool(_requeue(conn, mine, now))


def take_over(
    conn: Connection,
    *,
    node: str,
    epoch: int,
    now: datetime,
    slot_grace: timedelta = SLOT_GRACE,
) -> list[str]:
    """
    Settle the calls of a node's earlier lives, those before *epoch*.

    What was only claimed goes back into the queue: nothing had left. What may have
    left is unknown for good, with the pages confirmed so far, and keeps its channel
    for a while, because the call may still stand. A fax whose every page was confirmed
    is sent, whatever became of the call.

    Args:
        slot_grace: For how long.

    Returns:
        References of the faxes that came to their end: unknown or sent.
    """
    return _settle(conn, now, slot_grace, fax.c.node == node, fax.c.epoch < epoch)


def settle_strays(
    conn: Connection,
    *,
    node: str,
    epoch: int,
    known: Collection[str],
    now: datetime,
    slot_grace: timedelta = SLOT_GRACE,
) -> list[str]:
    """
    Settle what this life of a node holds without knowing of it, as `take_over` does.

    A claim whose commit was not answered (a broken connection) may be written.

    Args:
        known: References of the faxes whose calls are under way.
    """
    mine = (fax.c.node == node, fax.c.epoch == epoch, fax.c.ref.not_in(known))
    return _settle(conn, now, slot_grace, *mine)


def _settle(
    conn: Connection,
    now: datetime,
    slot_grace: timedelta,
    *lost: ColumnElement[bool],
) -> list[str]:
    query = (
        select(
            fax.c.id,
            fax.c.ref,
            fax.c.phase,
            fax.c.rides_with,
            (fax.c.pages_confirmed >= campaign.c.pages).label("arrived"),
        )
        .join(campaign, campaign.c.id == fax.c.campaign_id)
        .where(fax.c.state == FaxState.DIALING, *lost)
    )
    rows = conn.execute(query.order_by(fax.c.id).with_for_update(of=fax)).all()
    _requeue(conn, [row.id for row in rows if row.phase is Phase.CLAIMED], now)
    left = [row for row in rows if row.phase is not Phase.CLAIMED]
    arrived = [row.id for row in left if row.arrived]
    unknown = [row for row in left if not row.arrived]
    keeping = riders.keepers([(row.id, row.rides_with) for row in unknown])
    others = [row.id for row in unknown if row.id not in keeping]
    # Who keeps the channel comes last: until now another one of its call had it.
    _end(conn, arrived, FaxState.SENT, Ending.DELIVERED, now)
    _end(conn, others, FaxState.UNKNOWN, Ending.BROKEN_OFF, now)
    until = now + slot_grace
    _end(conn, keeping, FaxState.UNKNOWN, Ending.BROKEN_OFF, now, slot_until=until)
    return [row.ref for row in left]


def _end(
    conn: Connection,
    ids: Collection[int],
    state: FaxState,
    ending: Ending,
    now: datetime,
    *,
    slot_until: datetime | None = None,
) -> None:
    """End faxes of lost calls, and their attempts."""
    if not ids:
        return
    conn.execute(
        update(attempt)
        .where(attempt.c.fax_id.in_(ids), attempt.c.ended_at.is_(None))
        .values(ended_at=now, ending=ending)
    )
    conn.execute(
        update(fax)
        .where(fax.c.id.in_(ids))
        .values(
            state=state,
            phase=None,
            ending=ending,
            busy=slot_until is not None,
            slot_until=slot_until,
            rides_with=None,
            updated_at=now,
            finished_at=now,
        )
    )


def is_owner(claimed: ClaimedFax) -> tuple[ColumnElement[bool], ...]:
    """The fax is still dialing, in this very attempt of this life of this node."""
    return (fax.c.state == FaxState.DIALING, *is_attempt(claimed))


def is_attempt(claimed: ClaimedFax) -> tuple[ColumnElement[bool], ...]:
    """Nobody has claimed the fax since, whatever its state is."""
    return (
        fax.c.id == claimed.id,
        fax.c.node == claimed.node,
        fax.c.epoch == claimed.epoch,
        fax.c.attempt == claimed.attempt,
    )


def _with_riders(
    conn: Connection,
    claimed: list[ClaimedFax],
    *,
    node: str,
    epoch: int,
    now: datetime,
) -> list[ClaimedFax]:
    """Let waiting faxes to the same numbers go in the calls of those just claimed."""
    combining = riders.combining(conn)
    if not combining:
        return claimed
    loaded = []
    for each in claimed:
        if each.line in combining:
            its = riders.board(
                conn, each.id, pages=each.pages_to_send, node=node, epoch=epoch, now=now
            )
            # Before the next one is looked at: a campaign's pace holds for riders too.
            begun = {rider.id: rider for rider in _begun(conn, its, now)} if its else {}
            each = replace(each, riders=tuple(begun[rider] for rider in its))
        loaded.append(each)
    return loaded


def _begun(conn: Connection, ids: Sequence[int], now: datetime) -> list[ClaimedFax]:
    """Open the attempts of faxes just claimed and move their lines' clocks."""
    rows = [
        row
        for rows in _CLAIMED.run_all(conn, [{"of_id": each} for each in ids])
        for row in rows
    ]
    begun, taken = [], []
    for row in sorted(rows, key=lambda row: (row.priority, row.id)):
        values = row._mapping
        begun.append(
            ClaimedFax(
                quality=row.quality,
                campaign=row.campaign,
                pages=row.pages,
                **{name: values[name] for name in _OF_FAX},
            )
        )
        taken.append(
            schedules.Taken(row.campaign_id, row.line, row.gate > 0, row.vrank)
        )
    schedules.after_claims(conn, taken, now=now)
    attempts = [
        {
            "of_id": each.id,
            "of_attempt": each.attempt,
            "of_node": each.node,
            "of_epoch": each.epoch,
            "by_trunk": each.trunk,
            "begins_with": each.first_page,
            "moment": now,
        }
        for each in begun
    ]
    _BEGIN.run_all(conn, attempts)
    return begun


def _requeue(conn: Connection, ids: Sequence[int], now: datetime) -> int:
    """Undo claims; the number of the attempt stays used, so that no old owner fits."""
    conn.execute(
        delete(attempt).where(attempt.c.fax_id.in_(ids), attempt.c.ended_at.is_(None))
    )
    return conn.execute(
        update(fax)
        .where(fax.c.id.in_(ids))
        .values(
            state=FaxState.QUEUED,
            phase=null(),
            busy=False,
            rides_with=None,
            node=None,
            epoch=None,
            updated_at=now,
        )
    ).rowcount


_OF_FAX = [
    name
    for name in ClaimedFax.__dataclass_fields__
    if name not in {"campaign", "quality", "pages", "riders", "starts_at"}
]

_CLAIMED = Shared(
    f"""
    SELECT fax.id AS of_id, {", ".join(f"fax.{name}" for name in _OF_FAX)}, fax.priority,
        fax.vrank, fax.gate, fax.campaign_id, campaign.ref AS campaign,
        campaign.quality, campaign.pages
    FROM given JOIN fax ON fax.id = given.of_id
    JOIN campaign ON campaign.id = fax.campaign_id
    """,  # noqa: S608 -- our own words
    given={"of_id": Integer()},
    key=["of_id"],
    returns={"quality": Word(Quality)},
)
_BEGIN = Shared(
    """
    INSERT INTO attempt (fax_id, n, node, epoch, trunk, phase, first_page,
        pages_confirmed, claimed_at, detail, fax_met, duration_s)
    SELECT of_id, of_attempt, of_node, of_epoch, by_trunk, 'claimed', begins_with,
        0, moment, '', FALSE, 0
    FROM given RETURNING fax_id AS of_id
    """,
    given={
        "of_id": Integer(),
        "of_attempt": Integer(),
        "of_node": PlainText(),
        "of_epoch": Integer(),
        "by_trunk": PlainText(),
        "begins_with": Integer(),
        "moment": UtcTime(),
    },
    key=["of_id"],
)
