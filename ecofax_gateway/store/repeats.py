"""
The duplicate guard: the same pages to the same number are held and asked about.

I/O: the database, through the caller's transaction.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from ..domain.campaign import Relation
from ..domain.fax import FaxState, Hold
from ..domain.outcome import Ending
from .tables import campaign, document, fax, line

WINDOW = timedelta(hours=24)
"""A letter that is sent again on the next day is meant, more often than not."""

PATIENCE = timedelta(days=7)
"""How long a repeat is held for somebody to say that it is meant."""

EXPIRE_LIMIT = 500
"""Repeats cancelled in one transaction, which may end as many campaigns."""

ALLOWED = "repeats_allowed"
"""Among the notes of a campaign whose sender knows that some have it already."""

_COUNTS = (
    FaxState.SCHEDULED,
    FaxState.QUEUED,
    FaxState.DIALING,
    FaxState.SENT,
    FaxState.UNKNOWN,
)
"""Of the earlier fax: the recipient has it, may have it, or is about to get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A fax that is held because its pages went there before."""

    ref: str
    number: str
    earlier_at: datetime
    "When the earlier fax ended, or got as far as it is."


def hold(
    conn: Connection, campaign_id: int, *, window: timedelta, now: datetime
) -> int:
    """
    Hold those waiting faxes of a campaign whose pages went to their number lately.

    Args:
        window: How long ago the other order may be; nought: hold nothing.

    Returns:
        How many are held.
    """
    query = select(campaign.c.line, campaign.c.quality, campaign.c.notes)
    row = conn.execute(query.where(campaign.c.id == campaign_id)).one()
    key = _content_key(conn, campaign_id, row.quality)
    # Of two that are let go at the same time, the second waits here for the first.
    gate = select(line.c.number).where(line.c.number == row.line)
    conn.execute(gate.with_for_update(key_share=True))
    conn.execute(
        update(campaign).where(campaign.c.id == campaign_id).values(content_key=key)
    )
    if not window or row.notes.get(ALLOWED):
        return 0
    earlier = (
        select(campaign.c.id)
        .where(
            campaign.c.line == row.line,
            campaign.c.content_key == key,
            campaign.c.created_at > now - window,
            campaign.c.id != campaign_id,
            # Who looked at the proof is on the list because he wants the letter too.
            campaign.c.relation.is_distinct_from(Relation.PROOF),
        )
        .order_by(campaign.c.id)
    )
    others = list(conn.execute(earlier).scalars())
    if not others:
        return 0
    reached = select(fax.c.number).where(
        fax.c.campaign_id.in_(others), fax.c.state.in_(_COUNTS)
    )
    return conn.execute(
        update(fax)
        .where(
            fax.c.campaign_id == campaign_id,
            fax.c.state == FaxState.WAITING,
            fax.c.held_for.is_(None),
            fax.c.number.in_(reached),
        )
        .values(state=FaxState.HELD, held_for=Hold.REPEAT, updated_at=now)
    ).rowcount


def held(conn: Connection, campaign_ref: str) -> list[Repeat]:
    """The faxes of a campaign that are held, and when the earlier ones went."""
    mine = campaign.alias("mine")
    before = fax.alias("before")
    query = (
        select(
            fax.c.ref,
            fax.c.number,
            func.max(func.coalesce(before.c.finished_at, before.c.updated_at)).label(
                "earlier_at"
            ),
        )
        .select_from(fax)
        .join(mine, mine.c.id == fax.c.campaign_id)
        .join(
            campaign,
            (campaign.c.line == mine.c.line)
            & (campaign.c.content_key == mine.c.content_key)
            & (campaign.c.id != mine.c.id),
        )
        .join(
            before,
            (before.c.campaign_id == campaign.c.id)
            & (before.c.number == fax.c.number)
            & before.c.state.in_(_COUNTS),
        )
        .where(
            mine.c.ref == campaign_ref,
            fax.c.state == FaxState.HELD,
            fax.c.held_for == Hold.REPEAT,
        )
        .group_by(fax.c.id, fax.c.ref, fax.c.number)
        .order_by(fax.c.id)
    )
    return [Repeat(**row) for row in conn.execute(query).mappings()]


def release(conn: Connection, ref: str, *, now: datetime) -> set[str]:
    """
    Say that a held fax, or all of a campaign, shall go all the same.

    Call `departures.let_go` for each campaign that is returned, in the same
    transaction: it plans or queues them.

    Args:
        ref: Of a fax or of a campaign.

    Returns:
        References of the campaigns that have such faxes; empty: nothing is held.
    """
    chosen = select(fax.c.id).join(campaign, campaign.c.id == fax.c.campaign_id)
    chosen = chosen.where((fax.c.ref == ref) | (campaign.c.ref == ref))
    released = conn.execute(
        update(fax)
        .where(
            fax.c.id.in_(chosen),
            fax.c.state == FaxState.HELD,
            fax.c.held_for == Hold.REPEAT,
        )
        .values(state=FaxState.WAITING, held_for=Hold.RELEASED, updated_at=now)
        .returning(fax.c.campaign_id)
    )
    ids = set(released.scalars())
    query = select(campaign.c.ref).where(campaign.c.id.in_(ids))
    return set(conn.execute(query).scalars())


def expire(
    conn: Connection, *, before: datetime, now: datetime, limit: int = EXPIRE_LIMIT
) -> list[str]:
    """
    Cancel repeats that were held for long and that nobody released.

    Args:
        before: Those that were held then already.

        limit: At most so many.

    Returns:
        References of their campaigns, one for each fax; none: there are no more.
    """
    overdue = (
        select(fax.c.id)
        .where(
            fax.c.state == FaxState.HELD,
            fax.c.held_for == Hold.REPEAT,
            fax.c.updated_at <= before,
        )
        .order_by(fax.c.updated_at, fax.c.id)
        .limit(limit)
    )
    dropped = conn.execute(
        update(fax)
        .where(fax.c.id.in_(overdue), fax.c.state == FaxState.HELD)
        .values(
            state=FaxState.CANCELLED,
            ending=Ending.REPEAT,
            updated_at=now,
            finished_at=now,
        )
        .returning(fax.c.campaign_id)
    )
    ids = list(dropped.scalars())
    query = select(campaign.c.id, campaign.c.ref).where(campaign.c.id.in_(set(ids)))
    refs = {row.id: row.ref for row in conn.execute(query)}
    return sorted(refs[each] for each in ids)


def _content_key(conn: Connection, campaign_id: int, quality: str) -> str:
    """What the pages are made of: documents in their order, quality, choice, cover."""
    query = select(document.c.sha256).where(document.c.campaign_id == campaign_id)
    parts = list(conn.execute(query.order_by(document.c.position)).scalars())
    asked = select(campaign.c.page_choice, campaign.c.cover)
    row = conn.execute(asked.where(campaign.c.id == campaign_id)).one()
    if row.page_choice:
        parts.append(row.page_choice)
    if row.cover:
        parts.append(json.dumps(row.cover, sort_keys=True))
    return hashlib.sha256("\n".join([quality, *parts]).encode()).hexdigest()
