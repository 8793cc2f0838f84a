"""
What a campaign will take before it is launched: hours of line, its end, money.

I/O: reads the store.

How one that is under way will end is `forecast`'s.

Seconds a page are measured from the last calls that arrived, or else the least that
they can be; retries come on top of everything.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..domain.cost import Estimate, estimate, floor_seconds
from ..domain.document import Quality
from ..store import lines, preflight, preparation, roll, schedules, trunks
from ..store.campaigns import Campaign
from .routing import Routing

SAMPLE = 500
"""Numbers that the price of a minute is averaged over, spread over the whole list."""


def outlook(
    conn: Connection, campaign: Campaign, routing: Routing, *, now: datetime
) -> Estimate | None:
    """
    Foresee what calling everybody of a campaign once will take.

    Args:
        campaign: A draft.

        routing: Has the prices.

    Returns:
        None: its pages are not made, or there is nobody to call.
    """
    counted = roll.by_trunk(conn, campaign.id)
    calls = sum(counted.values())
    seconds = call_seconds(conn, campaign)
    if seconds is None or not calls:
        return None
    line = lines.get(conn, campaign.line)
    rooms = {each.name: each.max_calls for each in trunks.listing(conn)}
    channels = sum(rooms.get(name, 0) for name in counted)
    sample = roll.sample(conn, campaign.id, size=SAMPLE)
    pace = timedelta(minutes=calls / campaign.pace) if campaign.pace else timedelta()
    spread = timedelta(seconds=campaign.spread_s or 0)
    return estimate(
        calls=calls,
        channels=max(min(line.max_calls if line else 1, channels), 1),
        call_seconds=seconds,
        begin=max(campaign.due_at or now, now),
        windows=schedules.windows(conn, campaign.ref),
        least=max(pace, spread),
        cost_per_minute=mean_cost(sample, campaign.quality, routing),
    )


def call_seconds(conn: Connection, campaign: Campaign) -> float | None:
    """Seconds on the line that one fax of a campaign takes; None: it has no pages yet."""
    if not campaign.pages:
        return None
    dpi = campaign.quality.vertical_dpi
    measured = preflight.page_seconds(conn, dpi)
    if measured is not None:
        return measured * campaign.pages
    octets = preparation.octets_per_page(conn, campaign.ref, dpi) * campaign.pages
    return floor_seconds(campaign.pages, round(octets * 8))


def mean_cost(
    numbers: Sequence[str], quality: Quality, routing: Routing
) -> float | None:
    """Of a minute, over some numbers (E.164); None: no trunk has a price."""
    routes = [(number, routing.carriers_for(number, quality)) for number in numbers]
    costs = [route[0].cost(number) for number, route in routes if route]
    return sum(costs) / len(costs) if any(costs) else None
