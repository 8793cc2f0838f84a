"""
Counts of a campaign's faxes: by state, by cause, by the minute of the call.

I/O: the database, through the caller's transaction.

How a campaign of 100 000 stands is counted from an index, some 10 ms. Of one that is
over the counts are kept in its row, and believed if every fax in them came to an end
for good: what is unknown may still be settled, and is counted again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, String, case, cast, func, select
from sqlalchemy.types import TypeEngine

from ..domain.fax import FaxState
from ..domain.outcome import Ending
from .tables import attempt, campaign, fax

FINAL_COUNTS = {
    FaxState.SENT: campaign.c.final_sent,
    FaxState.FAILED: campaign.c.final_failed,
    FaxState.CANCELLED: campaign.c.final_cancelled,
}
"""What is written when a campaign ends; the rest of `final_total` is unknown."""

IS_FINAL: ColumnElement[bool] = (
    campaign.c.final_sent + campaign.c.final_failed + campaign.c.final_cancelled
    == campaign.c.final_total
)
"""Every fax has come to an end that nothing follows."""

COUNT_FINALS = ", ".join(
    [
        "final_total = (SELECT count(*) FROM fax WHERE campaign_id = campaign.id)",
        *(
            f"{column.name} = (SELECT count(*) FROM fax"  # noqa: S608 -- our own words
            f" WHERE campaign_id = campaign.id AND fax.state = '{state}')"
            for state, column in FINAL_COUNTS.items()
        ),
    ]
)
"""For the SET of the statement that ends a campaign."""

MINUTE_LETTERS = len("2026-03-02 12:00")


@dataclass(frozen=True, slots=True)
class Minute:
    """Calls that began in one minute."""

    at: datetime
    delivered: int
    others: int
    "Those still under way included."


def by_state(conn: Connection, ids: Collection[int]) -> dict[int, dict[FaxState, int]]:
    """Of each of these campaigns, how many faxes are in which state that occurs."""
    counts: dict[int, dict[FaxState, int]] = {each: {} for each in ids}
    kept = select(campaign.c.id, *FINAL_COUNTS.values())
    for final in conn.execute(kept.where(campaign.c.id.in_(ids), IS_FINAL)).mappings():
        counts[final["id"]] = {
            state: final[column.name]
            for state, column in FINAL_COUNTS.items()
            if final[column.name]
        }
    open_ids = [each for each, count in counts.items() if not count]
    counting = select(fax.c.campaign_id, fax.c.state, func.count().label("n"))
    for row in conn.execute(
        counting.where(fax.c.campaign_id.in_(open_ids)).group_by(
            fax.c.campaign_id, fax.c.state
        )
    ):
        counts[row.campaign_id][row.state] = row.n
    return counts


def causes(conn: Connection, campaign_id: int) -> dict[Ending, int]:
    """Why faxes did not arrive for sure, the most frequent first."""
    query = (
        select(fax.c.ending, func.count().label("n"))
        .where(
            fax.c.campaign_id == campaign_id,
            fax.c.state.in_([FaxState.FAILED, FaxState.UNKNOWN]),
        )
        .group_by(fax.c.ending)
        .order_by(func.count().desc(), fax.c.ending)
    )
    return {row.ending: row.n for row in conn.execute(query)}


def by_minute(conn: Connection, campaign_id: int) -> list[Minute]:
    """
    When its calls began, first to last; only minutes in which one did.

    Some 60 ms for 100 000 calls: not for every look at a page.
    """
    minute = minute_of(conn, attempt.c.started_at)
    delivered = func.sum(case((attempt.c.ending == Ending.DELIVERED, 1), else_=0))
    query = (
        select(minute.label("minute"), delivered.label("delivered"), func.count())
        .join(fax, fax.c.id == attempt.c.fax_id)
        .where(fax.c.campaign_id == campaign_id, attempt.c.started_at.is_not(None))
        .group_by(minute)
        .order_by(minute)
    )
    return [
        Minute(
            datetime.fromisoformat(text).replace(tzinfo=UTC), delivered, n - delivered
        )
        for text, delivered, n in conn.execute(query)
    ]


def minute_of(conn: Connection, at: ColumnElement[datetime]) -> ColumnElement[str]:
    """An instant's first letters in UTC: "2026-03-02 12:00"."""
    if conn.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", at), "YYYY-MM-DD HH24:MI", type_=_TEXT)
    return func.substr(cast(at, _TEXT), 1, MINUTE_LETTERS, type_=_TEXT)


_TEXT: TypeEngine[str] = String()
