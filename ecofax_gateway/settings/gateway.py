"""
The node itself, in the configuration: the section `[gateway]`.

I/O: reads the tz database.
"""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .keys import at_least, folder, key, one_of

MOST_SECONDS = 86_400
"""A day: a node that is lost longer is not coming back."""


_NODE = re.compile(r"[\w.-]{1,40}\Z")


def _node(name: str) -> str | None:
    if _NODE.match(name):
        return None
    return "write 1 to 40 letters, digits, dots, dashes or underscores"


def _zone(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return 'name a zone of the tz database, e.g. "Europe/Paris"'
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """The node itself."""

    node: str = key(
        "Name of this node; it must stay the same over restarts.",
        default="node1",
        check=_node,
    )
    silent_after: float = key(
        "Seconds without a heartbeat after which the other nodes of the same database\n"
        "take a node's work over. The same on all nodes.",
        default=15.0,
        check=at_least(1, most=MOST_SECONDS),
    )
    lost_call: float = key(
        "Seconds that a call keeps its channels when its node was lost: until the fax\n"
        "machine has hung up.",
        default=120.0,
        check=at_least(4, most=MOST_SECONDS),
    )
    state: str = key(
        "Folder of everything that must outlive a restart. Empty: the service's\n"
        "state directory, else ~/.local/state/ecofax-gateway.",
        default="",
        check=folder,
    )
    time_zone: str = key(
        "Dates in mails, replies and tag lines are in this zone.",
        default="Europe/Paris",
        check=_zone,
    )
    log_level: str = key(
        "debug, info, warning or error.",
        default="info",
        check=one_of("debug", "info", "warning", "error"),
    )
