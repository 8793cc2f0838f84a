"""
What the requester is told: outcome -> mail, in French.
"""

from . import (
    accepted,
    cancelled,
    duplicates,
    failed,
    paused,
    refused,
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
    "paused",
    "refused",
    "report",
    "restricted",
    "sent",
    "unknown",
]
