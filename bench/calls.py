"""
Measure the call engine: many faxes at a time, at the pace of a real line.

    .venv/bin/python bench/calls.py --calls 1 10 50 --json

I/O: our engine as the sender, our fax machines as far ends, each a process of its own;
a temporary folder; standard output. The figures are of the engine's process alone.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from ecofax_gateway.engine.protocol import PlaceCall, TrunkAddress

CALLS_PER_MACHINE = 250
"""A fax machine has room for 500, but its core is needed by the engine too."""

CALLS_PER_S = 40.0
"""As they begin: all are up long before the first ends."""

TO_BEAT_CPU_S = 0.063
"""Asterisk's sender: CPU seconds of a one-page fax with 50 at a time."""

PATIENCE_S = 300.0


@dataclass
class Run:
    """What one number of simultaneous calls came to."""

    calls: int
    completed: int = 0
    identical: int = 0
    cpu_s: float = 0.0
    rss_idle_mb: float = 0.0
    rss_mb: float = 0.0
    late_p50_ms: float = 0.0
    late_p99_ms: float = 0.0
    late_max_ms: float = 0.0
    seconds: float = 0.0
    most: int = 0
    endings: dict[str, int] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """By their names."""
        return {
            "calls": self.calls,
            "completed": self.completed,
            "identical": self.identical,
            "at_once": self.most,
            "cpu_s_per_fax": round(self.cpu_s / self.calls, 4),
            "late_p50_ms": self.late_p50_ms,
            "late_p99_ms": self.late_p99_ms,
            "late_max_ms": self.late_max_ms,
            "rss_mb_per_call": round((self.rss_mb - self.rss_idle_mb) / self.calls, 3),
            "seconds": round(self.seconds, 1),
            "endings": self.endings,
        }


class Engine:
    """Our call engine, spoken to as the daemon does."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log
        self._up: set[str] = set()
        self.most = 0

    @property
    def cpu_s(self) -> float:
        """Of the process so far."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def rss_mb(self) -> float:
        """Resident memory now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    async def place(self, orders: list["PlaceCall"], run: Run) -> None:
        """Place all, and stay until each is over."""
        from ecofax_gateway.engine.protocol import format_command

        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(self._read(len(orders), run))
            assert self._process.stdin is not None
            for order in orders:
                self._process.stdin.write(format_command(order))
                await asyncio.sleep(1 / CALLS_PER_S)
            async with asyncio.timeout(PATIENCE_S):
                await reading

    async def _read(self, wanted: int, run: Run) -> None:
        from ecofax_gateway.engine.protocol import Ended, Progress, Step, parse_event

        assert self._process.stdout is not None
        while sum(run.endings.values()) < wanted:
            match parse_event(await self._process.stdout.readline()):
                case Progress(call=call, step=Step.FAX_MET):
                    self._up.add(call)
                    run.most = max(run.most, len(self._up))
                    if len(self._up) == run.most:
                        run.rss_mb = self.rss_mb
                case Ended(call=call, outcome=outcome):
                    self._up.discard(call)
                    ending = str(outcome.ending)
                    run.endings[ending] = run.endings.get(ending, 0) + 1

    async def end(self, run: Run) -> None:
        """End it; what its clock says goes into *run*."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        said = re.findall(r"late_(p50|p99|max)_ms=([0-9.]+)", self._log.read_text())
        for name, value in said[-3:]:
            setattr(run, f"late_{name}_ms", float(value))


