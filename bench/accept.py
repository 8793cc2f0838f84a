"""
Measure how fast mail is taken in: ours beside Postfix delivering to a maildir.

    .venv/bin/python -m bench.accept --json

I/O: our daemon on SQLite and a throw-away Postfix, both removed; smtp-source as the
client of both; standard output.

Both answer 250 when the mail is on the disk: we after the commit of our database,
Postfix after the fsync of its queue file. What follows (Postfix delivers while it goes
on taking mail in) is part of its work, as preparing would be of ours on another node;
its CPU counts, and nobody is measured before it is done.

Needs Debian's postfix, and root to run it.
"""

import argparse
import json
import os
import pwd
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import disk, postfix, spent

CONNECTIONS = (1, 10, 50)
SIZES = {"3k": 3_000, "200k": 200_000, "2m": 2_000_000}
MESSAGES = {"3k": 3000, "200k": 600, "2m": 100}
"""Enough for some seconds each; a tenth of them on one connection."""

ROUNDS = 3
"""Of each, ours and Postfix's in turn; the median counts."""

SOURCE = "/usr/sbin/smtp-source"
RECIPIENT = "0972101010@ecofax.test"
CONFIG = """\
[gateway]
state = "{folder}"
log_level = "warning"
[smtp]
listen = "127.0.0.1:0"
domains = ["ecofax.test"]
[trunk]
name = "none"
proxy = "127.0.0.1:9"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One that takes mail in."""

    port: int
    pid: int
    "Of the process that all its others descend from."

    settle: Callable[[], None] = lambda: None
    "Returns when it has nothing to do any more."


@dataclass(frozen=True, slots=True)
class Pace:
    """How one server did."""

    per_second: float
    cpu_ms: float
    "Of all its processes, a mail."


@dataclass(frozen=True, slots=True)
class Cell:
    """One size at one number of connections."""

    ours: Pace
    postfix: Pace

    @property
    def ratio(self) -> float:
        """How often we take one while Postfix takes one."""
        return self.ours.per_second / self.postfix.per_second


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status."""
    parser = argparse.ArgumentParser(
        description="Measure how fast mail is taken in, beside Postfix.",
        epilog="example: python -m bench.accept --share 0.2 --json",
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the messages; less is quicker"
    )
    parser.add_argument("--json", action="store_true", help="one object, last line")
    options = parser.parse_args(arguments)
    figures = measure(options.share)
    if options.json:
        _print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
    return 0


def measure(share: float) -> dict[str, float]:
    """Run all of it, print the table, and give the figures by name."""
    figures = {}
    with tempfile.TemporaryDirectory(prefix="ecofax-accept-") as name:
        folder = Path(name)
        figures["fdatasync_per_s"] = disk.fdatasync_per_s(folder)
        _print(
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before we began;"
            f" the disk commits {figures['fdatasync_per_s']:.0f} times a second alone\n"
        )
        with _ours(folder) as (ours, stored), _postfix(folder) as relay:
            _print(
                f"{'':>12} {'messages/s':>21}         {'CPU ms a mail':>17}\n"
                f"{'':>12} {'ecofax':>10} {'Postfix':>10} {'ratio':>7}"
                f" {'ecofax':>9} {'Postfix':>8}"
            )
            sent = 0
            for size in SIZES:
                for connections in CONNECTIONS:
                    count = max(int(MESSAGES[size] * share), connections)
                    count = max(count // 10, 10) if connections == 1 else count
                    cell = _cell(ours, relay, size, connections, count)
                    sent += count * ROUNDS
                    figures |= _named(cell, size, connections)
                    _print(
                        f"{connections:>4} x {size:>5} {cell.ours.per_second:>10.0f}"
                        f" {cell.postfix.per_second:>10.0f} {cell.ratio:>7.2f}"
                        f" {cell.ours.cpu_ms:>9.2f} {cell.postfix.cpu_ms:>8.2f}"
                    )
            assert stored() == sent, f"{stored()} of {sent} mails are in the store"
    figures["of_disk_50x3k"] = figures["ours_50x3k"] / figures["fdatasync_per_s"]
    _print(
        f"\n50 x 3k: {figures['of_disk_50x3k']:.1f} mails for each commit that the disk"
        " does alone (several share one)"
    )
    return figures


def _named(cell: Cell, size: str, connections: int) -> dict[str, float]:
    at = f"{connections}x{size}"
    return {
        f"ours_{at}": cell.ours.per_second,
        f"postfix_{at}": cell.postfix.per_second,
        f"ratio_{at}": cell.ratio,
        f"ours_cpu_ms_{at}": cell.ours.cpu_ms,
        f"postfix_cpu_ms_{at}": cell.postfix.cpu_ms,
    }


def _cell(ours: Server, relay: Server, size: str, connections: int, count: int) -> Cell:
    rounds = [
        [_pace(each, SIZES[size], connections, count) for each in (ours, relay)]
        for _ in range(ROUNDS)
    ]
    return Cell(*map(_median, zip(*rounds, strict=True)))


def _median(paces: Iterable[Pace]) -> Pace:
    """Each figure's own."""
    listed = list(paces)
    return Pace(
        statistics.median(pace.per_second for pace in listed),
        statistics.median(pace.cpu_ms for pace in listed),
    )


