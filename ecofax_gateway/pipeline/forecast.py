"""
What campaigns take and when they will be over, for lists and pages.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..domain.campaign import Stage, ended, total
from ..domain.cost import RING_SECONDS, Estimate, estimate, floor_seconds
from ..domain.forecast import expected_end
from ..store import lines, preparation, schedules, trunks
from ..store.campaigns import Campaign
from .campaigns import stage_of

FORESEEN = frozenset({Stage.READY, Stage.RUNNING})
"""A draft has not begun, and who paused one knows best when it goes on."""


def expected_ends(
    conn: Connection, campaigns: Sequence[Campaign], *, now: datetime
) -> dict[str, datetime]:
    """
    By reference; without those that nothing can be said of.

    Other campaigns of the line take channels, too: if there are, it takes longer until
    the pace so far tells.
    """
    foreseen = [each for each in campaigns if stage_of(each) in FORESEEN]
    ends = {each.ref: _end(conn, each, now) for each in foreseen}
    return {ref: end for ref, end in ends.items() if end is not None}


def if_begun(
    conn: Connection, campaign: Campaign, *, calls: int, now: datetime
) -> Estimate | None:
    """
    What so many calls of a campaign would take, begun now or when it is due.

    Returns:
        None: its pages are not made, or its line is gone.
    """
    channels = _channels(conn, campaign)
    if not campaign.pages or not channels:
        return None
    return estimate(
        calls=calls,
        channels=channels,
        call_seconds=_call_seconds(conn, campaign, campaign.pages),
        begin=max(now, campaign.due_at or now),
        windows=schedules.windows(conn, campaign.ref),
    )


def _end(conn: Connection, campaign: Campaign, now: datetime) -> datetime | None:
    channels = _channels(conn, campaign)
    if not campaign.pages or not channels or campaign.launched_at is None:
        return None
    call = RING_SECONDS + _call_seconds(conn, campaign, campaign.pages)
    done = ended(campaign.counts)
    return expected_end(
        left=total(campaign.counts) - done,
        ended=done,
        begun_at=max(campaign.launched_at, campaign.due_at or campaign.launched_at),
        now=now,
        slot_seconds=max(call / channels, 60 / campaign.pace if campaign.pace else 0.0),
        windows=schedules.windows(conn, campaign.ref),
    )


def _channels(conn: Connection, campaign: Campaign) -> int:
    """At the same time; 0: its line or every trunk is gone."""
    line = lines.get(conn, campaign.line)
    of_trunks = sum(each.max_calls for each in trunks.listing(conn))
    return 0 if line is None else min(line.max_calls, of_trunks)


def _call_seconds(conn: Connection, campaign: Campaign, pages: int) -> float:
    octets = preparation.octets_per_page(
        conn, campaign.ref, campaign.quality.vertical_dpi
    )
    return floor_seconds(pages, round(8 * octets * pages))
