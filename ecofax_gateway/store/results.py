"""
How each fax of a campaign went, for its reports: many at a time.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from ..domain.fax import FaxState
from ..domain.outcome import Outcome
from .tables import attempt, campaign, fax

BATCH = 5000
"""Rows read by one statement: bounds memory, not what is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxResult:
    """One number of a campaign and its last call."""

    number: str
    state: FaxState
    pages_confirmed: int
    "Over all calls."

    calls: int
    "Those that were placed."

    ended_at: datetime | None
    outcome: Outcome | None
    "Of the last call, or why there was none; None: nothing happened yet."


def results(conn: Connection, ref: str) -> Iterator[FaxResult]:
    """
    Every fax of a campaign, in the order of its list.

    Two statements for every `BATCH` faxes, whatever happened to them.
    """
    query = select(campaign.c.id).where(campaign.c.ref == ref)
    campaign_id = conn.execute(query).scalar()
    after = 0
    while rows := _faxes(conn, campaign_id, after):
        calls: dict[int, list[RowMapping]] = {}
        ids = [row["id"] for row in rows]
        for call in _calls(conn, campaign_id, min(ids), max(ids)):
            calls.setdefault(call["fax_id"], []).append(call)
        for row in rows:
            yield _result(row, calls.get(row["id"], []))
        after = rows[-1]["position"]


_FAX = [
    fax.c[name]
    for name in (
        "id",
        "position",
        "number",
        "state",
        "pages_confirmed",
        "ending",
        "detail",
        "finished_at",
    )
]
_OF_CALL = ("remote_id", "bit_rate", "ecm", "vertical_dpi", "duration_s")
_CALL = [
    attempt.c[name] for name in ("fax_id", "pages_confirmed", "answered_at", *_OF_CALL)
]


def _faxes(conn: Connection, campaign_id: int | None, after: int) -> list[RowMapping]:
    query = select(*_FAX).where(
        fax.c.campaign_id == campaign_id, fax.c.position > after
    )
    return list(conn.execute(query.order_by(fax.c.position).limit(BATCH)).mappings())


def _calls(
    conn: Connection, campaign_id: int | None, first: int, last: int
) -> list[RowMapping]:
    query = (
        select(*_CALL)
        .join(fax, fax.c.id == attempt.c.fax_id)
        .where(
            attempt.c.fax_id.between(first, last),
            fax.c.campaign_id == campaign_id,
            attempt.c.started_at.is_not(None),
        )
    )
    return list(conn.execute(query.order_by(attempt.c.fax_id, attempt.c.n)).mappings())


def _result(row: RowMapping, calls: list[RowMapping]) -> FaxResult:
    return FaxResult(
        number=row["number"],
        state=row["state"],
        pages_confirmed=row["pages_confirmed"],
        calls=len(calls),
        ended_at=row["finished_at"],
        outcome=_outcome(row, calls[-1] if calls else None),
    )


def _outcome(row: RowMapping, last: RowMapping | None) -> Outcome | None:
    if row["ending"] is None:
        return None
    if last is None:
        return Outcome(ending=row["ending"], detail=row["detail"])
    return Outcome(
        ending=row["ending"],
        detail=row["detail"],
        pages_confirmed=last["pages_confirmed"],
        answered=last["answered_at"] is not None,
        **{name: last[name] for name in _OF_CALL},
    )
