"""
Claims: which fax is called next, and what becomes of a lost node's calls.

I/O: the database, through the caller's transaction.

A claim takes a channel of a line and of a trunk. Both caps hold exactly, whoever
claims at the same time: on PostgreSQL the trunks' rows are locked first, by a
statement of its own, so that the counting statement sees what the last claimer
committed; SQLite has one writer anyway.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    insert,
    null,
    select,
    text,
    update,
)

from ..domain.document import Quality
from ..domain.fax import FaxState, Phase
from ..domain.outcome import Ending
from . import nodes
from .tables import attempt, campaign, fax, line, trunk
from .types import UtcTime

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

    @property
    def first_page(self) -> int:
        """The page this attempt begins with, from 1."""
        return self.pages_confirmed + 1


_FREE_SLOTS = text(
    """
    UPDATE fax SET busy = FALSE, slot_until = NULL
    WHERE busy AND state = 'unknown' AND slot_until <= :now
    """
).bindparams(bindparam("now", type_=UtcTime))

# One row per line and open trunk: the first fax of its queue to a number that nobody
# is calling. Then the best per line (best_of_line), per destination (best_of_number:
# two lines may want the same one), and as many per trunk as it has room (rn).
_CLAIM = text(
    """
    WITH line_calls AS (SELECT line, count(*) AS n FROM fax WHERE busy GROUP BY line),
    trunk_calls AS (SELECT trunk, count(*) AS n FROM fax WHERE busy GROUP BY trunk),
    open_line AS (
        SELECT l.number, l.last_claim, (coalesce(c.n, 0) + 1) / l.weight AS share
        FROM line l LEFT JOIN line_calls c ON c.line = l.number
        WHERE NOT l.paused AND coalesce(c.n, 0) < l.max_calls
    ),
    open_trunk AS (
        SELECT t.name, t.max_calls - coalesce(c.n, 0) AS room
        FROM trunk t LEFT JOIN trunk_calls c ON c.trunk = t.name
        WHERE NOT t.paused AND coalesce(c.n, 0) < t.max_calls
    ),
    head AS (
        SELECT l.number AS line, l.share, l.last_claim, t.room,
            (SELECT f.id FROM fax f
             WHERE f.line = l.number AND f.trunk = t.name AND f.state = 'queued'
               AND NOT EXISTS (SELECT 1 FROM fax b WHERE b.busy AND b.number = f.number)
             ORDER BY f.priority, f.vrank, f.id LIMIT 1) AS fax_id
        FROM open_line l CROSS JOIN open_trunk t
    ),
    best_of_line AS (
        SELECT h.*, f.number, f.trunk, f.priority,
            row_number() OVER (PARTITION BY h.line
                               ORDER BY f.priority, f.vrank, f.id) AS of_line
        FROM head h JOIN fax f ON f.id = h.fax_id
    ),
    best_of_number AS (
        SELECT b.*,
            row_number() OVER (PARTITION BY number
                ORDER BY priority, share, last_claim, line) AS of_number
        FROM best_of_line b WHERE of_line = 1
    ),
    ranked AS (
        SELECT b.*,
            row_number() OVER (PARTITION BY trunk
                ORDER BY priority, share, last_claim, line) AS rn
        FROM best_of_number b WHERE of_number = 1
    )
    UPDATE fax SET state = 'dialing', phase = 'claimed', busy = TRUE, node = :node,
        epoch = :epoch, attempt = attempt + 1, updated_at = :now
    WHERE state = 'queued' AND id IN (
        SELECT fax_id FROM ranked WHERE rn <= room
        ORDER BY priority, share, last_claim, line LIMIT :limit)
    RETURNING id
    """
).bindparams(bindparam("now", type_=UtcTime))


def claim(
    conn: Connection, *, node: str, epoch: int, limit: int, now: datetime
) -> list[ClaimedFax]:
    """
    Take up to *limit* queued faxes that may be called now.

    Never above a line's or a trunk's number of calls, never a number that is being
    called, whoever's fax it is. Priority first; then the line with the fewest calls
    for its weight; within a line by rank. Each gets a row for its attempt, which
    counts as a dial only after `calls.intend`. Nothing for a life that is over.
    """
    if not nodes.lives(conn, node, epoch):
        return []
    order = select(trunk.c.name).order_by(trunk.c.name)
    conn.execute(order.with_for_update(key_share=True))
    conn.execute(_FREE_SLOTS, {"now": now})
    claimed: list[ClaimedFax] = []
    # One pass takes one fax per line at most, so that lines share what is free.
    while len(claimed) < limit:
        room = limit - len(claimed)
        owner = {"node": node, "epoch": epoch, "now": now, "limit": room}
        ids = list(conn.execute(_CLAIM, owner).scalars())
        if not ids:
            break
        claimed += _begun(conn, ids, now)
    return claimed


def give_back(conn: Connection, claimed: ClaimedFax, *, now: datetime) -> bool:
    """Put a fax back whose call is not going to be placed; False if it is not ours."""
    mine = select(fax.c.id).where(*is_owner(claimed), fax.c.phase == Phase.CLAIMED)
    return bool(
        _requeue(conn, list(conn.execute(mine.with_for_update()).scalars()), now)
    )


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
    for a while, because the call may still stand.

    Args:
        slot_grace: For how long.

    Returns:
        References of the faxes that became unknown.
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
    query = select(fax.c.id, fax.c.ref, fax.c.phase).where(
        fax.c.state == FaxState.DIALING, *lost
    )
    rows = conn.execute(query.order_by(fax.c.id).with_for_update()).all()
    _requeue(conn, [row.id for row in rows if row.phase is Phase.CLAIMED], now)
    left = [row for row in rows if row.phase is not Phase.CLAIMED]
    ids = [row.id for row in left]
    conn.execute(
        update(attempt)
        .where(attempt.c.fax_id.in_(ids), attempt.c.ended_at.is_(None))
        .values(ended_at=now, ending=Ending.BROKEN_OFF)
    )
    conn.execute(
        update(fax)
        .where(fax.c.id.in_(ids))
        .values(
            state=FaxState.UNKNOWN,
            phase=None,
            ending=Ending.BROKEN_OFF,
            slot_until=now + slot_grace,
            updated_at=now,
            finished_at=now,
        )
    )
    return [row.ref for row in left]


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


def _begun(conn: Connection, ids: Sequence[int], now: datetime) -> list[ClaimedFax]:
    """Open the attempts of faxes just claimed and move their lines' clocks."""
    query = (
        select(
            *(fax.c[name] for name in _OF_FAX),
            fax.c.vrank,
            campaign.c.ref.label("campaign"),
            campaign.c.quality,
            campaign.c.pages,
        )
        .join(campaign, campaign.c.id == fax.c.campaign_id)
        .where(fax.c.id.in_(ids))
        .order_by(fax.c.priority, fax.c.id)
    )
    begun = []
    for row in conn.execute(query).mappings().all():
        values = dict(row)
        vrank = values.pop("vrank")
        begun.append(ClaimedFax(**values))
        later = case((line.c.vtime < vrank, vrank), else_=line.c.vtime)
        conn.execute(
            update(line)
            .where(line.c.number == row["line"])
            .values(vtime=later, last_claim=now)
        )
    conn.execute(
        insert(attempt),
        [
            {
                "fax_id": each.id,
                "n": each.attempt,
                "node": each.node,
                "epoch": each.epoch,
                "phase": Phase.CLAIMED,
                "first_page": each.first_page,
                "pages_confirmed": 0,
                "claimed_at": now,
                "detail": "",
                "fax_met": False,
                "duration_s": 0.0,
            }
            for each in begun
        ],
    )
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
            node=None,
            epoch=None,
            updated_at=now,
        )
    ).rowcount


_OF_FAX = [
    name
    for name in ClaimedFax.__dataclass_fields__
    if name not in {"campaign", "quality", "pages"}
]
