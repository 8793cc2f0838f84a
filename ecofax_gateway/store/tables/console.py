"""
Who is logged in to the console.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import CheckConstraint, Column, Table

from ...domain.language import Tongue
from ..types import PlainText, UtcTime, Word
from .schema import metadata

operator = Table(
    "operator",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("password_hash", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# Who is logged in, on all nodes; the token itself is only in his browser.
web_session = Table(
    "web_session",
    metadata,
    Column("token_sha256", PlainText, primary_key=True),
    Column("line", PlainText, index=True),
    Column("operator", PlainText, index=True),
    Column("csrf", PlainText, nullable=False),
    Column("tongue", Word(Tongue), nullable=False),
    Column("browser", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False, index=True),
    CheckConstraint("(line IS NULL) <> (operator IS NULL)", name="who"),
)
