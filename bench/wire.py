"""
Measure how long a call lasts by what is on the page and how it is coded.

    .venv/bin/python bench/wire.py --json

I/O: files in a temporary folder, standard output. No sockets and no waiting: both
terminals live in virtual time, so the seconds are those of a real line.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from ecofax_gateway.spandsp.terminal import FaxTerminal

FLOOR_CALL_S = 14.6
"""From the answer to the first octet of a page, and from the last MCF to the end."""

FLOOR_PAGE_S = 3.3
"""PPS, MCF and what lies between two pages."""

BIT_RATE = 14400

LIMIT_S = 1500.0

CODINGS = ("MH", "MR", "MMR")
"""As the engine tells them apart: by the least octets that it is told."""

QUALITIES = {98: "normal", 196: "premium", 391: "best"}


@dataclass(frozen=True)
class Wire:
    """One call of one page."""

    page: str
    vertical_dpi: int
    coding: str
    octets: int
    seconds: float

    @property
    def floor_s(self) -> float:
        """What the standard and the bits need."""
        return FLOOR_CALL_S + FLOOR_PAGE_S + self.octets * 8 / BIT_RATE

    def figures(self) -> dict[str, Any]:
        """By their names."""
        return {
            "page": self.page,
            "dpi": self.vertical_dpi,
            "coding": self.coding,
            "octets": self.octets,
            "seconds": round(self.seconds, 2),
            "floor_s": round(self.floor_s, 2),
            "over_floor": round(self.seconds / self.floor_s, 3),
        }


def measure(page: str, vertical_dpi: int, coding: str) -> Wire:
    """
    Send one page from terminal to terminal.

    Args:
        page: One of `sheet.KINDS`.

        vertical_dpi: 98, 196 or 391.

        coding: One of `CODINGS`.

    Raises:
        RuntimeError: If it does not arrive as it was.
    """
    from bench import sheet
    from ecofax_gateway.domain.journal import Ladder
    from ecofax_gateway.spandsp.job import Options, Receiving, Sending, SourceFile
    from ecofax_gateway.spandsp.terminal import FaxTerminal

    image = sheet.draw(page, vertical_dpi)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = sheet.write(image, folder / "page.tif", vertical_dpi=vertical_dpi)
        received = folder / "received.tif"
        wanted = tuple(0 if each == coding else 1 for each in CODINGS)
        source = SourceFile(
            path=str(path),
            vertical_dpi=vertical_dpi,
            rows=(image.height,),
            octets=(wanted[0], wanted[1], wanted[2]),
        )
        with (
            FaxTerminal(Sending(files=(source,)), Options(station_id="1")) as sender,
            FaxTerminal(Receiving(path=str(received)), Options(station_id="2")) as far,
        ):
            sender.ladder = Ladder(lambda: 0.0)
            seconds = _live(sender, far)
            octets = sender.ladder.journal().pages[0].octets
        with Image.open(received) as got:
            if got.convert("1").tobytes() != image.tobytes():
                raise RuntimeError(f"{page} {vertical_dpi} {coding}: damaged")
    return Wire(page, vertical_dpi, coding, octets, seconds)


def _live(sender: "FaxTerminal", far: "FaxTerminal") -> float:
    """Let both run until the sender is done; gives the seconds of it."""
    from ecofax_gateway.engine.ticker import SAMPLES, TICK_S

    sequence = {sender: 0, far: 0}
    for tick in range(int(LIMIT_S / TICK_S)):
        over = sender.advance(SAMPLES)
        far.advance(SAMPLES)
        for one, other in ((sender, far), (far, sender)):
            for ifp, _ in one.ifp_to_send():
                other.receive_ifp(ifp, sequence[one])
                sequence[one] += 1
        if over:
            if sender.pages != 1:
                raise RuntimeError(sender.result().detail)
            return tick * TICK_S
    raise RuntimeError(f"not over after {LIMIT_S:.0f} s")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status."""
    from bench import sheet

    parser = argparse.ArgumentParser(
        description="Measure the seconds of a call by page and coding, in virtual time.",
        epilog="example: bench/wire.py --page letter text --json",
    )
    parser.add_argument(
        "--page", nargs="+", choices=sheet.KINDS, default=list(sheet.KINDS)
    )
    parser.add_argument("--json", action="store_true", help="one object, last line")
    options = parser.parse_args(arguments)
    _print(
        f"seconds of a call of one page at {BIT_RATE} bit/s with error correction;"
        f" floor: {FLOOR_CALL_S} + {FLOOR_PAGE_S} + bits / {BIT_RATE}\n"
    )
    _print("page    quality          MH           MR          MMR   least over floor")
    rows: list[Wire] = []
    for page in options.page:
        for dpi, quality in QUALITIES.items():
            wires = [measure(page, dpi, coding) for coding in CODINGS]
            rows += wires
            best = min(wires, key=lambda wire: wire.seconds)
            cells = "".join(
                f"{wire.seconds:7.1f}/{wire.octets / 1000:<5.0f}" for wire in wires
            )
            ratio = best.seconds / best.floor_s
            _print(f"{page:7} {quality:8} {cells}  {best.coding:3} {ratio:6.3f}")
    _print("\n(seconds / kilobytes of the page)")
    if options.json:
        worst = max(
            min(row.seconds / row.floor_s for row in rows if same(row, one))
            for one in rows
        )
        figures = [row.figures() for row in rows]
        _print(json.dumps({"worst_over_floor": round(worst, 3), "calls": figures}))
    return 0


def same(one: Wire, other: Wire) -> bool:
    """Whether both are of the same page in the same quality."""
    return (one.page, one.vertical_dpi) == (other.page, other.vertical_dpi)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(main())
