"""
Orders whose pages are being made, and those whose pages could not be.

I/O: the database, through the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from .states import CampaignState
from .tables import campaign, document, fax

LIST_LIMIT = 100
"""Orders under way that are listed at most."""

REFUSED_LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """One order whose documents become pages."""

    ref: str
    line: str
    names: tuple[str, ...]
    "Of its documents."

    since: datetime
    "When it was ordered."

    tries: int
    node: str | None
    "Where it is being made; None: it waits."

    is_draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One order that could not be printed."""

    ref: str
    line: str
    at: datetime
    reason: str
    "French sentences, as whoever ordered it was told."


def under_way(conn: Connection) -> list[Conversion]:
    """Those that are being made or wait for it, the oldest first."""
    columns = ("id", "ref", "line", "tries", "node", "created_at", "launched_at")
    query = (
        select(*(campaign.c[name] for name in columns))
        .where(
            campaign.c.state == CampaignState.PREPARING,
            # A draft that nothing is made of until somebody changes it.
            campaign.c.trouble.is_(None),
            campaign.c.id.in_(select(document.c.campaign_id)),
        )
        .order_by(campaign.c.id)
        .limit(LIST_LIMIT)
    )
    rows = list(conn.execute(query))
    names = _names(conn, [row.id for row in rows])
    return [
        Conversion(
            ref=row.ref,
            line=row.line,
            names=tuple(names.get(row.id, ())),
            since=row.created_at,
            tries=row.tries,
            node=row.node,
            is_draft=row.launched_at is None,
        )
        for row in rows
    ]


def refused(conn: Connection) -> list[Refused]:
    """The last ones that could not be printed, the newest first."""
    reason = (
        select(fax.c.detail)
        .where(fax.c.campaign_id == campaign.c.id)
        .order_by(fax.c.position)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(campaign.c.ref, campaign.c.line, campaign.c.finished_at, reason)
        .where(campaign.c.state == CampaignState.FAILED)
        .order_by(campaign.c.id.desc())
        .limit(REFUSED_LIMIT)
    )
    return [
        Refused(ref=ref, line=line, at=at, reason=why or "")
        for ref, line, at, why in conn.execute(query)
    ]


def _names(conn: Connection, ids: list[int]) -> dict[Any, list[str]]:
    query = select(document.c.campaign_id, document.c.name).where(
        document.c.campaign_id.in_(ids)
    )
    found: dict[Any, list[str]] = {}
    for campaign_id, name in conn.execute(query.order_by(document.c.position)):
        found.setdefault(campaign_id, []).append(name)
    return found
