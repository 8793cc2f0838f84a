"""
Mails as they came, and which were seen before.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, LargeBinary, Table

from ..states import MailState
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

mail = Table(
    "mail",
    metadata,
    Column("ref", PlainText, primary_key=True),
    Column("envelope_from", PlainText, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("peer", PlainText, nullable=False),
    Column("sha256", PlainText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    Column("state", Word(MailState), nullable=False),
    Column("code", PlainText),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    # Who handed it in, where he logged in (a line's number).
    Column("login", PlainText),
    # How far its sender is believed (domain.trust.Trust), who that is, and why.
    Column("trust", PlainText),
    Column("sender", PlainText, nullable=False, server_default=""),
    Column("trust_detail", PlainText, nullable=False, server_default=""),
    CheckConstraint(one_of("state", MailState), name="state"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state <> 'accepted')", name="finished"
    ),
    CheckConstraint("(code IS NOT NULL) = (state = 'refused')", name="code"),
    CheckConstraint("inline IS NULL OR spool IS NULL", name="one_place"),
    CheckConstraint(
        "state <> 'accepted' OR inline IS NOT NULL OR spool IS NOT NULL",
        name="has_content",
    ),
    partial("ix_mail_todo", "received_at", where="state = 'accepted'"),
    Index("ix_mail_finished_at", "finished_at"),
    partial("ix_mail_refused", "finished_at", where="state = 'refused'"),
)

mail_key = Table(
    "mail_key",
    metadata,
    Column("key", PlainText, primary_key=True),
    Column("ref", PlainText, nullable=False),
    Column("received_at", UtcTime, nullable=False, index=True),
)

# Mails that were asked to come again because the DNS did not answer.
mail_deferral = Table(
    "mail_deferral",
    metadata,
    Column("sha256", PlainText, primary_key=True),
    Column("deferred_at", UtcTime, nullable=False, index=True),
)