def _pace(server: Server, size: int, connections: int, count: int) -> Pace:
    """Messages in a second, from the first connection to the last 250."""
    spent_before, began = spent.cpu_seconds(server.pid), time.perf_counter()
    subprocess.run(
        [SOURCE, "-s", str(connections), "-m", str(count), "-l", str(size),
         "-f", "a@example.test", "-t", RECIPIENT, f"127.0.0.1:{server.port}"],
        check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    server.settle()
    cpu_s = spent.cpu_seconds(server.pid) - spent_before
    return Pace(count / seconds, 1000 * cpu_s / count)


@contextmanager
def _ours(folder: Path) -> Iterator[tuple[Server, Callable[[], int]]]:
    """Our daemon, taking mail in and nothing else; and how much it has."""
    config, state = folder / "config.toml", folder / "state"
    config.write_text(CONFIG.format(folder=state))
    daemon = subprocess.Popen(
        [sys.executable, "-m", "ecofax_gateway", "run", "--roles", "smtp",
         "--config", config],
        stdout=subprocess.PIPE, text=True,
        # As a service has, and Postfix: the kernel shares the CPU out among sessions.
        start_new_session=True,
    )  # fmt: skip

    def stored() -> int:
        with closing(sqlite3.connect(state / "ecofax.sqlite")) as database:
            return int(database.execute("SELECT count(*) FROM mail").fetchone()[0])

    try:
        assert daemon.stdout is not None
        for line in daemon.stdout:
            found = re.search(r"mail in +\S+:(\d+),", line)
            if found:
                yield Server(port=int(found[1]), pid=daemon.pid), stored
                break
    finally:
        daemon.terminate()
        daemon.communicate(timeout=60)


@contextmanager
def _postfix(folder: Path) -> Iterator[Server]:
    """A Postfix that delivers to a maildir."""
    # The same disk as the queue's; /tmp may be memory.
    boxes = Path(tempfile.mkdtemp(prefix="ecofax-maildir-", dir="/var/tmp"))
    subprocess.run([*postfix.as_root(), "chown", "postfix", boxes], check=True)
    settings = {
        "virtual_mailbox_domains": "ecofax.test",
        "virtual_mailbox_base": str(boxes),
        "virtual_mailbox_maps": "static:all/",
        "virtual_minimum_uid": "1",
        "virtual_mailbox_limit": "0",
    }
    user = pwd.getpwnam("postfix")
    settings["virtual_uid_maps"] = f"static:{user.pw_uid}"
    settings["virtual_gid_maps"] = f"static:{user.pw_gid}"
    try:
        with postfix.running(settings) as relay:
            yield Server(
                port=relay.port,
                pid=relay.master_pid,
                settle=lambda: _wait_until_delivered(relay),
            )
    finally:
        subprocess.run([*postfix.as_root(), "rm", "-rf", boxes], check=True)


def _wait_until_delivered(relay: postfix.Postfix) -> None:
    while relay.queued():
        time.sleep(0.02)


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- a command's output


if __name__ == "__main__":
    sys.exit(main())
