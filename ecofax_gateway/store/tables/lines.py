"""
Fax lines: what they set, who may send for them, and how much.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Integer,
    Table,
    false,
    true,
)

from ...domain.document import Quality
from ...domain.language import Language
from ...domain.line import MailFormat, Plan, ProofFormat
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

line = Table(
    "line",
    metadata,
    Column("number", PlainText, primary_key=True),
    Column("plan", Word(Plan), nullable=False),
    Column("name", PlainText, nullable=False),
    Column("password_hash", PlainText, nullable=False),
    Column("max_calls", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("weight", Float, nullable=False),
    Column("vtime", Float, nullable=False),
    Column("last_claim", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("window", JSON(none_as_null=True)),
    Column("is_open", Boolean, nullable=False, server_default=true()),
    Column("edge_at", UtcTime),
    # Several faxes to one number may share a call (store/riders.py).
    Column("combine", Boolean, nullable=False, server_default=false()),
    # What its requesters' replies are in, and whether the pages come with them.
    Column("language", Word(Language), nullable=False, server_default="both"),
    Column("proof", Boolean, nullable=False, server_default=false()),
    # What it sets for itself (domain/line.py); null: the gateway's or the plan's.
    Column("tag_line", PlainText),
    Column("quality", Word(Quality)),
    Column("max_tries", Integer),
    Column("from_name", PlainText),
    Column("from_email", PlainText),
    Column("copies", JSON(none_as_null=True)),
    Column("mail_format", Word(MailFormat), nullable=False, server_default="html"),
    Column("proof_format", Word(ProofFormat), nullable=False, server_default="pdf"),
    CheckConstraint(one_of("plan", Plan), name="plan"),
    CheckConstraint("max_calls >= 0", name="max_calls"),
    CheckConstraint("weight > 0", name="weight"),
    partial("ix_line_edge", "edge_at", where="edge_at IS NOT NULL"),
)

# Every tag line that a line ever had: the pages of any call can be made again.
tag_line = Table(
    "tag_line",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("since", UtcTime, primary_key=True),
    Column("text", PlainText),
)

# Apart from the line: its row is written at every claim, and this may be long.
line_cover = Table(
    "line_cover",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("template", PlainText, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

line_sender = Table(
    "line_sender",
    metadata,
    Column("line", PlainText, primary_key=True),
    # An address, or a domain.
    Column("entry", PlainText, primary_key=True),
)

line_network = Table(
    "line_network",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("network", PlainText, primary_key=True),
)

quota = Table(
    "quota",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("pages_per_day", Integer),
    Column("pages_per_month", Integer),
    Column("credit", Integer),
    Column("zone", PlainText, nullable=False),
    CheckConstraint("pages_per_day >= 0", name="pages_per_day"),
    CheckConstraint("pages_per_month >= 0", name="pages_per_month"),
    CheckConstraint("credit >= 0", name="credit"),
)

quota_use = Table(
    "quota_use",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("period", PlainText, primary_key=True),
    Column("pages", Integer, nullable=False),
    CheckConstraint("pages >= 0", name="pages"),
)
