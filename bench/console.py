"""
Measure how long the console's pages take, and what those who follow a campaign cost.

    .venv/bin/python -m bench.console --json

I/O: a daemon of ours on SQLite with the console alone, removed afterwards; HTTP on
127.0.0.1; standard output.

Pages are asked for one after the other over one connection, from the first octet sent to
the last one read, in a session of the fax line; each list is another page, search, filter
or order. For those who follow, faxes of the campaign end all the time, written by this
process, and each reads the table of numbers anew when it is told to; counted is the
daemon's CPU time with them less that without them.

There is no peer in the same run: consoles of such services are not to be had.
"""

import argparse
import asyncio
import contextlib
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx

from bench import spent
from bench.past import end_some, write_campaign, write_past
from ecofax_gateway.console.live import MAX_STREAMS
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.language import Tongue
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.principal import Principal
from ecofax_gateway.password import hash_password, make_password
from ecofax_gateway.settings import load_settings
from ecofax_gateway.store import lines, trunks, web_sessions
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.web_sessions import WebSession

LINE = "+33366720307"
LARGE = "GRANDE22"
BATCH = 500
"""Campaigns written in one transaction."""

TARGET_MS = 100.0
TARGET_PERCENT = 5.0

WARM_UP = 10
"""Requests that are not counted: code and database pages are read the first time."""

ENDED_AT_ONCE = 25
"""Faxes of the campaign that end each second while it is followed."""

PATIENCE_SECONDS = 60.0

CONFIG = """\
[gateway]
state = "{folder}"
log_level = "warning"
[smtp]
domains = ["ecofax.test"]
[console]
listen = "127.0.0.1:0"
[trunk]
name = "main"
proxy = "127.0.0.1:9"
"""

LISTS: dict[str, Callable[[random.Random], str]] = {
    "first page": lambda _: "",
    "any page": lambda draw: f"?page={draw.randint(1, 150)}",
    "search": lambda draw: f"?q={draw.choice(['voeux', 'ete', 'relance', '77'])}",
    "one stage": lambda draw: f"?stage={draw.choice(['running', 'finished', 'draft'])}",
    "by name": lambda draw: f"?sort=name&page={draw.randint(1, 150)}",
    "by numbers": lambda draw: f"?sort=numbers&page={draw.randint(1, 150)}",
}

CAMPAIGNS: dict[str, Callable[[random.Random], str]] = {
    "first page ": lambda _: "",
    "any page ": lambda draw: f"?page={draw.randint(1, 2000)}",
    "failed": lambda draw: f"?show=failed&page={draw.randint(1, 100)}",
    "sent": lambda draw: f"?show=sent&page={draw.randint(1, 1000)}",
    "a number": lambda draw: f"?number={draw.randint(0, 9999):04}",
}


@dataclass(frozen=True, slots=True)
class Daemon:
    """Ours, with the console alone."""

    port: int
    pid: int


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status says whether the targets were met."""
    parser = argparse.ArgumentParser(
        description="Measure the console's pages and those who follow a campaign.",
        epilog="example: python -m bench.console --campaigns 1000 --json",
    )
    parser.add_argument("--campaigns", type=int, default=10_000)
    parser.add_argument("--numbers", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200, help="of each page")
    parser.add_argument("--browsers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0, help="of following")
    parser.add_argument("--json", action="store_true", help="one object, last line")
    options = parser.parse_args(arguments)
    figures = measure(options)
    if options.json:
        _print(json.dumps({name: round(value, 2) for name, value in figures.items()}))
    is_good = (
        max(figures["list_p95_ms"], figures["campaign_p95_ms"]) < TARGET_MS
        and figures["follow_core_percent"] < TARGET_PERCENT
    )
    return 0 if is_good else 1


def measure(options: argparse.Namespace) -> dict[str, float]:
    """Run all of it, print the tables, and give the figures by name."""
    with tempfile.TemporaryDirectory(prefix="ecofax-console-") as name:
        config = Path(name) / "config.toml"
        config.write_text(CONFIG.format(folder=Path(name) / "state"))
        _print(
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before we began;"
            f" {options.campaigns} campaigns, one of {options.numbers} numbers\n"
        )
        settings = load_settings(config)
        settings.state.mkdir()
        db = Database.open(settings.database_url, spool=settings.state / "spool")
        with contextlib.closing(db), contextlib.ExitStack() as stack:
            tokens = _fill(db, options)
            daemon = stack.enter_context(_daemon(config))
            _print(f"{'':>12} {'requests':>9} {'median ms':>10} {'p95 ms':>8}")
            listed = _pages(daemon, tokens[0], "/campaigns", LISTS, options.requests)
            path = f"/campaigns/{LARGE}"
            shown = _pages(daemon, tokens[0], path, CAMPAIGNS, options.requests)
            percent, events = asyncio.run(_follow(daemon, db, tokens, options))
    _print(
        f"\n{options.browsers} browsers follow one campaign: {percent:.1f} % of a core,"
        f" {events:.2f} events a second each"
    )
    return {
        "list_p95_ms": listed,
        "campaign_p95_ms": shown,
        "follow_core_percent": percent,
        "events_per_s": events,
    }


def _fill(db: Database, options: argparse.Namespace) -> list[str]:
    """Write campaigns and sessions; the sessions' tokens."""
    now = datetime.now(UTC)
    nobody = hash_password(make_password())
    line = FaxLine(number=LINE, password_hash=nobody, max_calls=10)
    db.sync_tx(lines.add, line, now=now)
    db.sync_tx(trunks.put, "main", max_calls=10)
    for first in range(0, options.campaigns - 1, BATCH):
        count = min(BATCH, options.campaigns - 1 - first)
        db.sync_tx(write_past, LINE, count, first=first, until=now)
    queued = options.numbers // 2
    counts = {
        FaxState.SENT: options.numbers - queued - options.numbers // 10,
        FaxState.FAILED: options.numbers // 10,
        FaxState.QUEUED: queued,
    }
    db.sync_tx(write_campaign, LARGE, LINE, "Grande campagne", counts, at=now)
    tokens = [f"bench-{n}" for n in range(math.ceil(options.browsers / MAX_STREAMS))]
    for token in tokens or ["bench"]:
        session = WebSession(
            principal=Principal(line=LINE),
            csrf="x",
            tongue=Tongue.FR,
            browser="bench",
            created_at=now,
            seen_at=now,
        )
        db.sync_tx(web_sessions.begin, token, session)
    return tokens


