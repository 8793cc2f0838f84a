"""
The one writer of an SQLite file: a thread that commits many callers' work at once.

I/O: one database connection.

A commit costs an fsync whatever it holds. While one runs, calls pile up; the next
transaction takes them all, each in its own savepoint, so that one caller's failure
undoes only its own work. Nobody is answered before the COMMIT has returned.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from ..domain.errors import StoreUnavailable
from .unavailable import unavailable

T = TypeVar("T")

MAX_GROUP = 256
"""Calls in one transaction: bounds what one failed commit takes with it."""

MAX_GROUP_S = 0.1
"""No call joins a transaction older than this: bounds the first caller's wait."""


@dataclass(frozen=True, slots=True)
class _Call:
    work: Callable[[Connection], Any]
    future: Future[Any]


class GroupWriter:
    """
    Run functions in transactions, several per commit.

    Args:
        engine: Begins every transaction with BEGIN IMMEDIATE.
    """

    def __init__(self, engine: Engine) -> None:
        self.commits = 0
        "Transactions committed so far; far fewer than calls under load."

        self._engine = engine
        self._queue: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(
            target=self._run, name="store-writer", daemon=True
        )
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> "Future[T]":
        """
        Have *work* done.

        Returns:
            Its result, after the commit; or what it raised, after its own changes were
            undone; or `StoreUnavailable`. Cancelled before it is begun, it is not done.

        Raises:
            StoreUnavailable: After `close()`.
        """
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise StoreUnavailable("the store is closed")
            self._queue.put(_Call(work, future))
        return future

    def close(self) -> None:
        """Finish what was submitted and stop; idempotent."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            if not self._transaction(first):
                return

    def _transaction(self, first: _Call) -> bool:
        """Run one group; False when the end of the queue was met in it."""
        if not first.future.set_running_or_notify_cancel():
            return True
        group, answers, more = [first], [], True
        try:
            with unavailable(), self._engine.connect() as conn, conn.begin():
                began = time.monotonic()
                answers.append(_attempt(conn, first))
                while len(group) < MAX_GROUP and time.monotonic() - began < MAX_GROUP_S:
                    try:
                        call = self._queue.get_nowait()
                    except queue.Empty:
                        break
                    if call is None:
                        more = False
                        break
                    if call.future.set_running_or_notify_cancel():
                        group.append(call)
                        answers.append(_attempt(conn, call))
        except BaseException as error:  # noqa: BLE001 -- not swallowed: told to everybody
            # Nothing of the group is in the database, whichever call broke it.
            for member in group:
                member.future.set_exception(error)
            return more
        self.commits += 1
        for answer in answers:
            answer()
        return more


def _attempt(conn: Connection, call: _Call) -> Callable[[], None]:
    """Run one call in its savepoint; what is returned tells its caller."""
    savepoint = conn.begin_nested()
    try:
        with unavailable():
            result = call.work(conn)
        savepoint.commit()
    except BaseException as error:  # noqa: BLE001 -- not swallowed: it is the caller's
        # If this fails too, SQLite has undone the whole transaction (disk full, I/O
        # error); the error then ends the group.
        savepoint.rollback()
        failure = error
        return lambda: call.future.set_exception(failure)
    return lambda: call.future.set_result(result)
