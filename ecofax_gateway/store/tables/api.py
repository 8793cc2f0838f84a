"""
The API: who may call it, what it was asked before, and who is told what happens.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
)

from ..states import DeliveryState
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

api_token = Table(
    "api_token",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    Column("name", PlainText, nullable=False),
    Column("secret_sha256", PlainText, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("key", PlainText, primary_key=True),
    # Of the request; the same key with another one is a mistake.
    Column("fingerprint", PlainText, nullable=False),
    # Null: it is being carried out.
    Column("status", Integer),
    Column("headers", JSON(none_as_null=True)),
    Column("body", LargeBinary),
    Column("at", UtcTime, nullable=False, index=True),
)

# Files that a program sent ahead of its order.
upload = Table(
    "upload",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    Column("name", PlainText, nullable=False),
    Column("sha256", PlainText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    Column("at", UtcTime, nullable=False, index=True),
    CheckConstraint("(inline IS NULL) <> (spool IS NULL)", name="one_place"),
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    Column("url", PlainText, nullable=False),
    Column("events", JSON, nullable=False),
    # What its messages are signed with: it cannot be a hash.
    Column("secret", PlainText, nullable=False),
    Column("active", Boolean, nullable=False),
    # Events given up one after the other.
    Column("failures", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# Triggers of the migration write what ends or is launched; see store/events.py.
event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    # Its public name, when it was published: its body and deliveries are there.
    Column("ref", PlainText, unique=True),
    Column("line", PlainText, nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("campaign", PlainText, nullable=False),
    Column("fax", PlainText, index=True),
    # The only one that is told, if it is a test.
    Column("webhook", PlainText),
    Column("at", UtcTime, nullable=False, index=True),
    Column("body", JSON(none_as_null=True)),
    Index("ix_event_line_id", "line", "id"),
    partial("ix_event_unpublished", "id", where="ref IS NULL"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("webhook", PlainText, primary_key=True),
    Column("event", Integer, primary_key=True, index=True),
    Column("state", Word(DeliveryState), nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcTime, nullable=False),
    Column("status", Integer),
    Column("error", PlainText, nullable=False),
    Column("finished_at", UtcTime),
    CheckConstraint(one_of("state", DeliveryState), name="state"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state <> 'pending')", name="finished"
    ),
    partial("ix_delivery_due", "next_try_at", where="state = 'pending'"),
)
