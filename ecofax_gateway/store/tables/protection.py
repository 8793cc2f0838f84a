"""
Who must not be faxed, and who guesses passwords.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import CheckConstraint, Column, Integer, Table

from ..states import LedgerAction
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

objection = Table(
    "objection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", PlainText, nullable=False),
    Column("number", PlainText),
    Column("fingerprint", PlainText),
    Column("source", PlainText, nullable=False),
    Column("note", PlainText, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    CheckConstraint("(number IS NULL) <> (fingerprint IS NULL)", name="who"),
    partial(
        "ix_objection_number",
        "number",
        "scope",
        where="number IS NOT NULL",
        unique=True,
    ),
    partial(
        "ix_objection_fingerprint",
        "fingerprint",
        "scope",
        where="fingerprint IS NOT NULL",
        unique=True,
    ),
)

# Triggers of the migration keep its rows as they were written.
objection_ledger = Table(
    "objection_ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("action", Word(LedgerAction), nullable=False),
    Column("scope", PlainText, nullable=False),
    Column("number", PlainText),
    Column("fingerprint", PlainText),
    Column("source", PlainText, nullable=False),
    Column("note", PlainText, nullable=False),
    CheckConstraint(one_of("action", LedgerAction), name="action"),
    CheckConstraint("(number IS NULL) <> (fingerprint IS NULL)", name="who"),
)

guessing = Table(
    "guessing",
    metadata,
    # Who guesses what; see store/guesses.py.
    Column("subject", PlainText, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("locks", Integer, nullable=False),
    Column("locked_until", UtcTime),
    Column("failed_at", UtcTime, nullable=False, index=True),
)
