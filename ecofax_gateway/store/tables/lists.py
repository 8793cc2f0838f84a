"""
Lists of recipients, and which of them a draft goes to.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from ...domain.document import Quality
from ..states import ChoiceState, ListSource, ListState
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

recipient_list = Table(
    "recipient_list",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    # Null: it belongs to the draft alone that it was read for.
    Column("name", PlainText),
    Column("campaign", PlainText, index=True),
    # Where it came from, and what people know it by: a file's name, a server's.
    Column("source", Word(ListSource), nullable=False),
    Column("origin", PlainText, nullable=False),
    Column("state", Word(ListState), nullable=False),
    # A French sentence, and its code.
    Column("failure", PlainText),
    Column("failure_code", PlainText),
    # What it was read from; null as soon as nobody may need to read it again.
    Column("sha256", PlainText),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    # Of a table: names of its columns, its first rows, the column of the numbers.
    Column("columns", JSON, nullable=False),
    Column("preview", JSON, nullable=False),
    Column("number_column", Integer),
    Column("entries", Integer, nullable=False),
    Column("valid", Integer, nullable=False),
    Column("restricted", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # Its rows go in batches; nobody sees it any more.
    Column("deleted_at", UtcTime),
    CheckConstraint(one_of("source", ListSource), name="source"),
    CheckConstraint(one_of("state", ListState), name="state"),
    CheckConstraint("name IS NOT NULL OR campaign IS NOT NULL", name="owner"),
    CheckConstraint("inline IS NULL OR spool IS NULL", name="one_place"),
    partial(
        "ix_recipient_list_name",
        "line",
        "name",
        where="name IS NOT NULL AND deleted_at IS NULL",
        unique=True,
    ),
    partial(
        "ix_recipient_list_todo",
        "id",
        where="state = 'reading' OR deleted_at IS NOT NULL",
    ),
)

recipient = Table(
    "recipient",
    metadata,
    Column("list_id", ForeignKey("recipient_list.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", PlainText, nullable=False),
    Column("restricted", Boolean, nullable=False),
    # Its row of the table: {column: value}.
    Column("fields", JSON(none_as_null=True)),
    UniqueConstraint("number", "list_id"),
)

# What of a list is no number; the first ones, the others are only counted.
recipient_fault = Table(
    "recipient_fault",
    metadata,
    Column("list_id", ForeignKey("recipient_list.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("line_number", Integer, nullable=False),
    Column("text", PlainText, nullable=False),
    Column("reason", PlainText, nullable=False),
)

recipient_choice = Table(
    "recipient_choice",
    metadata,
    Column("campaign", PlainText, primary_key=True),
    # Ids of lists: those it goes to, those it does not.
    Column("lists", JSON, nullable=False),
    Column("minus", JSON, nullable=False),
    # Without the numbers that failed for good before.
    Column("clean", Boolean, nullable=False),
    Column("state", Word(ChoiceState), nullable=False),
    Column("failure", PlainText),
    Column("failure_code", PlainText),
    # The quality that they were chosen for: not every number may be called in each.
    Column("quality", Word(Quality)),
    Column("written", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    CheckConstraint(one_of("state", ChoiceState), name="state"),
    partial("ix_recipient_choice_todo", "updated_at", where="state = 'settling'"),
)
