"""
When campaigns that are under way will be over, for lists and pages.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..domain.campaign import Stage, ended, total
from ..domain.cost import RING_SECONDS, floor_seconds
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
    if not foreseen:
        return {}
    channels = sum(each.max_calls for each in trunks.listing(conn))
    ends = {each.ref: _end(conn, each, channels, now) for each in foreseen}
    return {ref: end for ref, end in ends.items() if end is not None}


def _end(
    conn: Connection, campaign: Campaign, channels: int, now: datetime
) -> datetime | None:
    line = lines.get(conn, campaign.line)
    if line is None or not campaign.pages or campaign.launched_at is None:
        return None
    each = preparation.octets_per_page(
        conn, campaign.ref, campaign.quality.vertical_dpi
    )
    call = RING_SECONDS + floor_seconds(
        campaign.pages, round(8 * each * campaign.pages)
    )
    slot = call / max(min(line.max_calls, channels), 1)
    if campaign.pace:
        slot = max(slot, 60 / campaign.pace)
    done = ended(campaign.counts)
    return expected_end(
        left=total(campaign.counts) - done,
        ended=done,
        begun_at=max(campaign.launched_at, campaign.due_at or campaign.launched_at),
        now=now,
        slot_seconds=slot,
        windows=schedules.windows(conn, campaign.ref),
    )
