"""
Walls round everything that touches a document's bytes: bubblewrap.

I/O: probes for bubblewrap by running it.

Inside there is no network, no home, no other process, the system read-only, and a
temporary folder in memory. Where bubblewrap is not allowed a child puts `fences` round
itself, which hold files and network back too: the log says so once.
"""

import contextlib
import errno
import functools
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from . import fences

logger = logging.getLogger(__name__)

TEMPORARY_BYTES = 384 * 1024**2
"""Size of the folder in memory: LibreOffice's profile, Ghostscript's repair; a part of
what a document may take of memory."""

MAX_REASON = 300
"Characters of what bubblewrap says against starting."

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
    "/var/spool/libreoffice",
)
_ALSO_READ = (
    *("/proc", "/dev/urandom", "/etc/nsswitch.conf", "/etc/passwd"),
    "/etc/mime.types",
)
"""Where there are only fences. LibreOffice does not find its own pipe if the names of
users are there and cannot be read; Python's `mimetypes` stops at a list that it sees and
may not read."""

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
    "Only the fences of `shut_in`."


@functools.cache
def walls() -> Walls:
    """Find out, once, what works on this machine."""
    reason = "it is not installed"
    for candidate in (Walls.FULL, Walls.SHARED_PROC):
        if shutil.which("bwrap") is None:
            break
        command = [*walled(candidate), "/usr/bin/true"]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = type(error).__name__
            continue
        if done.returncode == 0:
            return candidate
        reason = done.stderr.decode(errors="replace").strip()[:MAX_REASON]
    logger.warning(
        "documents are converted without bubblewrap (%s), %s: install the package"
        " bubblewrap and allow unprivileged user namespaces (sysctl"
        " kernel.unprivileged_userns_clone=1; in systemd no RestrictNamespaces=)",
        reason,
        "behind Landlock and seccomp alone"
        if fences.landlock_version()
        else "and this kernel has no Landlock: they can read what the gateway can",
    )
    return Walls.NONE


def worker_command() -> tuple[list[str], dict[str, str]]:
    """Command line and environment of one `worker`."""
    command, environment = python_command("converters.worker", Path(__file__).parent)
    return command, environment | KEPT_MEMORY


def zygote_command() -> tuple[list[str], dict[str, str]]:
    """Command line and environment of one `zygote`; only where there are walls."""
    command, environment = python_command(
        "converters.zygote", Path(__file__).parent, with_rooms=True
    )
    return command, environment | KEPT_MEMORY


def python_command(
    module: str, *packages: Path, with_rooms: bool = False
) -> tuple[list[str], dict[str, str]]:
    """
    Command line and environment of a child that runs a module of ours behind walls.

    Args:
        module: Its full name.

        packages: Folders of the packages it imports from; libraries are there anyway.

        with_rooms: It touches no document, and makes a `room` for each child that does:
            nothing but /tmp, which every room has its own of, can be written on.
    """
    binds = [str(path) for path in prefixes() if not path.is_relative_to("/usr")]
    return _inside(
        [sys.executable, "-B", "-s", "-m", module],
        binds=binds,
        packages=list(packages),
        more=_FOR_ROOMS if with_rooms else (),
    )


def prefixes() -> list[Path]:
    """Where Python and its libraries are: parts of them are loaded late."""
    return sorted({Path(sys.prefix), Path(sys.base_prefix)})


_FOR_ROOMS = (
    *("--cap-add", "CAP_SYS_ADMIN"),  # in its own namespaces, not on this machine
    *("--remount-ro", "/dev", "--remount-ro", "/"),
)


KEPT_MEMORY = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(128 * 1024**2),
    "MALLOC_TOP_PAD_": str(8 * 1024**2),
}
"""Pages are made in arrays of megabytes: glibc, left alone, takes each from the kernel
and gives it back, page fault by page fault, which costs 4 ms a page; and in pieces of
4 kB, whose looking up costs a tenth more."""


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


def shut_in(*packages: Path) -> None:
    """
    Put up, in a child and before it touches a document, the fences of its own.

    What the kernel does not have is left out in silence: `walls` has warned.

    Args:
        packages: Folders of code that is still to be imported.
    """
    if os.environ["CONVERTERS_WALLS"] != "bwrap":
        fences.drop_capabilities()
        fences.allow_only_folders(
            readable=(
                *map(Path, (*_READ_ONLY, *_LINKS, *_ALSO_READ)),
                *(*prefixes(), *packages),
            ),
            writable=(Path(os.environ["TMPDIR"]), Path("/dev/null")),
            sockets=(_PIPES,),
        )
    fences.forbid_system_calls()


def remove_dead_pipes() -> None:
    """
    Remove what a killed LibreOffice leaves outside its folder, if it had no walls.

    A pipe that somebody listens at stays.
    """
    if walls() is not Walls.NONE:
        return
    for path in _PIPES.glob("OSL_PIPE_*"):
        with socket.socket(socket.AF_UNIX) as caller, contextlib.suppress(OSError):
            caller.setblocking(False)
            if caller.connect_ex(str(path)) == errno.ECONNREFUSED:
                path.unlink()


_PIPES = Path("/tmp")  # noqa: S108 -- LibreOffice has them nowhere else
"Where LibreOffice has the pipes that it is spoken to by."


def _inside(
    command: list[str],
    *,
    binds: list[str],
    packages: list[Path],
    more: Sequence[str] = (),
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
    command_line += more
    return [*command_line, "--chdir", "/tmp", *command], environment  # noqa: S108 -- likewise