@contextlib.contextmanager
def _daemon(config: Path) -> Iterator[Daemon]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ecofax_gateway", "run", "--roles", "console",
         "--config", config],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"console +http://\S+:(\d+)", line):
                yield Daemon(port=int(found[1]), pid=process.pid)
                break
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def _pages(
    daemon: Daemon,
    token: str,
    path: str,
    kinds: dict[str, Callable[[random.Random], str]],
    requests: int,
) -> float:
    """Ask for pages of each kind in turn; the 95th percentile of all, ms."""
    draw, taken = random.Random(7), dict[str, list[float]]()  # noqa: S311 -- the same pages in every run
    with httpx.Client(
        base_url=f"http://127.0.0.1:{daemon.port}", cookies={"ecofax": token}
    ) as http:
        for n in range(-WARM_UP, requests):
            kind = list(kinds)[n % len(kinds)]
            began = time.perf_counter()
            answer = http.get(path + kinds[kind](draw))
            milliseconds = 1000 * (time.perf_counter() - began)
            answer.raise_for_status()
            assert "<h1>" in answer.text, "this is no page"
            if n >= 0:
                taken.setdefault(kind, []).append(milliseconds)
            # Below what one client may ask for; the console is not idle meanwhile.
            time.sleep(max(0.0, 0.04 - milliseconds / 1000))
    for kind, some in taken.items():
        _print(_row(kind, some))
    everything = [each for some in taken.values() for each in some]
    _print(_row(path.rpartition("/")[2][:12], everything) + "\n")
    return _p95(everything)


def _row(name: str, taken: Sequence[float]) -> str:
    median = statistics.median(taken)
    return f"{name:>12} {len(taken):>9} {median:>10.1f} {_p95(taken):>8.1f}"


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


async def _follow(
    daemon: Daemon, db: Database, tokens: Sequence[str], options: argparse.Namespace
) -> tuple[float, float]:
    """(percent of a core that those who follow cost, events a second of each)."""
    alone = await _cpu_while_faxes_end(daemon, db, options.seconds)
    counts, heard = [0] * options.browsers, asyncio.Event()

    def count(n: int) -> None:
        counts[n] += 1
        if all(counts):
            heard.set()

    async with asyncio.TaskGroup() as tasks:
        browsers = [
            tasks.create_task(
                _browse(daemon.port, tokens[n % len(tokens)], partial(count, n))
            )
            for n in range(options.browsers)
        ]
        async with asyncio.timeout(PATIENCE_SECONDS):
            await heard.wait()
        before = list(counts)
        followed = await _cpu_while_faxes_end(daemon, db, options.seconds)
        each = [count - old for count, old in zip(counts, before, strict=True)]
        for browser in browsers:
            browser.cancel()
    assert min(each) > 0, "somebody who follows heard nothing"
    per_second = sum(each) / len(each) / options.seconds
    return 100 * (followed - alone) / options.seconds, per_second


async def _cpu_while_faxes_end(daemon: Daemon, db: Database, seconds: float) -> float:
    """CPU seconds of the daemon while a few faxes of the campaign end each second."""
    before, end = spent.cpu_seconds(daemon.pid), time.monotonic() + seconds
    while time.monotonic() < end:
        await db.tx(end_some, LARGE, ENDED_AT_ONCE, at=datetime.now(UTC))
        await asyncio.sleep(1.0)
    return spent.cpu_seconds(daemon.pid) - before


async def _browse(port: int, token: str, count: Callable[[], None]) -> None:
    """Follow as a browser does, count what comes, and read the table when it is told."""
    reader, writer = await _ask(port, token, f"/campaigns/{LARGE}/live?stage=running")
    try:
        while line := await reader.readline():
            if line.startswith(b"event: standing"):
                count()
            elif line.startswith(b"event: numbers"):
                await _read_table(port, token)
    finally:
        writer.close()


async def _read_table(port: int, token: str) -> None:
    reader, writer = await _ask(port, token, f"/campaigns/{LARGE}?seen=another")
    try:
        assert b"<table" in await reader.read(), "this is no table"
    finally:
        writer.close()


async def _ask(
    port: int, token: str, path: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send what htmx sends, and give what follows the head of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ecofax={token}\r\n"
        "HX-Request: true\r\nConnection: close\r\n\r\n"
    )
    writer.write(request.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head.decode()
    return reader, writer


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- a command's output


if __name__ == "__main__":
    sys.exit(main())
