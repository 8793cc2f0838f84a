"""
Measure the queue: ours on SQLite and PostgreSQL, beside Procrastinate and PgQueuer.

    .venv/bin/python bench/queue.py --json

I/O: a throw-away PostgreSQL server and an SQLite file, both removed; standard output.

Needs the `bench` dependency group and Debian's postgresql.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.life import Large, Pace

AIMS = {
    "sqlite_life_per_s": 500.0,
    "postgresql_life_per_s": 500.0,
    "claim_p99_ms_100k": 25.0,
    "enqueue_100k_s": 10.0,
    "pause_ms_100k": 2000.0,
    "counts_ms_100k": 50.0,
}
"""A life in a second is a floor; a time is a ceiling."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status."""
    parser = argparse.ArgumentParser(
        description="Measure the queue on this machine, beside two others.",
        epilog="example: bench/queue.py --faxes 5000 --json",
    )
    parser.add_argument("--faxes", type=int, default=3000, metavar="N")
    parser.add_argument("--large", type=int, default=100_000, metavar="N")
    parser.add_argument("--claims", type=int, default=400, metavar="N")
    parser.add_argument("--json", action="store_true", help="one object, last line")
    options = parser.parse_args(arguments)
    figures = measure(options.faxes, options.large, options.claims)
    if options.json:
        _print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
    return 0


def measure(faxes: int, large_size: int, timed_claims: int) -> dict[str, float]:
    """Run all of it, print the tables, and give the figures by name."""
    from bench import disk, life, rivals
    from bench.cluster import running

    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name, running(durable=True) as cluster:
        folder = Path(name)
        figures["fdatasync_per_s"] = disk.fdatasync_per_s(folder)
        load = os.getloadavg()[0]
        _print(
            f"{os.cpu_count()} cores, load {load:.1f} before we began;"
            f" the disk commits {figures['fdatasync_per_s']:.0f} times a second alone\n"
        )
        spool = folder / "spool"

        def both() -> float:
            return time.process_time() + cluster.cpu_seconds()

        rows = {
            "ecofax, SQLite": life.lives(
                f"sqlite:///{folder}/lives.db",
                spool,
                count=faxes,
                cpu=time.process_time,
            ),
            "ecofax, PostgreSQL": life.lives(
                cluster.url(cluster.new()), spool, count=faxes, cpu=both
            ),
            "Procrastinate": asyncio.run(
                rivals.procrastinate(cluster.dsn(cluster.new()), count=faxes, cpu=both)
            ),
            "PgQueuer": asyncio.run(
                rivals.pgqueuer(cluster.dsn(cluster.new()), count=faxes, cpu=both)
            ),
        }
        _table(rows)
        for name, (enqueued, lived) in rows.items():
            key = name.removeprefix("ecofax, ").lower()
            figures[f"{key}_enqueue_per_s"] = enqueued.per_s
            figures[f"{key}_life_per_s"] = lived.per_s
            figures[f"{key}_life_cpu_ms"] = lived.cpu_ms
        for url, kind in (
            (cluster.url(cluster.new()), ""),
            (f"sqlite:///{folder}/large.db", "_sqlite"),
        ):
            seen = life.large(url, spool, count=large_size, claimed=timed_claims)
            figures |= _large(seen, kind)
            _tell_large(seen, "SQLite" if kind else "PostgreSQL", large_size)
    _tell_aims(figures)
    return figures


def _large(seen: "Large", kind: str) -> dict[str, float]:
    return {
        f"enqueue_100k_s{kind}": seen.enqueue_s,
        f"enqueue_longest_ms_100k{kind}": seen.longest_ms,
        f"claim_p50_ms_100k{kind}": seen.claim_p50_ms,
        f"claim_p99_ms_100k{kind}": seen.claim_p99_ms,
        f"pause_ms_100k{kind}": seen.pause_ms,
        f"counts_ms_100k{kind}": seen.counts_ms,
    }


def _table(rows: dict[str, tuple["Pace", "Pace"]]) -> None:
    ours = rows["ecofax, PostgreSQL"][1].per_s
    _print(
        f"{'':20}{'enqueue/s':>11}{'lives/s':>9}{'ms CPU/life':>13}{'to ours on PG':>15}"
    )
    for name, (enqueued, lived) in rows.items():
        _print(
            f"{name:20}{enqueued.per_s:11.0f}{lived.per_s:9.0f}{lived.cpu_ms:13.2f}"
            f"{lived.per_s / ours:14.2f}x"
        )
    cores = os.cpu_count() or 1
    for name, (_, lived) in rows.items():
        # SQLite's work is one thread's; PostgreSQL's server works beside us.
        most = (1 if "SQLite" in name else cores) * 1000 / lived.cpu_ms
        if name.startswith("ecofax"):
            _print(
                f"{name}: the CPU is the limit, {lived.cpu_ms:.2f} ms a life:"
                f" at most {most:.0f}/s, reached {lived.per_s / most:.0%} of it"
            )


def _tell_large(seen: "Large", kind: str, size: int) -> None:
    _print(
        f"\none campaign of {size} on {kind}: enqueued in {seen.enqueue_s:.1f} s,"
        f" its longest transaction {seen.longest_ms:.0f} ms,"
        f" claim p50 {seen.claim_p50_ms:.1f} ms, p99 {seen.claim_p99_ms:.1f} ms,"
        f" pause {seen.pause_ms:.1f} ms, counts {seen.counts_ms:.1f} ms"
    )


def _tell_aims(figures: dict[str, float]) -> None:
    _print("")
    for name, aim in AIMS.items():
        is_met = (
            figures[name] >= aim if name.endswith("per_s") else figures[name] <= aim
        )
        _print(
            f"{name:24}{figures[name]:9.1f}  aim {aim:6.0f}  {'met' if is_met else 'MISSED'}"
        )


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- a command speaks


if __name__ == "__main__":
    # This file must not pass for the standard library's module of the same name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    sys.exit(main())
