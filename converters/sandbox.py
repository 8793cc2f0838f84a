"""
Walls round everything that touches a document's bytes: bubblewrap.

I/O: probes for bubblewrap by running it.

Inside there is no network, no home, no other process, the system read-only, and a
temporary folder in memory. Without bubblewrap only resource limits and, where the
kernel lets us, an empty network remain: the log says so once.
"""

import ctypes
import functools
import logging
import os
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

logger = logging.getLogger(__name__)

TEMPORARY_BYTES = 384 * 1024**2
"""Size of the folder in memory: LibreOffice's profile, Ghostscript's repair; a part of
what a document may take of memory."""

SYSTEM_PYTHON = "/usr/bin/python3"
"Debian's: the only one that has LibreOffice's bridge."

_READ_ONLY = (
    "/usr",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ghostscript",
    "/etc/ld.so.cache",
    "/etc/libreoffice",
    "/etc/magic",
    "/var/cache/fontconfig",
    "/var/lib/ghostscript",
    "/var/lib/libreoffice",
)
_LINKS = ("/bin", "/lib", "/lib32", "/lib64", "/sbin")
_INSIDE = Path("/app")


class Walls(StrEnum):
    """What keeps a document in."""

    FULL = "bwrap"
    SHARED_PROC = "bwrap-ro-proc"
    """As FULL, with the host's /proc read-only: where a service manager masks parts
    of /proc, the kernel refuses a new one. Its own user namespace keeps the child from
    reading other processes' memory and environment."""

    NONE = "none"


@functools.cache
def walls() -> Walls:
    """Find out, once, what works on this machine."""
    for candidate in (Walls.FULL, Walls.SHARED_PROC):
        if shutil.which("bwrap") is None:
            break
        command = [*walled(candidate), "/usr/bin/true"]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return candidate
    logger.warning(
        "documents are converted without a sandbox: install the package bubblewrap and"
        " allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1;"
        " in systemd no RestrictNamespaces=)"
    )
    return Walls.NONE


def worker_command() -> tuple[list[str], dict[str, str]]:
    """Command line and environment of one `worker`."""
    package = Path(__file__).parent
    kept = {Path(sys.prefix), Path(sys.base_prefix)}
    binds = [str(path) for path in sorted(kept) if not path.is_relative_to("/usr")]
    return _inside(
        [sys.executable, "-B", "-s", "-m", "converters.worker"],
        binds=binds,
        packages=[package],
    )


def office_command() -> tuple[list[str], dict[str, str]]:
    """Command line and environment of one `office_launcher`."""
    import unoserver  # its folder only: importing more needs LibreOffice's bridge

    return _inside(
        [SYSTEM_PYTHON, "-B", "-s", "-m", "converters.office_launcher"],
        binds=[],
        packages=[Path(__file__).parent, Path(unoserver.__file__).parent],
    )


def walled(kind: Walls) -> list[str]:
    """The beginning of a command line that puts what follows behind walls."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--cap-drop", "ALL", "--uid", "65534", "--gid", "65534"]
    for path in _READ_ONLY:
        if Path(path).exists():
            command += ["--ro-bind", path, path]
    for link in map(Path, _LINKS):
        if link.is_symlink():
            command += ["--symlink", str(link.readlink()), str(link)]
        elif link.exists():
            command += ["--ro-bind", str(link), str(link)]
    if kind is Walls.FULL:
        command += ["--proc", "/proc"]
    else:
        command += ["--ro-bind", "/proc", "/proc"]
    command += ["--dev", "/dev"]
    return [*command, "--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp"]  # noqa: S108 -- inside


def leave_network() -> None:
    """
    Move this process into an empty network, if the kernel lets us.

    Only for a machine without bubblewrap; silent where it is not allowed, `walls`
    has warned.
    """
    new_user, new_network = 0x10000000, 0x40000000
    ctypes.CDLL(None, use_errno=True).unshare(new_user | new_network)


def _inside(
    command: list[str], *, binds: list[str], packages: list[Path]
) -> tuple[list[str], dict[str, str]]:
    kind = walls()
    environment = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(_INSIDE),
        "PYTHONWARNINGS": "ignore",
        # One document, one core: threads would only fight with its neighbours.
        "OPENBLAS_NUM_THREADS": "1",
        "CONVERTERS_WALLS": "none" if kind is Walls.NONE else "bwrap",
    }
    if kind is Walls.NONE:
        environment["PYTHONPATH"] = os.pathsep.join(
            dict.fromkeys(str(package.parent) for package in packages)
        )
        return command, environment
    environment |= {"HOME": "/tmp", "TMPDIR": "/tmp"}  # noqa: S108 -- inside, private
    command_line = walled(kind)
    for path in binds:
        command_line += ["--ro-bind", path, path]
    for package in packages:
        command_line += ["--ro-bind", str(package), str(_INSIDE / package.name)]
    return [*command_line, "--chdir", "/tmp", *command], environment  # noqa: S108 -- likewise
