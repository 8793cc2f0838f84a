"""
The outbox, and what is held back of it.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, LargeBinary, Table

from ..states import ReplyState
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

reply = Table(
    "reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_key", PlainText, nullable=False, unique=True),
    Column("kind", PlainText, nullable=False),
    Column("campaign", PlainText),
    Column("to_address", PlainText, nullable=False),
    Column("message", LargeBinary),
    Column("state", Word(ReplyState), nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcTime, nullable=False),
    Column("last_error", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, index=True),
    # What joins it when it is posted (domain/enclosure.py).
    Column("enclosed", JSON(none_as_null=True)),
    CheckConstraint(one_of("state", ReplyState), name="state"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state <> 'pending')", name="finished"
    ),
    CheckConstraint("state <> 'pending' OR message IS NOT NULL", name="message"),
    partial("ix_reply_due", "next_try_at", where="state = 'pending'"),
    Index("ix_reply_campaign", "campaign"),
    Index("ix_reply_to_address_created_at", "to_address", "created_at"),
)

withheld_reply = Table(
    "withheld_reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_key", PlainText, nullable=False, unique=True),
    Column("to_address", PlainText, nullable=False),
    Column("campaign", PlainText),
    Column("subject", PlainText, nullable=False),
    Column("body", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_withheld_reply_to_address_created_at", "to_address", "created_at"),
)
