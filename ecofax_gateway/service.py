"""
What a service owes its surroundings: one instance per state folder, word to systemd,
no power of its own in what it starts.

I/O: a lock file, datagrams to the socket that systemd names, system calls.

Standards:
    sd_notify(3) -- READY=1, STOPPING=1, WATCHDOG=1, STATUS=
    capabilities(7) -- ambient ones
"""

import ctypes
import fcntl
import os
import pwd
import secrets
import socket
from pathlib import Path
from typing import IO

from .domain.errors import BadSettings


def notify(*words: str) -> None:
    """Tell systemd; nothing happens when it did not start us."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    if path.startswith("@"):
        path = "\0" + path[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        speaker.connect(path)
        speaker.sendall("\n".join(words).encode())


def watchdog_seconds() -> float | None:
    """How often to say WATCHDOG=1: half of what systemd allows; None: never."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    return int(allowed) / 2e6 if allowed.isdigit() else None


def make_state_folder(state: Path) -> None:
    """
    Make the state folder; what this process writes from now on is its owner's alone.

    Raises:
        BadSettings: If it cannot be made or written.
    """
    os.umask(0o077)
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(state, error) from error


def become_owner(state: Path) -> None:
    """
    As root, turn into the user whose state folder it is.

    Or a command that an administrator types would leave files in it that the service
    cannot read. Irrevocable for this process.

    Raises:
        BadSettings: If this machine does not know that user.
    """
    if os.geteuid() != 0 or not state.exists():
        return
    owner = state.stat()
    if owner.st_uid == 0:
        return
    try:
        user = pwd.getpwuid(owner.st_uid)
    except KeyError:
        raise BadSettings(
            [
                f"gateway.state: {state} belongs to user {owner.st_uid}, whom this"
                " machine does not know; give it to one that it knows (chown)"
            ]
        ) from None
    os.initgroups(user.pw_name, owner.st_gid)
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
    # Where libpq looks for the password of the database (~/.pgpass).
    os.environ["HOME"] = user.pw_dir


def keep_powers_to_itself() -> None:
    """
    Hand on to no child what the service manager let this process do (a port below 1024).

    bubblewrap does not start with any, and no converter needs one. Call it before there
    are threads: each has powers of its own.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)


_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
"prctl(2)."


def home_mark(state: Path) -> str:
    """
    What tells this state folder on this machine from every other.

    A new life of a node that shows the same mark and holds the lock has proved that
    the old one is over. The host's name is in it because folders are copied.

    Raises:
        BadSettings: If it cannot be written.
    """
    path = state / "home"
    try:
        if not path.exists():
            unfinished = state / "home.part"
            unfinished.write_text(secrets.token_hex(16), encoding="ascii")
            unfinished.replace(path)
        mark = path.read_text(encoding="ascii")
    except OSError as error:
        raise _unusable(state, error) from error
    return f"{mark}@{socket.gethostname()}"


def lock(state: Path) -> IO[bytes]:
    """
    Be the only daemon on this state folder, for as long as the result is kept.

    The kernel lets go of it when the process ends in whatever way.

    Raises:
        BadSettings: If another daemon has it, or it cannot be written.
    """
    try:
        file = (state / "lock").open("ab")
    except OSError as error:
        raise _unusable(state, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise BadSettings(
            [
                f"gateway.state: {state} is in use by another ecofax-gateway; stop it first"
            ]
        ) from None
    return file


def _unusable(state: Path, error: OSError) -> BadSettings:
    return BadSettings(
        [
            f"gateway.state: {state} cannot be used ({error.strerror}); name a folder"
            " that this user may make or write in"
        ]
    )
