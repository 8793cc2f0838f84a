"""
Three nodes on one PostgreSQL, and everything that can befall them.
"""

import random
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from ..store.conftest import Cluster, _as_user

CONFIG = """\
[gateway]
node = "{name}"
state = "{state}"
silent_after = {silent_after}
lost_call = {lost_call}
[smtp]
listen = "127.0.0.1:0"
[store]
database = "{url}"
[trust]
replies_per_hour = 0 # one client sends hundreds of orders here
[replies]
folder = "{replies}"
[conversion]
office_instances = 0
[retry]
busy = 0.4
no_answer = 0.4
no_fax = 0.4
cut_off = 0.4
trunk_fault = 0.4
[trunk]
name = "test"
proxy = "127.0.0.1:{port}"
channels = {channels}
paced = false
"""

KINDS = ("kill", "kill", "pause", "pause", "restart-database", "fill", "fill-database")
"What may happen, as often as it is named."


@dataclass(frozen=True, slots=True)
class Blow:
    """
    One misfortune.
    """

    after_s: float
    kind: str
    node: int
    lasts_s: float


def blows(seed, *, seconds, nodes):
    """
    Misfortunes for so long; the same for the same seed.
    """
    chance = random.Random(seed)
    passed, planned = 0.0, []
    while passed < seconds:
        blow = Blow(
            after_s=round(chance.uniform(1, 4), 2),
            kind=chance.choice(KINDS),
            node=chance.randrange(nodes),
            lasts_s=round(chance.uniform(0.5, 8), 2),
        )
        planned.append(blow)
        passed += blow.after_s + blow.lasts_s / 2
    return planned


@dataclass
class Node:
    """
    One daemon, begun again whenever it ended, as systemd would.
    """

    config: Path
    roles: str
    log: Path
    port: int | None = None
    lives: int = 0
    process: subprocess.Popen | None = None
    _threads: list = field(default_factory=list)

    def start(self):
        self.port, self.lives = None, self.lives + 1
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ecofax_gateway", "run"),
                *("--config", str(self.config), "--roles", self.roles),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        reader = threading.Thread(target=self._read, args=[self.process], daemon=True)
        reader.start()
        self._threads.append(reader)

    def _read(self, process):
        with self.log.open("a") as log, process.stdout:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if "mail in " in line and process is self.process:
                    self.port = int(line.split(":")[1].split(",")[0])

    def tend(self):
        """
        Begin it again if it has ended.
        """
        if self.process is None or self.process.poll() is not None:
            self.start()

    def signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def end(self):
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        for reader in self._threads:
            reader.join(timeout=60)
        return status


class Server:
    """
    A PostgreSQL server that may crash.
    """

    def __init__(self, cluster: Cluster) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self._folder = cluster.folder
        self._control = [
            *_as_user(),
            *(
                programs / "pg_ctl",
                "-D",
                cluster.folder / "data",
                "-w",
                "-s",
                "-t",
                "30",
            ),
            *("-l", cluster.folder / "log"),
            "-o",
            f"-F -c listen_addresses= -c max_connections=100 -k {cluster.folder}",
        ]

    def crash(self):
        self._run("-m", "immediate", "stop")

    def tend(self):
        """
        Start it if it has given up.
        """
        if self._run("status") != 0:
            self._run("start")

    def processes(self):
        """
        The ids of all its processes; none if it is down.
        """
        try:
            text = (self._folder / "data/postmaster.pid").read_text()
        except FileNotFoundError:
            return []
        parent = text.split()[0]
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(parent), *map(int, children.split())]

    def limit_files(self, most):
        """
        Let the server's processes write no file beyond so many bytes.
        """
        for pid in self.processes():
            words = ["prlimit", f"--pid={pid}", f"--fsize={most}:"]
            subprocess.run(
                [*_as_user(), *words], stderr=subprocess.DEVNULL, check=False
            )

    def _run(self, *words):
        return subprocess.run(
            [*self._control, *words],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        ).returncode


def limit_files(process_ids, most):
    """
    Let these processes write no file beyond so many bytes: with 0 the disk is full.
    """
    for pid in process_ids:
        try:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
        except ProcessLookupError:
            continue


def descendants(pid):
    """
    A process and its children.
    """
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return [pid]
    return [pid, *(each for word in words for each in descendants(int(word)))]
