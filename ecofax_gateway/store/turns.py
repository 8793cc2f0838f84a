"""
Callers that take turns on one connection, so that they can share statements.

I/O: one database connection; threads, of which one runs at a time.

Each caller runs in a thread of its own until it asks for a shared statement; then the
next one does. When all have asked or ended, every statement is run once for all who
asked for it, and they go on. Their functions are written as if each were alone.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import Connection

from .shared import Params, Rows, Shared, SharedConnection

MOST = 64
"""Callers, and so threads, at once: a statement for so many costs each next to nothing."""

Work = Callable[[Connection], Any]


class _Undone(BaseException):
    """Another caller failed: the transaction is going to be undone."""


class Turns:
    """
    Threads that wait for work; made when they are first needed.
    """

    def __init__(self) -> None:
        self._members: list[_Member] = []
        self._waiting: list[_Member] = []
        self._all_stopped = threading.Lock()
        self._all_stopped.acquire()
        self.undone = False

    def run(self, conn: Connection, works: Sequence[Work]) -> list[Any]:
        """
        Do up to `MOST` works on one connection, in its transaction.

        Returns:
            Their results.

        Raises:
            BaseException: What the first that failed raised; none of them goes on.
        """
        while len(self._members) < len(works):
            self._members.append(_Member(self))
        members = self._members[: len(works)]
        for member, work in zip(members, works, strict=True):
            member.begin(conn, work)
        going = members
        while going:
            self._let_go(going)
            going = [member for member in going if not member.has_ended]
            try:
                for member in members:
                    if member.error is not None:
                        raise member.error
                _answer(conn, going)
            except BaseException:
                self.undone = True
                self._let_go(going)
                self.undone = False
                raise
        return [member.result for member in members]

    def close(self) -> None:
        """End the threads."""
        for member in self._members:
            member.close()

    def next(self) -> None:
        """Let the next one go on; called by whoever stops."""
        if self._waiting:
            self._waiting.pop().gate.release()
        else:
            self._all_stopped.release()

    def _let_go(self, members: Sequence["_Member"]) -> None:
        """Let each go on until it stops, one after the other."""
        if members:
            self._waiting = list(reversed(members))
            self.next()
            self._all_stopped.acquire()


class _Member:
    """One thread, and the work that it does just now."""

    def __init__(self, turns: Turns) -> None:
        self.gate = threading.Lock()
        self.gate.acquire()
        self.request: tuple[Shared, Params] | None = None
        self.rows: Rows = ()
        self.result: Any = None
        self.error: BaseException | None = None
        self.has_ended = False
        self._turns = turns
        self._work: Work | None = None
        self._conn: Connection | None = None
        self._thread = threading.Thread(
            target=self._run, name="store-turn", daemon=True
        )
        self._thread.start()

    def begin(self, conn: Connection, work: Work) -> None:
        """Have something to do at the next turn."""
        self._conn, self._work = conn, work
        self.result = self.error = self.request = None
        self.has_ended = False

    def ask(self, statement: Shared, params: Params) -> Rows:
        """Stop until the others have said what they want, too."""
        self.request = statement, params
        self._turns.next()
        self.gate.acquire()
        if self._turns.undone:
            raise _Undone
        return self.rows

    def close(self) -> None:
        """End the thread, which has nothing to do."""
        self._work = None
        self.gate.release()
        self._thread.join()

    def _run(self) -> None:
        while self.gate.acquire() and self._work is not None:
            assert self._conn is not None
            try:
                self.result = self._work(cast(Connection, _Turn(self._conn, self)))
            except BaseException as error:  # noqa: BLE001 -- not swallowed: `Turns.run` raises it
                self.error = error
            self.has_ended = True
            self._turns.next()


class _Turn(SharedConnection):
    """The connection, as one of those who take turns sees it."""

    def __init__(self, conn: Connection, member: _Member) -> None:
        self._conn = conn
        self._member = member

    def ask(self, statement: Shared, params: Params) -> Rows:
        return self._member.ask(statement, params)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


def _answer(conn: Connection, members: Sequence[_Member]) -> None:
    """Run each statement once for all who asked for it."""
    asked: dict[Shared, list[_Member]] = {}
    for member in members:
        assert member.request is not None, "who has not ended has asked"
        asked.setdefault(member.request[0], []).append(member)
    for statement, askers in asked.items():
        params = [member.request[1] for member in askers if member.request]
        for member, rows in zip(askers, statement.run_all(conn, params), strict=True):
            member.rows = rows
