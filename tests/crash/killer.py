"""
The daemon, killed at a commit: `python -m killer N|MARK before|after run ...`.

N counts commits. A mark is that of a statement: the first commit that it changed
something in. `python -m killer record FILE run ...` kills nobody, and writes the marks
that each commit has, one line each.

A fault that no real part can be made to show on request. Commits are found by watching
the database library, not by a list: whatever commits something is a point. Commits that
change nothing (a look for work) are not counted.
"""

import hashlib
import os
import re
import signal
import sys
import threading
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from ecofax_gateway.cli import main

_commit = DefaultDialect.do_commit
_rollback = DefaultDialect.do_rollback
_changes_rows = re.compile(
    r"\b(INSERT INTO|UPDATE|DELETE FROM) (?!OF\b|SKIP\b|NOWAIT\b)(\w+)"
)
_lock = threading.Lock()
_changes: dict[int, int] = {}


def watch(nth, when):
    """
    Kill this process before or after the Nth commit from now.
    """
    left = [nth]

    def do_commit(self, connection):
        driver = connection.driver_connection
        with _lock:
            before = _changes.get(id(driver), 0)
            _changes[id(driver)] = driver.total_changes
            if driver.total_changes > before:
                left[0] -= 1
                here = left[0] == 0
            else:
                here = False
        if here and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        _commit(self, connection)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = do_commit


def watch_marks(on_commit):
    """
    Tell of each commit which statements changed something in it, before it is made.

    What *on_commit* gives back is called after it.
    """
    made = {}

    def note(conn, cursor, statement, parameters, context, executemany):
        if cursor.rowcount and _changes_rows.search(statement):
            key = id(conn.connection.driver_connection)
            made.setdefault(key, []).append(mark_of(statement))

    def do_commit(self, connection):
        marks = made.pop(id(connection.driver_connection), [])
        then = on_commit(marks) if marks else None
        _commit(self, connection)
        if then is not None:
            then()

    def do_rollback(self, connection):
        made.pop(id(connection.driver_connection), None)
        _rollback(self, connection)

    event.listen(Engine, "after_cursor_execute", note)
    DefaultDialect.do_commit = do_commit
    DefaultDialect.do_rollback = do_rollback


def mark_of(statement):
    """
    A word for a statement, whatever the number of its parameters.
    """
    text = re.sub(r"%\(\w+\)s(::\w+)?(, )?", "?", " ".join(statement.split()))
    what = _changes_rows.search(text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{what[1].split()[0].lower()}-{what[2]}-{digest}"


def kill_at(mark, when):
    def on_commit(marks):
        if mark not in marks:
            return None
        if when == "before":
            die()
        return die

    watch_marks(on_commit)


def record(file):
    def on_commit(marks):
        with _lock, Path(file).open("a") as out:
            print(*dict.fromkeys(marks), file=out)

    watch_marks(on_commit)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    how, what = sys.argv[1:3]
    if how == "record":
        record(what)
    elif how.isdigit():
        watch(int(how), what)
    else:
        kill_at(how, what)
    sys.exit(main(sys.argv[3:]))
