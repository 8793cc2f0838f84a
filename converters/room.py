"""
A room of its own for each document, behind walls that are shared.

I/O: system calls.

bubblewrap's walls stand for as long as the process that waits behind them. What it forks
for a document moves into namespaces of its own: it sees and signals no other process,
shares no network, not even loopback, and no memory, and has a /tmp that begins empty and
is gone with it. There is no /proc.

Standards:
    Linux man-pages 6.7, unshare(2), mount(2), pid_namespaces(7), mount_namespaces(7)
"""

import ctypes
import os
from pathlib import Path

from .sandbox import TEMPORARY_BYTES, prefixes

_libc = ctypes.CDLL(None, use_errno=True)

_NEW_MOUNTS, _NEW_IPC = 0x00020000, 0x08000000
_NEW_PROCESSES, _NEW_NETWORK = 0x20000000, 0x40000000

_BIND = 0x1000
_READ_ONLY, _NO_SET_UID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8

_TEMPORARY = Path("/tmp")  # noqa: S108 -- inside, private

_SUBREAPER = 36
"prctl(2), PR_SET_CHILD_SUBREAPER."


def adopt_orphans() -> None:
    """Become the parent of what a child leaves behind, and so be told how it ended."""
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)


def leave() -> None:
    """
    Go out of all that is shared; the next child is the first process in the room.

    Raises:
        OSError: If the kernel does not allow it.
    """
    apart = _NEW_MOUNTS | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK
    _check(_libc.unshare(apart))


def furnish() -> None:
    """
    Make the room ready, in its first process, and go there.

    Raises:
        OSError: If the kernel does not allow it.
    """
    covered = [path for path in prefixes() if path.is_relative_to(_TEMPORARY)]
    kept = [(path, os.open(path, os.O_PATH)) for path in covered]
    temporary = b"mode=0700,size=%d" % TEMPORARY_BYTES
    _mount(b"/tmp", _NO_SET_UID | _NO_DEVICES, temporary)
    # What libraries load late must stay where it was.
    for path, below in kept:
        path.mkdir(parents=True)
        os.fchdir(below)
        os.close(below)
        _check(_libc.mount(b".", bytes(path), None, _BIND, None))
    # Through it, files outside the room and the memory of others could be reached.
    _mount(b"/proc", _READ_ONLY | _NO_SET_UID | _NO_DEVICES | _NO_PROGRAMS, b"size=4k")
    # The working directory is still the one below.
    os.chdir(_TEMPORARY)


def _mount(where: bytes, flags: int, options: bytes) -> None:
    _check(_libc.mount(b"tmpfs", where, b"tmpfs", flags, options))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
