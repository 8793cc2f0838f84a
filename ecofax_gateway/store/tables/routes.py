"""
Which way calls leave, who makes them, and what they have taught of numbers.

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
)

from ...domain.outcome import Ending
from ..types import PlainText, UtcTime, Word
from .schema import metadata

trunk = Table(
    "trunk",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("max_calls", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    # Every node that looks after it says so (store/trunk_health.py).
    Column("is_down", Boolean, nullable=False, server_default=false()),
    Column("calls_per_second", Float),
    Column("next_call_at", UtcTime),
    # How many calls its pace allows in the claim that is being made; null: any number.
    Column("slots", Integer),
    CheckConstraint("max_calls >= 0", name="max_calls"),
)

trunk_health = Table(
    "trunk_health",
    metadata,
    Column("trunk", PlainText, primary_key=True),
    Column("node", PlainText, primary_key=True),
    Column("state", PlainText, nullable=False),
    Column("is_down", Boolean, nullable=False),
    Column("detail", PlainText, nullable=False),
    Column("since", UtcTime, nullable=False),
)

node = Table(
    "node",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("home", PlainText),
    Column("left_at", UtcTime),
    # What it does of the path (domain/role.py); null: it began before this was kept.
    Column("roles", JSON(none_as_null=True)),
)

number_memory = Table(
    "number_memory",
    metadata,
    Column("number", PlainText, primary_key=True),
    Column("ending", Word(Ending), nullable=False),
    Column("detail", PlainText, nullable=False),
    Column("mode", PlainText),
    Column("bit_rate", Integer),
    Column("since", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)
