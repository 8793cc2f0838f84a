"""
What the requester is told: outcome -> mail, in French.
"""

from . import (
    accepted,
    cancelled,
    duplicates,
    failed,
    opted_out,
    over_quota,
    paused,
    refused,
    repeated,
    report,
    restricted,
    sent,
    unknown,
)

__all__ = [
    "accepted",
    "cancelled",
    "duplicates",
    "failed",
    "opted_out",
    "over_quota",
    "paused",
    "refused",
    "repeated",
    "report",
    "restricted",
    "sent",
    "unknown",
]
