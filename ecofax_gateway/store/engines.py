"""
How the two databases are connected to: pools, times after which to give up, set-up.

I/O: an SQLite file, or a PostgreSQL server.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from ..domain.errors import StoreUnavailable
from . import folding
from .spool import Spool

THREADS = 8
"""PostgreSQL connections of this node; one dispatcher, one preparer and the console
rarely use more than three at once."""

READERS = 4
"""Threads that read an SQLite file; they never wait for the writer."""

NO_JIT = "-c jit=off"
"""Compiling the claim's statement takes PostgreSQL 150 ms, running it 5."""

IDLE_S = 10.0
"""PostgreSQL: a transaction that says nothing for so long is undone by the server. Ours
never wait in one; it belongs to a process that was stopped or a machine that sleeps,
and its locks would keep every other node from taking its work over."""

LOCK_S = 60.0
"""PostgreSQL: the longest wait for another transaction, told then as no answer."""

SILENT_SERVER = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""libpq (PostgreSQL 15 documentation, 34.1.2): a server that is gone without a word (a
machine without power, a firewall that forgot us) is noticed after 25 s, while we wait
for an answer and while we send; the system's own times are two hours and 15 minutes."""

BUSY_TIMEOUT_S = 15.0
"""SQLite: how long to wait for another process (a command) that is writing."""


@dataclass(frozen=True, slots=True)
class Engines:
    """A database's connections."""

    writer: Engine
    reader: Engine
    "It changes nothing, and sees one committed state in each transaction."

    is_sqlite: bool

    @classmethod
    def to(cls, url: str, *, spool: Spool, idle_s: float = IDLE_S) -> Self:
        """
        Make them; nothing is connected to yet.

        Args:
            url: See `Database.open`.

            spool: For `kept.load`, which finds it among a connection's options.

            idle_s: After so many seconds of silence in a transaction PostgreSQL ends it.

        Raises:
            StoreUnavailable: If that is no URL of ours, or its folder cannot be made.
        """
        address = _address(url)
        options: dict[str, Any] = {
            "hide_parameters": True,  # mails and password hashes stay out of errors
            "execution_options": {"spool": spool},
        }
        if address.get_backend_name() == "sqlite":
            return cls(*_sqlite(address, options), is_sqlite=True)
        return cls(*_postgresql(address, options, idle_s), is_sqlite=False)


def _limits(idle_s: float) -> str:
    """What PostgreSQL holds a session of ours to."""
    limits = {
        "idle_in_transaction_session_timeout": idle_s,
        "lock_timeout": max(LOCK_S, 2 * idle_s),
    }
    return " ".join(
        [
            NO_JIT,
            *(f"-c {name}={seconds * 1000:.0f}" for name, seconds in limits.items()),
        ]
    )


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        # The URL may hold a password, and the library's message holds the URL.
        raise StoreUnavailable("the database's URL cannot be read") from None
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            return address.set(drivername="sqlite")
        case "postgresql":
            return address.set(drivername="postgresql+psycopg")
    raise StoreUnavailable("the database is neither an SQLite file nor PostgreSQL")


def _postgresql(
    address: URL, options: dict[str, Any], idle_s: float
) -> tuple[Engine, Engine]:
    """One pool; what only reads begins other transactions on its connections."""
    writer = create_engine(
        address,
        pool_size=THREADS + 1,  # the last is the writer's
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={**SILENT_SERVER, "options": _limits(idle_s)},
        **options,
    )
    return writer, writer.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def _sqlite(address: URL, options: dict[str, Any]) -> tuple[Engine, Engine]:
    """One engine that writes, one that reads."""
    try:
        Path(address.database or "").parent.mkdir(
            mode=0o700, parents=True, exist_ok=True
        )
    except OSError as error:
        raise StoreUnavailable(f"database: {error.strerror}") from error
    connect_args = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    writer = create_engine(
        address, pool_size=1, max_overflow=0, connect_args=connect_args, **options
    )
    reader = create_engine(
        address, pool_size=READERS, connect_args=connect_args, **options
    )
    event.listen(writer, "connect", _set_up_writer)
    event.listen(reader, "connect", _set_up_reader)
    # Taking the write lock at the start keeps a transaction from failing half way
    # because another process wrote between its first read and its first write.
    event.listen(writer, "begin", lambda conn: _begin(conn, "BEGIN IMMEDIATE"))
    event.listen(reader, "begin", lambda conn: _begin(conn, "BEGIN"))
    return writer, reader


def _begin(conn: Connection, statement: str) -> None:
    conn.exec_driver_sql(statement)


def _set_up_writer(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, not the driver's
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: in WAL, NORMAL would lose the last commits with the power.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is deleted (a mail with its password) is overwritten, not only forgotten.
    connection.execute("PRAGMA secure_delete = ON")
    folding.teach(connection)


def _set_up_reader(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")
    folding.teach(connection)