@contextlib.asynccontextmanager
async def started(log: Path) -> AsyncIterator[Engine]:
    """An engine that listens."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ecofax_gateway.engine.main",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
            limit=1 << 20,
        )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield Engine(process, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def far_ends(
    count: int, folder: Path, *, paced: bool
) -> AsyncIterator[list[int]]:
    """So many fax machines; gives their ports."""
    from ecofax_gateway.fax_machine.child import FaxMachineChild

    async with contextlib.AsyncExitStack() as stack:
        ports = []
        for at in range(count):
            machine = FaxMachineChild(folder=folder / f"far-end-{at}", paced=paced)
            stack.push_async_callback(machine.close)
            ports.append(await machine.start())
        yield ports


async def measure(calls: int, kind: str, *, paced: bool = True) -> Run:
    """
    One number of simultaneous calls, one page each.

    Args:
        calls: How many.

        kind: Of page, one of `sheet.KINDS`.

        paced: At the pace of a real line.
    """
    from bench import sheet
    from ecofax_gateway.engine.protocol import TrunkAddress

    run = Run(calls)
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = sheet.draw(kind, 196)
        path = sheet.write(page, folder / "page.tif", vertical_dpi=196)
        machines = -(-calls // CALLS_PER_MACHINE)
        async with (
            far_ends(machines, folder, paced=paced) as ports,
            started(folder / "engine.log") as engine,
        ):
            trunks = [
                TrunkAddress(host="127.0.0.1", port=port, paced=paced) for port in ports
            ]
            run.rss_idle_mb, cpu, began = engine.rss_mb, engine.cpu_s, loop.time()
            await engine.place(list(_orders(calls, path, trunks)), run)
            run.cpu_s, run.seconds = engine.cpu_s - cpu, loop.time() - began
            run.completed = run.endings.get("delivered", 0)
            await engine.end(run)
        # The far ends have ended: each has written its last file.
        run.identical = _same(page, folder)
    return run


def _orders(
    calls: int, path: Path, trunks: list["TrunkAddress"]
) -> Iterator["PlaceCall"]:
    from ecofax_gateway.engine.protocol import PageFile, PlaceCall

    for at in range(calls):
        yield PlaceCall(
            call=f"call-{at}",
            number=f"09721{at:05}",
            caller_id="0366720307",
            station_id="+33 3 66 72 03 07",
            files=(PageFile(path=str(path), vertical_dpi=196),),
            pages=1,
            trunk=trunks[at % len(trunks)],
        )


def _same(page: Image.Image, folder: Path) -> int:
    sent = page.tobytes()
    return sum(_pixels(file) == sent for file in folder.glob("far-end-*/*.tif"))


def _pixels(path: Path) -> bytes:
    with Image.open(path) as image:
        return image.convert("1").tobytes()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status, 1 if a fax was not delivered."""
    from bench import sheet

    parser = argparse.ArgumentParser(
        description="Measure the call engine with many calls at a time.",
        epilog="example: bench/calls.py --calls 1 10 50 100 200 500 --json",
    )
    parser.add_argument("--calls", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--page", choices=sheet.KINDS, default="text")
    parser.add_argument(
        "--unpaced", action="store_true", help="as fast as it goes: only to try it"
    )
    parser.add_argument(
        "--json", action="store_true", help="one object, last line: the most calls"
    )
    options = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    _print(
        f"one {options.page} page at 204 x 196; {os.cpu_count()} cores, load {load:.1f}"
        f" before we began; to beat: {TO_BEAT_CPU_S} CPU s a fax\n"
    )
    _print("calls  done  identical  CPU s/fax  late ms p50   p99   max  MB/call    s")
    runs = []
    for calls in options.calls:
        run = asyncio.run(measure(calls, options.page, paced=not options.unpaced))
        runs.append(run.figures())
        _print(
            "{calls:5} {completed:5} {identical:10} {cpu_s_per_fax:10.4f}"
            " {late_p50_ms:12.1f} {late_p99_ms:5.1f} {late_max_ms:5.1f}"
            " {rss_mb_per_call:8.2f} {seconds:5.1f}".format(**runs[-1])
        )
    if options.json:
        _print(json.dumps({**max(runs, key=lambda r: r["calls"]), "runs": runs}))
    return 0 if all(r["calls"] == r["completed"] for r in runs) else 1


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(main())
