"""
What the requester is told: outcome -> mail, in French and English.
"""

from . import (
    accepted,
    answered,
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
    summary,
    trial,
    unknown,
)

__all__ = [
    "accepted",
    "answered",
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
    "summary",
    "trial",
    "unknown",
]
