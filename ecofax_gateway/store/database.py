"""
The only way to the database: functions `fn(conn, ...)` run in transactions.

I/O: an SQLite file with its spool, or a PostgreSQL server.

SQLite: one writer thread with group commit (`writer.py`), readers beside it on the
last committed state. PostgreSQL: a pool of threads and connections, one transaction
each, and the same writer for what is brief. The functions are the same text on both.
"""

import asyncio
import hashlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..domain.errors import StoreUnavailable
from .content import INLINE_BYTES, Content
from .engines import IDLE_S, READERS, THREADS, Engines
from .migration import upgrade
from .spool import Spool
from .unavailable import is_lost_race, unavailable
from .writer import LOST_RACE_TRIES, GroupWriter

P = ParamSpec("P")
T = TypeVar("T")

READ_S = 60.0
"""PostgreSQL: the longest statement of a read. A report of 100 000 faxes is read in
batches of some 100 ms each; what runs so long was never meant to."""


class Database:
    """
    An open store.

    Every method that runs a function raises what the function raises, and
    `StoreUnavailable` if the database does not answer; the changes are then undone.
    Only if the connection broke during COMMIT itself is that not known: read the row
    again, never repeat blindly what must not happen twice.
    """

    def __init__(
        self, engines: Engines, spool: Spool, *, read_s: float = READ_S
    ) -> None:
        self.spool = spool
        self._engine = engines.writer
        self._reader = engines.reader
        self._is_sqlite = engines.is_sqlite
        self._limit_read = f"SET LOCAL statement_timeout = {read_s * 1000:.0f}"
        self._writer = GroupWriter(engines.writer)
        self._threads = ThreadPoolExecutor(
            READERS if self._is_sqlite else THREADS, thread_name_prefix="store"
        )

    @classmethod
    def open(
        cls, url: str, *, spool: Path, idle_s: float = IDLE_S, read_s: float = READ_S
    ) -> Self:
        """
        Open the database, make it if it is an SQLite file, and migrate it. Blocks.

        Args:
            url: "sqlite:////var/lib/x.db" or "postgresql://user@host/name".

            spool: Folder for large contents; used with SQLite alone.

            idle_s: After so many seconds of silence in a transaction PostgreSQL ends it.

            read_s: After so many seconds PostgreSQL ends a statement of a read.

        Raises:
            StoreUnavailable: If it cannot be reached or is newer than this program.
        """
        files = Spool(spool)
        engines = Engines.to(url, spool=files, idle_s=idle_s)
        try:
            with unavailable():
                upgrade(engines.writer)
        except BaseException:
            engines.writer.dispose()
            raise
        return cls(engines, files, read_s=read_s)

    @property
    def commits(self) -> int:
        """Transactions that the writer has committed."""
        return self._writer.commits

    async def tx(
        self,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """
        Run *fn* in a transaction; when this returns, its changes are on the disk.

        A task that is cancelled in here does not know whether the changes were made;
        shield what must be known.
        """
        return await asyncio.wrap_future(
            self._submit(lambda conn: fn(conn, *args, **kwargs))
        )

    async def brief(
        self,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """
        Do `tx` for a *fn* of a few statements, which may share its commit with others.

        Two hundred calls at once then cost some commits and some statements, not two
        hundred: *fn* takes turns with others at its `Shared` statements. A lock that it
        holds does not keep those of its own group away: each of them must write only
        rows that are its own, or guard what it writes.
        """
        return await asyncio.wrap_future(
            self._writer.submit(lambda conn: fn(conn, *args, **kwargs), shares=True)
        )

    def sync_tx(
        self,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do `tx` for a caller without an event loop."""
        return self._submit(lambda conn: fn(conn, *args, **kwargs)).result()

    async def read(
        self,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run *fn*, which changes nothing, on one consistent committed state."""
        return await asyncio.wrap_future(
            self._hand_over(self._read, lambda conn: fn(conn, *args, **kwargs))
        )

    def sync_read(
        self,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do `read` for a caller without an event loop."""
        return self._read(lambda conn: fn(conn, *args, **kwargs))

    async def keep(self, data: bytes) -> Content:
        """
        Make *data* ready to be named by a row: hashed, and on the disk if it is large.

        Small ones wait in memory for the row's own transaction. Call this before the
        transaction, never in it: one large file would hold up every other writer.
        """
        return await asyncio.wrap_future(self._hand_over(self.sync_keep, data))

    def sync_keep(self, data: bytes) -> Content:
        """Do `keep` for a caller without an event loop."""
        if len(data) <= INLINE_BYTES or not self._is_sqlite:
            return Content.of(data)
        return Content(
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            spool=self.spool.write(data),
        )

    async def keep_file(self, path: Path, *, sha256: str) -> Content:
        """
        Do `keep` for a large file that is flushed already; it is *path* no more.

        Nothing is copied where the spool is on the same file system.
        """
        return await asyncio.wrap_future(self._hand_over(self._keep_file, path, sha256))

    def _keep_file(self, path: Path, sha256: str) -> Content:
        if self._is_sqlite:
            size = path.stat().st_size
            return Content(sha256=sha256, size=size, spool=self.spool.adopt(path))
        content = Content.of(path.read_bytes())
        path.unlink()
        return content

    async def sweep(self, named: AbstractSet[str], *, now: datetime) -> int:
        """Delete spool files that are not *named* (by `housekeeping.spool_names`)."""
        return await asyncio.wrap_future(
            self._hand_over(self.spool.sweep, named, now=now)
        )

    def compact(self) -> bool:
        """
        Rewrite the database without what was deleted. Blocks; for rare, quiet moments.

        SQLite: every page and the log; nothing of what was overwritten can be found in
        its files afterwards. PostgreSQL: VACUUM; its pages are reused, not blanked.

        Returns:
            False: somebody read at that moment, and the log still has old pages.

        Raises:
            StoreUnavailable: If another process kept the database locked.
        """
        if not self._is_sqlite:
            engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
            with unavailable(), engine.connect() as conn:
                conn.exec_driver_sql("VACUUM")
            return True
        # The driver's own connection: VACUUM is refused in a transaction, and every
        # one that the engine gives has begun one.
        raw = self._engine.raw_connection()
        try:
            with unavailable():
                cursor = raw.cursor()
                cursor.execute("VACUUM")
        finally:
            raw.close()
        return self._empty_log()

    async def empty_log(self) -> bool:
        """
        Move SQLite's log into the database, and cut it off: old pages are in it.

        Returns:
            False: somebody read at that moment; try again later.

        Raises:
            StoreUnavailable: If another process kept the database locked.
        """
        if not self._is_sqlite:
            return True
        return await asyncio.to_thread(self._empty_log)

    def _empty_log(self) -> bool:
        raw = self._engine.raw_connection()
        try:
            with unavailable():
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                [is_busy, *_] = cursor.fetchall()[0]
                return not is_busy
        finally:
            raw.close()

    def close(self) -> None:
        """Finish what was submitted, then close every connection; idempotent."""
        self._writer.close()
        self._threads.shutdown()
        self._reader.dispose()
        self._engine.dispose()

    def __repr__(self) -> str:
        return f"Database({self._engine.dialect.name})"

    def _submit(self, work: Callable[[Connection], T]) -> "Future[T]":
        if self._is_sqlite:
            return self._writer.submit(work)
        return self._hand_over(self._transaction, work)

    def _hand_over(
        self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        try:
            return self._threads.submit(fn, *args, **kwargs)
        except RuntimeError as error:
            raise StoreUnavailable("the store is closed") from error

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        with unavailable():
            for _ in range(LOST_RACE_TRIES - 1):
                try:
                    with self._engine.begin() as conn:
                        return work(conn)
                except DBAPIError as error:
                    if not is_lost_race(error):
                        raise
            with self._engine.begin() as conn:
                return work(conn)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with unavailable(), self._reader.begin() as conn:
            if not self._is_sqlite:
                conn.exec_driver_sql(self._limit_read)
            return work(conn)
