"""
A past to look at: thousands of campaigns that ended, and large ones.

I/O: the database, through the caller's transaction.

Rows are written as the gateway leaves them, without the calls that it would have made:
ten thousand campaigns take it weeks.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, update

from ecofax_gateway.domain.document import DocumentRole, Quality
from ecofax_gateway.domain.fax import FINAL, FaxState, Phase
from ecofax_gateway.domain.order import Source
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.store import campaigns
from ecofax_gateway.store.reference import reference
from ecofax_gateway.store.states import CampaignState
from ecofax_gateway.store.tables import attempt, campaign, document, fax

PAGES = 2
CALL_SECONDS = 71.0
NUMBERS = (1, 1, 3, 12, 40)
"""Of the campaigns, in turn: most orders are single faxes."""

NAMES = ("Vœux {year}", "Relance clients n° {n}", "", "Été à la mer {n}", "Tarifs {n}")
"""In turn; without a name the document's is shown."""

CALLED = FINAL - {FaxState.CANCELLED}
TROUBLES = (Ending.BUSY, Ending.NO_ANSWER, Ending.NUMBER_UNKNOWN, Ending.NOT_A_FAX)
"""Of faxes that failed, in turn."""

Counts = Mapping[FaxState, int]


def write_past(
    conn: Connection, line: str, count: int, *, first: int = 0, until: datetime
) -> None:
    """
    Write campaigns that are over; number *n* was launched *n* hours before then.

    Args:
        line: E.164; it must exist.

        first: The number of the first one.
    """
    for n in range(first, first + count):
        at = until - timedelta(hours=n)
        name = NAMES[n % len(NAMES)].format(n=n, year=at.year)
        failed = 1 if n % 7 == 0 else 0
        counts = {
            FaxState.SENT: NUMBERS[n % len(NUMBERS)] - failed,
            FaxState.FAILED: failed,
        }
        write_campaign(conn, reference(n * 7919 + 1), line, name, counts, at=at)


def write_campaign(
    conn: Connection, ref: str, line: str, name: str, counts: Counts, *, at: datetime
) -> None:
    """
    Write a campaign that was launched then, with so many faxes in each state.

    They stand in its list in the order of *counts*; it is over if all of them are.
    """
    made = conn.execute(
        insert(campaign)
        .values(
            ref=ref,
            line=line,
            source=Source.COMMAND,
            subject="",
            quality=Quality.PREMIUM,
            state=CampaignState.READY,
            tries=1,
            warnings=[],
            notes={},
            pages=PAGES,
            created_at=at,
            launched_at=at,
            name=name,
            expected=sum(counts.values()),
        )
        .returning(campaign.c.id)
    ).scalar_one()
    conn.execute(
        insert(document).values(
            campaign_id=made,
            position=1,
            name="lettre.pdf",
            role=DocumentRole.ATTACHED,
            sha256="0" * 64,
            size=1000,
        )
    )
    rows = list(_faxes(made, ref, line, counts, at))
    ids = conn.execute(
        insert(fax).returning(fax.c.id, sort_by_parameter_order=True), rows
    ).scalars()
    calls = [
        _call(fax_id, row)
        for fax_id, row in zip(ids, rows, strict=True)
        if row["state"] in CALLED
    ]
    if calls:
        conn.execute(insert(attempt), calls)
    campaigns.finish_if_all_final(conn, ref, now=rows[-1]["updated_at"])


def end_some(conn: Connection, ref: str, count: int, *, at: datetime) -> None:
    """Let some faxes of a campaign that are queued have arrived."""
    queued = campaigns.get(conn, ref)
    assert queued is not None
    chosen = fax.c.id.in_(
        fax.select()
        .with_only_columns(fax.c.id)
        .where(fax.c.campaign_id == queued.id, fax.c.state == FaxState.QUEUED)
        .order_by(fax.c.id)
        .limit(count)
    )
    conn.execute(
        update(fax)
        .where(chosen)
        .values(
            state=FaxState.SENT,
            ending=Ending.DELIVERED,
            pages_confirmed=PAGES,
            updated_at=at,
            finished_at=at,
        )
    )


def _faxes(
    made: int, ref: str, line: str, counts: Counts, at: datetime
) -> Iterator[dict[str, Any]]:
    states = [state for state, count in counts.items() for _ in range(count)]
    for position, state in enumerate(states, 1):
        ended_at = at + timedelta(seconds=2 * position)
        is_dialing, is_known = state is FaxState.DIALING, state in CALLED
        ending = TROUBLES[position % len(TROUBLES)]
        if state is FaxState.SENT:
            ending = Ending.DELIVERED
        yield {
            "ref": f"{ref}-{position}",
            "campaign_id": made,
            "position": position,
            "line": line,
            "trunk": "main",
            "number": f"+339{(made * 100_003 + position * 7) % 10**8:08}",
            "state": state,
            "phase": Phase.SENDING if is_dialing else None,
            "busy": is_dialing,
            "priority": 50,
            "vrank": float(position),
            "attempt": int(is_dialing or is_known),
            "node": "a",
            "epoch": 1,
            "pages_confirmed": PAGES if state is FaxState.SENT else 0,
            "cancel_requested": False,
            "ending": ending if is_known else None,
            "detail": "",
            "updated_at": ended_at,
            "finished_at": ended_at if state in FINAL else None,
        }


def _call(fax_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    began = row["updated_at"] - timedelta(seconds=CALL_SECONDS)
    return {
        "fax_id": fax_id,
        "n": 1,
        "node": "a",
        "epoch": 1,
        "phase": Phase.SENDING,
        "first_page": 1,
        "pages_confirmed": row["pages_confirmed"],
        "claimed_at": began,
        "started_at": began,
        "answered_at": began,
        "ended_at": row["updated_at"],
        "ending": row["ending"],
        "detail": "",
        "fax_met": True,
        "duration_s": CALL_SECONDS,
        "trunk": "main",
        "pages_sha256": "0" * 64,
    }
