"""
A throw-away PostgreSQL server, for tests and measurements.

I/O: runs initdb and pg_ctl; a temporary folder.
"""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from bench import spent

PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian puts the servers, one folder per version."""

START_SECONDS = 60
"""A loaded machine with a slow disk; usually it takes one."""


class Cluster:
    """
    A PostgreSQL server of our own, on a Unix socket in its own folder.

    Args:
        folder: Where the socket is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count()

    def url(self, name: str) -> str:
        """How our store names one of its databases."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def dsn(self, name: str) -> str:
        """How libpq, and the drivers that follow it, name the same."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def cpu_seconds(self) -> float:
        """What the server has spent so far, its processes that ended included."""
        root = (self.folder / "data/postmaster.pid").read_text().split()[0]
        return spent.cpu_seconds(int(root))

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(statement))
        engine.dispose()

    def new(self, *, template: str = "template1") -> str:
        """Make a database; its name."""
        name = f"t{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


def as_user() -> list[str]:
    """What comes before a server's command: PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@contextmanager
def running(*, durable: bool) -> Iterator[Cluster]:
    """
    Make a cluster, start it, and remove it at the end.

    Args:
        durable: With fsync, as a measurement needs it; tests do without.
    """
    programs = max(PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
    # Not in a test's own folder, which only its owner can enter.
    folder = Path(tempfile.mkdtemp(prefix="ecofax-pg-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = str(folder / "data")
    server = f"-c listen_addresses= -c max_connections=100 -k {folder}"
    if not durable:
        server += " -F"
    initdb = ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "-N"]
    control = [*as_user(), str(programs / "pg_ctl"), "-D", data, "-w", "-s"]

    def run(*command: str) -> None:
        subprocess.run(
            command,
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            timeout=START_SECONDS,
        )

    try:
        run(*as_user(), str(programs / "initdb"), *initdb)
        run(*control, "-o", server, "-l", str(folder / "log"), "start")
        try:
            yield Cluster(folder)
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
