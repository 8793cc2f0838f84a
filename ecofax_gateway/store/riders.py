"""
Riders: faxes that go in the call of another one to the same number, where a line may.

I/O: the database, through the caller's transaction.

The fax that was claimed holds the channel; its riders are dialing too, each with its
own attempt, and count nowhere as a call. Who rides is chosen in the transaction of the
claim, by the same rules.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select, text, update

from . import schedules
from .choice import GATE_IS_OPEN, TRIED_WHEN_ALL_WERE
from .tables import fax, line
from .types import UtcTime

MAX_FAXES = 10
"""In one call, the first included: its outcome is one transaction, its pages one file."""

MAX_PAGES = 30
"""In one call, unless its first fax alone has more: some 15 minutes on the line, after
which another sender should have a turn at that machine."""

_RIDER = fax.alias("rider")
SHARES_CALL = fax.c.rides_with.is_not(None) | exists(
    select(_RIDER.c.id).where(_RIDER.c.rides_with == fax.c.id)
)
"""A dialing fax is not alone in its call: it must not be ended behind its owner's back,
who would go on with a call that holds no channel."""

_COMBINING = select(line.c.number).where(line.c.combine)

# As a claim would take them one after the other, once their number were free.
_WAITING = text(
    f"""
    SELECT f.id, f.campaign_id, c.pages - f.pages_confirmed AS pages
    FROM fax lead JOIN campaign lc ON lc.id = lead.campaign_id
    JOIN fax f ON f.number = lead.number AND f.line = lead.line
        AND f.trunk = lead.trunk
        AND f.state IN ('queued', 'scheduled') AND f.state = 'queued'
    JOIN campaign c ON c.id = f.campaign_id AND c.quality = lc.quality
    WHERE lead.id = :lead AND (f.gate = 0 OR ({GATE_IS_OPEN}))
        AND ({TRIED_WHEN_ALL_WERE})
    ORDER BY f.priority, f.round, f.vrank, f.id LIMIT :limit
    """  # noqa: S608 -- our own words
).bindparams(bindparam("paced", type_=UtcTime))

_BOARD = text(
    """
    UPDATE fax SET state = 'dialing', phase = 'claimed', busy = TRUE, rides_with = :lead,
        node = :node, epoch = :epoch, attempt = attempt + 1, updated_at = :now
    WHERE id = :of_id AND state = 'queued'
    """
).bindparams(bindparam("now", type_=UtcTime))


def combining(conn: Connection) -> set[str]:
    """Numbers of the lines that combine."""
    return set(conn.execute(_COMBINING).scalars())


def board(
    conn: Connection, lead: int, *, pages: int, node: str, epoch: int, now: datetime
) -> list[int]:
    """
    Let queued faxes ride with one that was just claimed, in the order of their claims.

    Args:
        lead: Its id; its line combines.

        pages: How many it is to send.

        node, epoch: Whose it is.

    Returns:
        Ids of the riders.
    """
    found = {"lead": lead, "limit": MAX_FAXES - 1, "paced": now + schedules.PACE_SLACK}
    owner = {"lead": lead, "node": node, "epoch": epoch, "now": now}
    room = MAX_PAGES - pages
    taken: list[int] = []
    for row in conn.execute(_WAITING, found).all():
        if row.pages > room:
            break
        if conn.execute(_BOARD, {**owner, "of_id": row.id}).rowcount == 1:
            taken.append(row.id)
            room -= row.pages
    return taken


def inherit(
    conn: Connection, lead: int, left: Sequence[int], *, node: str, epoch: int
) -> None:
    """
    Hand a call on: its first fax goes away, and another one holds the channel.

    Before that one goes, and with nothing in between that others could step into: the
    channel is never without its call.

    Args:
        lead: Id of who led; it rides with the new one until it is settled.

        left: Ids of those who stay, the new lead first.

        node, epoch: Whose call it is; what an old life still has to say changes nothing.
    """
    mine = update(fax).where(fax.c.rides_with == lead)
    query = select(fax.c.id).where(
        fax.c.id.in_(left[:1]),
        fax.c.rides_with == lead,
        fax.c.node == node,
        fax.c.epoch == epoch,
    )
    if conn.execute(query.with_for_update()).scalar() is None:
        return
    conn.execute(update(fax).where(fax.c.id == lead).values(rides_with=left[0]))
    conn.execute(mine.where(fax.c.id == left[0]).values(rides_with=None))
    conn.execute(mine.values(rides_with=left[0]))


def keepers(rows: Collection[tuple[int, int | None]]) -> set[int]:
    """
    Which of the faxes of lost calls keep the channel: one for each call.

    Args:
        rows: Id and `rides_with` of each.
    """
    first: dict[int, int] = {}
    for each, lead in sorted(rows, key=lambda row: (row[1] is not None, row[0])):
        first.setdefault(each if lead is None else lead, each)
    return set(first.values())
