"""
Why faxes that are due do not leave: the first reason that holds.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .window import Window, is_open


class Obstacle(StrEnum):
    """What keeps faxes of a queue from being called."""

    NO_NODE = "no-node"
    "No node of the gateway is alive."

    LINE_GONE = "line-gone"
    LINE_PAUSED = "line-paused"
    LINE_WITHOUT_CALLS = "line-without-calls"
    "It is allowed none at all."

    LINE_SHUT = "line-shut"
    "It is out of its window."

    CAMPAIGN_PAUSED = "campaign-paused"
    CAMPAIGN_SHUT = "campaign-shut"

    TRUNK_GONE = "trunk-gone"
    "The settings do not have it any more."

    TRUNK_PAUSED = "trunk-paused"
    TRUNK_DOWN = "trunk-down"
    LINE_FULL = "line-full"
    "As many calls are under way as it may have."

    TRUNK_FULL = "trunk-full"
    PACE = "pace"
    "The campaign calls no faster."


FAULTS = frozenset(
    {
        Obstacle.NO_NODE,
        Obstacle.LINE_GONE,
        Obstacle.LINE_WITHOUT_CALLS,
        Obstacle.TRUNK_GONE,
        Obstacle.TRUNK_PAUSED,
        Obstacle.TRUNK_DOWN,
    }
)
"""Somebody who looks after the gateway should do something; the others pass, or are
what whoever sends has asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A line or a campaign, as far as it lets its faxes go."""

    paused: bool
    window: Window | None = None
    next_call_at: datetime | None = None
    "Of a campaign with a pace."


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The calls of a line or a trunk."""

    most: int
    busy: int

    @property
    def is_full(self) -> bool:
        """Whether one more call has to wait."""
        return self.busy >= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A trunk, as far as calls may leave by it."""

    paused: bool
    is_down: bool
    channels: Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """All that stands between a fax that is due and its call."""

    has_node: bool
    line: Gate | None
    line_channels: Channels | None
    campaign: Gate | None
    "None: it has no rules of its own."

    trunk: Trunk | None


def obstacle(way: Way, now: datetime) -> Obstacle | None:
    """
    Say what keeps faxes from being called; None: nothing, the next claim takes one.

    What a person has set goes before what is full, and a fault before what will pass.
    """
    if not way.has_node:
        return Obstacle.NO_NODE
    return (
        _of_line(way, now)
        or _of_campaign(way.campaign, now)
        or _of_trunk(way.trunk)
        or _of_room(way, now)
    )


def _of_line(way: Way, now: datetime) -> Obstacle | None:
    if way.line is None or way.line_channels is None:
        return Obstacle.LINE_GONE
    if way.line.paused:
        return Obstacle.LINE_PAUSED
    if not way.line_channels.most:
        return Obstacle.LINE_WITHOUT_CALLS
    return Obstacle.LINE_SHUT if _is_shut(way.line, now) else None


def _of_campaign(gate: Gate | None, now: datetime) -> Obstacle | None:
    if gate is None:
        return None
    if gate.paused:
        return Obstacle.CAMPAIGN_PAUSED
    return Obstacle.CAMPAIGN_SHUT if _is_shut(gate, now) else None


def _of_trunk(trunk: Trunk | None) -> Obstacle | None:
    if trunk is None:
        return Obstacle.TRUNK_GONE
    if trunk.paused:
        return Obstacle.TRUNK_PAUSED
    return Obstacle.TRUNK_DOWN if trunk.is_down else None


def _of_room(way: Way, now: datetime) -> Obstacle | None:
    if way.line_channels is not None and way.line_channels.is_full:
        return Obstacle.LINE_FULL
    if way.trunk is not None and way.trunk.channels.is_full:
        return Obstacle.TRUNK_FULL
    next_call_at = way.campaign.next_call_at if way.campaign else None
    if next_call_at is not None and next_call_at > now:
        return Obstacle.PACE
    return None


def _is_shut(gate: Gate, now: datetime) -> bool:
    return gate.window is not None and not is_open(gate.window, now)
