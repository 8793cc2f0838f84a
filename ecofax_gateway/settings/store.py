"""
Where everything is kept, in the configuration: the section `[store]`.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from .keys import MOST_DAYS, at_least, key, or_empty


def _database(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        scheme = parts.scheme if parts.port != 0 else ""
    except ValueError:  # a port that is no number
        scheme = ""
    match scheme:
        case "sqlite" if url.startswith("sqlite:///") and parts.path.strip("/"):
            return None
        case "postgresql+psycopg" if parts.path.strip("/") or parts.query:
            return None
    return (
        'write "sqlite:////path/of/the/file" or "postgresql+psycopg://user@host/name"'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where everything is kept."""

    database: str = key(
        "URL of the database. Empty: SQLite in the state folder. For several nodes:\n"
        '"postgresql+psycopg://user@host/name" (password in ~/.pgpass or PGPASSFILE).',
        default="",
        check=or_empty(_database),
    )
    keep_days: int = key(
        "Days that documents, pages and mails of finished orders are kept.",
        default=30,
        check=at_least(1, most=MOST_DAYS),
    )
    history_days: int = key(
        "Days that the history of finished orders is kept: numbers, calls, replies.\n"
        "0: for ever.",
        default=1095,
        check=at_least(0, most=MOST_DAYS),
    )
    repeat_hours: float = key(
        "The same pages to the same number from the same line within this many hours\n"
        "are held and asked about. 0: they are sent.",
        default=24.0,
        check=at_least(0, most=MOST_DAYS * 24),
    )
    repeat_days: float = key(
        "Days after which what was held so, and nobody released, is cancelled. Its\n"
        "sender is told the date when he is asked, and then that it was cancelled.",
        default=7.0,
        check=at_least(1, most=MOST_DAYS),
    )
