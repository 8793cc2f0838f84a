"""
Figures of a campaign that are dear to count, counted once for all who look.

I/O: the store.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..domain.outcome import Ending
from ..store import tallies
from ..store.campaigns import Campaign
from ..store.tallies import Minute
from ..web.desk import Desk

FRESH = timedelta(seconds=30)
"""Of a campaign that is under way: 100 000 calls take some 100 ms to count."""

KEPT = 200
"""Campaigns whose figures are kept: some 40 KB each at most."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the charts of a campaign are drawn from."""

    causes: Mapping[Ending, int]
    "Of faxes that did not arrive for sure."

    minutes: tuple[Minute, ...]
    "When its calls began."


class Figures:
    """
    Counts, and remembers for a while.

    Args:
        desk: With the store and the clock.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: OrderedDict[int, _Known] = OrderedDict()

    async def of(self, campaign: Campaign) -> Told:
        """The figures of a campaign, at most `FRESH` old if it is under way."""
        now = self._desk.clock()
        known = self._kept.get(campaign.id)
        if known is None or not known.holds(campaign, now):
            told = await self._desk.db.read(_count, campaign.id)
            known = self._kept[campaign.id] = _Known(now, campaign, told)
        self._kept.move_to_end(campaign.id)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return known.told


@dataclass(frozen=True, slots=True)
class _Known:
    at: datetime
    campaign: Campaign
    told: Told

    def holds(self, campaign: Campaign, now: datetime) -> bool:
        if campaign.finished_at is not None:
            return campaign == self.campaign
        return now - self.at < FRESH


def _count(conn: Connection, campaign_id: int) -> Told:
    minutes = tallies.by_minute(conn, campaign_id)
    return Told(tallies.causes(conn, campaign_id), tuple(minutes))
