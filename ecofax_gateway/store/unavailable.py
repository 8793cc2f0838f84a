"""
Where the database library's exceptions become ours.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    TimeoutError,
)

from ..domain.errors import StoreUnavailable

_LOST_RACES = {"40P01", "40001"}
"""PostgreSQL: deadlock_detected, serialization_failure (documentation 15, appendix A)."""

_SLEPT = "25P03"
"""PostgreSQL: idle_in_transaction_session_timeout, which the driver calls internal."""


class RuleBroken(Exception):
    """A statement broke a rule of the schema, or makes no sense: a bug of ours."""


@contextmanager
def unavailable() -> Iterator[None]:
    """
    Turn "the database does not answer" into `StoreUnavailable`.

    Raises:
        StoreUnavailable: With the driver's first line; the cause is kept.

        RuleBroken: For every other error of the database. The cause is not kept, only
            its place: PostgreSQL's detail quotes the row, with mails and hashes in it.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(f"database: {_first_line(error)}") from error
    except TimeoutError as error:
        raise StoreUnavailable(f"database: {error}") from error
    except DBAPIError as error:
        # The bare class is SQLite's: a damaged file.
        if type(error) is DatabaseError or _state(error) == _SLEPT:
            raise StoreUnavailable(f"database: {_first_line(error)}") from error
        broken = RuleBroken(f"{type(error).__name__}: {_first_line(error)}")
        raise broken.with_traceback(error.__traceback__) from None


def is_lost_race(error: BaseException) -> bool:
    """Whether the same transaction, run again, may well succeed."""
    return isinstance(error, DBAPIError) and _state(error) in _LOST_RACES


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [type(error.orig).__name__])[0]
