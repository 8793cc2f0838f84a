"""
What happens to faxes and campaigns, and how a webhook is told of it.

Pure: no I/O, no clock, no randomness.

Standards:
    Standard Webhooks 1.0.0 -- headers, signature, `type`, `timestamp` and `data`
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

SECRET_PREFIX = "whsec_"  # noqa: S105 -- what marks a secret, not one
SECRET_BYTES = 32
"""The standard allows 24 to 64."""

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each try that failed, as the standard recommends; then it is given up."""


class EventKind(StrEnum):
    """What happened; the words are those of messages."""

    FAX_SENT = "fax.sent"
    "The far end confirmed every page."

    FAX_FAILED = "fax.failed"
    FAX_UNKNOWN = "fax.unknown"
    "Nobody knows what arrived: a person decides."

    FAX_CANCELLED = "fax.cancelled"
    CAMPAIGN_LAUNCHED = "campaign.launched"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_RESUMED = "campaign.resumed"
    CAMPAIGN_STOPPED = "campaign.stopped"
    "By a person; calls under way may still end."

    CAMPAIGN_FINISHED = "campaign.finished"
    CAMPAIGN_FAILED = "campaign.failed"
    "Its documents could not be made into pages."

    TEST = "webhook.test"
    "Asked for by whoever set the webhook up."


CHOICE = tuple(kind for kind in EventKind if kind is not EventKind.TEST)
"""What a webhook may ask for."""


def body(kind: str, *, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """
    The message of an event.

    Args:
        data: Plain JSON values; without contents of documents or addresses.
    """
    return {"type": kind, "timestamp": timestamp(at), "data": data}


def timestamp(at: datetime) -> str:
    """An instant as RFC 3339 writes it, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def secret_text(entropy: bytes) -> str:
    """A webhook's secret, as its owner pastes it."""
    return SECRET_PREFIX + base64.b64encode(entropy).decode()


def signature(secret: str, *, event: str, sent_at: int, payload: bytes) -> str:
    """
    Sign a message.

    Args:
        secret: As `secret_text` gives it.

        event: The message's id.

        sent_at: Unix time of this try.

    Raises:
        ValueError: If the secret is none. A bug of ours.

    Standards:
        Standard Webhooks 1.0.0, "Signature scheme": v1, HMAC-SHA256 of id.time.payload
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook's secret that is none") from None
    signed = f"{event}.{sent_at}.".encode() + payload
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def next_try(tries: int, *, now: datetime) -> datetime | None:
    """When a message is tried again after so many failures; None: no more."""
    if tries > len(RETRY_DELAYS):
        return None
    return now + RETRY_DELAYS[tries - 1]
