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

from ..domain.errors import StoreFull, StoreUnavailable

_LOST_RACES = {"40P01", "40001"}
"""PostgreSQL: deadlock_detected, serialization_failure (documentation 15, appendix A)."""

_SLEPT = "25P03"
"""PostgreSQL: idle_in_transaction_session_timeout, which the driver calls internal."""


_SQLITE_FULL = 13
"""SQLITE_FULL (SQLite's result codes)."""

_DISK_FULL = "53100"
"""PostgreSQL: disk_full."""


class RuleBroken(Exception):
    """A statement broke a rule of the schema, or makes no sense: a bug of ours."""


@contextmanager
def unavailable() -> Iterator[None]:
    """
    Turn "the database does not answer" into `StoreUnavailable`.

    Raises:
        StoreUnavailable: With the driver's first line; the cause is kept. `StoreFull`
            if the disk is.

        RuleBroken: For every other error of the database. The cause is not kept, only
            its place: PostgreSQL's detail quotes the row, with mails and hashes in it.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        kind = StoreFull if _is_full(error) else StoreUnavailable
        raise kind(f"database: {_first_line(error)}") from error
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


def _is_full(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == _SQLITE_FULL or _state(error) == _DISK_FULL


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [type(error.orig).__name__])[0]
