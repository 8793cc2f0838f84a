"""
Live through days of campaigns in simulated time, check every call, draw a picture.

    .venv/bin/python bench/simulate.py --faxes 100000 --days 3 --picture out.png

I/O: an SQLite file in a temporary folder, standard output, the picture.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.simulation import Plan, Simulation


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status."""
    from bench.plans import days_of_campaigns
    from bench.simulation import Simulation

    parser = argparse.ArgumentParser(
        description="Simulate days of campaigns through the real store.",
        epilog="example: bench/simulate.py --faxes 100000 --days 3 --picture out.png",
    )
    parser.add_argument("--faxes", type=int, default=100_000, metavar="N")
    parser.add_argument("--days", type=int, default=3, metavar="N")
    parser.add_argument(
        "--step", type=float, default=30, metavar="SECONDS", help="between two looks"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    options = parser.parse_args(arguments)
    plan = days_of_campaigns(
        faxes=options.faxes, days=options.days, step_s=options.step, seed=options.seed
    )
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(
            plan,
            f"sqlite:///{folder}/store.db",
            Path(folder) / "spool",
            tell=lambda line: print(line, flush=True),  # noqa: T201 -- a command speaks
        )
        began = time.monotonic()
        try:
            simulation.run()
        finally:
            _draw(options.picture, plan, simulation)
    course, witness = simulation.course, simulation.witness
    waits = sorted(course.waits)
    told = [
        f"{options.faxes} faxes, {witness.begun} calls, {course.claims} claims"
        f" in {time.monotonic() - began:.0f} s",
        f"final at {course.finished_at:%a %H:%M} UTC; last endings:",
        *(f"  {n:7} {ending}" for ending, n in witness.endings().most_common()),
        "most calls at once: "
        + ", ".join(
            f"{name} {witness.peaks[name]}/{cap}" for name, cap in plan.trunks.items()
        ),
    ]
    if waits:
        told.append(
            f"single faxes waited {waits[len(waits) // 2]} (half), {waits[-1]} (longest)"
        )
    told.append("caps, windows, retries, order, ends: all as they should be")
    print("\n".join(told))  # noqa: T201 -- a command speaks
    return 0


def _draw(path: Path | None, plan: "Plan", simulation: "Simulation") -> None:
    """The picture, also of a run that broke a rule: it shows where."""
    from bench.picture import draw

    if path is not None:
        title = (
            f"{sum(len(each.numbers) for each in plan.campaigns)} faxes,"
            f" {simulation.witness.begun} calls on {sum(plan.trunks.values())} channels;"
            " red: cap, grey: shut (Europe/Paris)"
        )
        draw(plan, simulation.course, path, title=title)


if __name__ == "__main__":
    # This folder holds a queue.py, which must not pass for the standard library's.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    sys.exit(main())
