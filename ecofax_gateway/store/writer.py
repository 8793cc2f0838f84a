"""
One thread that commits many callers' work at once.

I/O: one database connection.

A commit costs an fsync whatever it holds. While one runs, calls pile up; the next
transaction takes them all, and those that may share their statements take turns
(`turns.py`). If one of them fails, all is undone and each is done again in a
transaction of its own, so that one caller's failure undoes only its own work; that is
rare, and a savepoint around each would cost every caller as much as its own
statements. Nobody is answered before the COMMIT has returned.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from ..domain.errors import StoreUnavailable
from .turns import MOST as MOST_TURNS
from .turns import Turns
from .unavailable import is_lost_race, unavailable

T = TypeVar("T")

MAX_GROUP = 256
"""Calls in one transaction: bounds what one failed commit takes with it."""

MAX_GROUP_S = 0.1
"""No call joins a transaction older than this: bounds the first caller's wait."""

LOST_RACE_TRIES = 4
"""PostgreSQL undoes one of two transactions that wait for each other; run again."""


@dataclass(frozen=True, slots=True)
class _Call:
    work: Callable[[Connection], Any]
    future: Future[Any]
    shares: bool


class _Step(Enum):
    """Where a transaction is, so that a failure tells what is in the database."""

    BEGIN = auto()
    WORK = auto()
    COMMIT = auto()
    "What fails here may have happened: it is never repeated."


class GroupWriter:
    """
    Run functions in transactions, several per commit.

    Args:
        engine: On SQLite it begins every transaction with BEGIN IMMEDIATE.
    """

    def __init__(self, engine: Engine) -> None:
        self.commits = 0
        "Transactions committed so far; far fewer than calls under load."

        self._engine = engine
        self._turns = Turns()
        self._queue: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(
            target=self._run, name="store-writer", daemon=True
        )
        self._thread.start()

    def submit(
        self, work: Callable[[Connection], T], *, shares: bool = False
    ) -> "Future[T]":
        """
        Have *work* done. It may be run twice, of which one is undone.

        Args:
            shares: It may take turns with others that do: wherever it runs a `Shared`
                statement, theirs may come before its next one.

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
            self._queue.put(_Call(work, future, shares))
        return future

    def close(self) -> None:
        """Finish what was submitted and stop; idempotent."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        self._turns.close()

    def _run(self) -> None:
        more = True
        while more and (first := self._queue.get()) is not None:
            more = self._serve(first)

    def _serve(self, first: _Call) -> bool:
        """Do one group; False when the end of the queue was met in it."""
        group: list[_Call] = []
        results: list[Any] = []
        step, more = _Step.BEGIN, True
        call: _Call | None = first  # the next, not in the group yet
        try:
            with unavailable(), self._engine.connect() as conn, conn.begin():
                step = _Step.WORK
                until = time.monotonic() + MAX_GROUP_S
                while call is not None:
                    together, call, more = self._together(call, len(group), until)
                    group += together
                    results += self._done(conn, together)
                    if call is None and more:
                        call, more = self._next(len(group), until)
                step = _Step.COMMIT
        except BaseException as error:  # noqa: BLE001 -- not swallowed: told to the callers
            if call is not None and call.future.set_running_or_notify_cancel():
                group.append(call)
            if step is _Step.WORK and (len(group) > 1 or _is_lost_race(error)):
                self._one_by_one(group)
            else:
                # Nothing of the group is in the database, or nobody knows.
                _fail(group, error)
            return more
        self.commits += 1
        for member, result in zip(group, results, strict=True):
            member.future.set_result(result)
        return more

    def _together(
        self, first: _Call, members: int, until: float
    ) -> tuple[list[_Call], _Call | None, bool]:
        """Who may take turns with *first*, itself included, and who comes after them."""
        together: list[_Call] = []
        call: _Call | None = first
        more = True
        while call is not None:
            if call.future.set_running_or_notify_cancel():
                together.append(call)
            if not first.shares or len(together) == MOST_TURNS:
                return together, None, True
            call, more = self._next(members + len(together), until)
            if call is not None and not call.shares:
                break
        return together, call, more

    def _done(self, conn: Connection, together: list[_Call]) -> list[Any]:
        if len(together) > 1:
            return self._turns.run(conn, [call.work for call in together])
        return [call.work(conn) for call in together]

    def _next(self, members: int, until: float) -> tuple[_Call | None, bool]:
        """Who joins the group, if anybody; False: it was the end of the queue."""
        if members >= MAX_GROUP or time.monotonic() >= until:
            return None, True
        try:
            call = self._queue.get_nowait()
        except queue.Empty:
            return None, True
        return call, call is not None

    def _one_by_one(self, group: list[_Call]) -> None:
        """Do each in a transaction of its own: what broke them all then breaks one."""
        for n, call in enumerate(group):
            for tries_left in reversed(range(LOST_RACE_TRIES)):
                step = _Step.BEGIN
                try:
                    with unavailable(), self._engine.connect() as conn, conn.begin():
                        step = _Step.WORK
                        result = call.work(conn)
                        step = _Step.COMMIT
                except BaseException as error:  # noqa: BLE001 -- not swallowed: it is the caller's
                    if step is _Step.BEGIN:
                        # No database: the others need not wait for a connection each.
                        _fail(group[n:], error)
                        return
                    if step is _Step.COMMIT or not (
                        tries_left and _is_lost_race(error)
                    ):
                        call.future.set_exception(error)
                        break
                else:
                    self.commits += 1
                    call.future.set_result(result)
                    break


def _fail(group: list[_Call], error: BaseException) -> None:
    for member in group:
        member.future.set_exception(error)


def _is_lost_race(error: BaseException) -> bool:
    cause = error.__cause__
    return is_lost_race(error) or (cause is not None and is_lost_race(cause))
