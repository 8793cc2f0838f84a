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


@contextmanager
def unavailable() -> Iterator[None]:
    """
    Turn "the database does not answer" into `StoreUnavailable`.

    A broken rule (IntegrityError) or a wrong statement is a bug and stays what it is.

    Raises:
        StoreUnavailable: With the driver's first line; the cause is kept.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(f"database: {_first_line(error)}") from error
    except DatabaseError as error:
        # Only the bare class: a damaged file; its children have been sorted out.
        if type(error) is not DatabaseError:
            raise
        raise StoreUnavailable(f"database: {_first_line(error)}") from error
    except TimeoutError as error:
        raise StoreUnavailable(f"database: {error}") from error


def is_lost_race(error: BaseException) -> bool:
    """Whether the same transaction, run again, may well succeed."""
    return (
        isinstance(error, DBAPIError)
        and getattr(error.orig, "sqlstate", None) in _LOST_RACES
    )


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [type(error.orig).__name__])[0]
