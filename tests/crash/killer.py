"""
The daemon, killed at its Nth commit: `python -m killer N before|after run ...`.

A fault that no real part can be made to show on request. Commits are found by watching
the database library, not by a list: whatever commits something is a point. Commits that
change nothing (a look for work) are not counted.
"""

import os
import signal
import sys
import threading

from sqlalchemy.engine.default import DefaultDialect

from ecofax_gateway.cli import main

_commit = DefaultDialect.do_commit
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


if __name__ == "__main__":
    watch(int(sys.argv[1]), sys.argv[2])
    sys.exit(main(sys.argv[3:]))
