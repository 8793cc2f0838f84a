"""
Column types that mean the same on SQLite and PostgreSQL.

Pure: no I/O, no clock, no randomness.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator
from sqlalchemy.types import TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """
    An instant: timezone-aware in, aware and in UTC out.

    SQLite has no type for it and gets the UTC wall clock as text of fixed width,
    which sorts like the instants do.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`timestamptz` on PostgreSQL, text elsewhere."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """
        Raises:
            ValueError: If *value* is naive. A bug of ours.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Give the zone back that SQLite does not keep."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


class PlainText(TypeDecorator[str]):
    """
    Text that may have been written by a stranger.

    PostgreSQL refuses NUL in text and both drivers refuse lone surrogates, which
    decoders of hostile mail do produce: NUL is left out, a surrogate becomes "?".
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make *value* storable."""
        if value is None:
            return None
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class Word(TypeDecorator[StrEnum]):
    """One member of a `StrEnum`, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """
        Raises:
            ValueError: If *value* is no member. A bug of ours.
        """
        return None if value is None else self.words(value).value

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> StrEnum | None:
        """The member again."""
        return None if value is None else self.words(value)
