"""
What becomes of a fax on bad networks: `python -m bench.impairments [--seeds N]`.

I/O: temporary files; standard output.

Each row of the table is an impairment of both directions, a way of protecting the
packets, and the least share of calls that must be delivered; the figures were measured
with libspandsp alone and are what our own legs have to keep. Whatever the network
does, each page that is told as confirmed with error correction must have arrived, bit
for bit, also in calls that failed: anything else stops the run.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.spandsp.job import Options, Sending, SourceFile
from ecofax_gateway.spandsp.terminal import FaxTerminal
from ecofax_gateway.t38.udptl import Udptl

from .gateway import PstnMachine
from .network import (
    Call,
    Impairment,
    ParityUdptl,
    audio_call,
    call_between,
    t38_call,
)

PAGES = 2
ROWS = 1100


class NotWhatWasSent(Exception):
    """A page was told as confirmed and is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the table."""

    name: str
    how: Impairment
    least: float
    "Share of calls that must be delivered."

    protection: str = "ours"
    '"none", "red1" to "red6", "fec3x1", "fec3x3", or what our calls have.'

    peer: str = "t38"
    '"t38"; "pstn": a modem behind a gateway; "audio": a modem by G.711.'

    ecm: bool = True


def _loss(share: float, protection: str, least: float, **more: object) -> Case:
    name = f"loss {share:.3g}" if 0 < share < 0.01 else f"loss {share:.0%}"
    return Case(
        name=name,
        how=Impairment(loss=share),
        protection=protection,
        least=least,
        **more,  # type: ignore[arg-type]  # only fields of Case are given
    )


CASES = (
    _loss(0.0, "none", 1.0),
    _loss(0.01, "none", 0.65),
    _loss(0.01, "red1", 1.0),
    _loss(0.05, "red1", 0.95),
    _loss(0.1, "red1", 0.8),
    _loss(0.1, "red2", 1.0),
    _loss(0.2, "red2", 0.8),
    _loss(0.2, "red3", 1.0),
    _loss(0.2, "ours", 1.0),
    _loss(0.1, "fec3x1", 0.85),
    _loss(0.2, "fec3x3", 1.0),
    Case(
        name="reordering 5 %",
        how=Impairment(reorder=0.05),
        protection="red1",
        least=1.0,
    ),
    Case(name="reordering 5 %", how=Impairment(reorder=0.05), least=1.0),
    Case(
        name="duplicates 10 %",
        how=Impairment(duplicate=0.1),
        protection="none",
        least=1.0,
    ),
    Case(
        name="jitter 20 ms", how=Impairment(jitter_s=0.02), protection="none", least=1.0
    ),
    Case(name="jitter 100 ms", how=Impairment(jitter_s=0.1), least=1.0),
    Case(
        name="jitter 100 ms",
        how=Impairment(jitter_s=0.1),
        protection="fec3x3",
        least=1.0,
    ),
    Case(name="delay 1.5 s", how=Impairment(delay_s=1.5), least=1.0),
    Case(
        name="outages 80 ms, one in 2 s",
        how=Impairment(outages_per_s=0.5, outage_s=0.08),
        least=0.93,
    ),
    Case(
        name="outages 80 ms, one in 2 s",
        how=Impairment(outages_per_s=0.5, outage_s=0.08),
        protection="red6",
        least=0.95,
    ),
    Case(
        name="outages 200 ms, one in 5 s",
        how=Impairment(outages_per_s=0.2, outage_s=0.2),
        least=0.95,
    ),
    Case(
        name="outages 500 ms, one in 10 s",
        how=Impairment(outages_per_s=0.1, outage_s=0.5),
        least=0.9,
    ),
    Case(
        name="all at once",
        how=Impairment(
            loss=0.05, reorder=0.02, duplicate=0.05, jitter_s=0.05, delay_s=0.25
        ),
        least=1.0,
    ),
    _loss(0.0, "ours", 1.0, peer="pstn"),
    _loss(0.1, "ours", 1.0, peer="pstn"),
    Case(name="jitter 100 ms", how=Impairment(jitter_s=0.1), peer="pstn", least=1.0),
    Case(name="jitter 200 ms", how=Impairment(jitter_s=0.2), peer="pstn", least=0.8),
    _loss(0.0, "none", 1.0, peer="audio"),
    Case(
        name="jitter 60 ms",
        how=Impairment(jitter_s=0.06),
        protection="none",
        peer="audio",
        least=1.0,
    ),
    _loss(0.001, "none", 0.9, peer="audio"),
    # Hopeless, so that nothing but the truth is asked for.
    _loss(0.01, "none", 0.0, peer="audio"),
    _loss(0.0, "ours", 1.0, ecm=False),
    _loss(0.05, "ours", 0.9, ecm=False),
    _loss(0.2, "red2", 0.3, ecm=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the calls of one case."""

    calls: int
    delivered: int
    identical: int
    "Received pages the same, bit for bit, in all delivered ones."

    longest_s: float
    "Virtual seconds of the longest call."

    endings: tuple[str, ...]
    "Of the calls that were not delivered."

    @property
    def share(self) -> float:
        """Delivered, of 1."""
        return self.delivered / self.calls


def draw_pages(
    folder: Path, *, pages: int = PAGES, rows: int = ROWS
) -> tuple[Sending, list[Image.Image]]:
    """Dense text, as a job and as images."""
    images = []
    for number in range(pages):
        image = Image.new("1", (1728, rows), 1)
        draw = ImageDraw.Draw(image)
        for y in range(20, rows - 20, 28):
            draw.text((60, y), f"{number}/{y} " + "pack my box with jugs " * 9, fill=0)
        images.append(image)
    path = folder / "sent.tif"
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        compression="group4",
        dpi=(204, 196),
    )
    source = SourceFile(path=str(path), vertical_dpi=196, rows=(rows,) * pages)
    return Sending(files=(source,)), images


def try_case(
    case: Case, sending: Sending, images: list[Image.Image], folder: Path, seeds: range
) -> Tally:
    """
    Call once a seed.

    Raises:
        NotWhatWasSent: If a page was told as confirmed, with error correction, and is
            not the one that was sent.

        TimeoutError: If a call does not end.
    """
    delivered = identical = 0
    longest = 0.0
    endings = []
    for seed in seeds:
        received = folder / "received.tif"
        received.unlink(missing_ok=True)
        call = _call(case, sending, received, seed)
        call.run()
        result = call.terminals[0].result()
        longest = max(longest, call.now)
        call.afterglow()
        call.close()
        if case.ecm and not _has_first(result.pages, received, images):
            raise NotWhatWasSent(f"{case.name}, {case.protection}, seed {seed}")
        if result.ending is not Ending.DELIVERED:
            endings.append(f"{seed}: {result.ending} ({result.detail})")
            continue
        delivered += 1
        same = _is_same(received, images)
        identical += same
        if case.ecm and not same:
            raise NotWhatWasSent(f"{case.name}, {case.protection}, seed {seed}")
    return Tally(
        calls=len(seeds),
        delivered=delivered,
        identical=identical,
        longest_s=round(longest, 1),
        endings=tuple(endings),
    )


def _call(case: Case, sending: Sending, received: Path, seed: int) -> Call:
    protect = _protection(case.protection)
    if case.peer == "t38":
        return call_between(
            sending,
            received,
            seed=seed,
            impairments=(case.how, case.how),
            udptls=(protect(), protect()),
            ecm=case.ecm,
        )
    if case.peer == "audio":
        return audio_call(sending, received, (case.how, case.how), seed=seed)
    caller = FaxTerminal(sending, Options(station_id="+33 1 40 00 00 01"))
    return t38_call(
        (caller, PstnMachine(received)),
        (case.how, case.how),
        seed=seed,
        udptls=(protect(), protect()),
    )


def _protection(name: str) -> Callable[[], Udptl]:
    if name == "ours":
        return Udptl
    if name.startswith("fec"):
        span, entries = name.removeprefix("fec").split("x")
        return lambda: ParityUdptl(span=int(span), entries=int(entries))
    redundancy = 0 if name == "none" else int(name.removeprefix("red"))
    return lambda: Udptl(redundancy=redundancy)


def _is_same(received: Path, images: list[Image.Image]) -> bool:
    with Image.open(received) as arrived:
        if getattr(arrived, "n_frames", 1) != len(images):
            return False
    return _has_first(len(images), received, images)


def _has_first(pages: int, received: Path, images: list[Image.Image]) -> bool:
    """Whether the first *pages* arrived as they were: those we would not send again."""
    if not pages:
        return True
    with Image.open(received) as arrived:
        for index, image in enumerate(images[:pages]):
            arrived.seek(index)
            if arrived.convert("1").tobytes() != image.tobytes():
                return False
    return True


def tell(line: str) -> None:
    """To whoever runs it."""
    print(line, flush=True)  # noqa: T201 -- a command speaks


def main() -> int:
    """Print the table; 1 if a case fell short."""
    parser = argparse.ArgumentParser(prog="bench.impairments", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--json", action="store_true", help="last line: all figures")
    parser.add_argument("--verbose", action="store_true", help="how each failed")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    told, short = [], 0
    tell(
        f"{'impairment, both ways':<28} {'peer':<5} {'protection':<10}  ecm"
        "  delivered  least  identical  longest call"
    )
    with tempfile.TemporaryDirectory() as name:
        sending, images = draw_pages(Path(name))
        for case in CASES:
            tally = try_case(case, sending, images, Path(name), seeds)
            mark = "" if tally.share >= case.least else "  SHORT"
            short += bool(mark)
            tell(
                f"{case.name:<28} {case.peer:<5} {case.protection:<10}"
                f"  {'on' if case.ecm else 'off':<3}  {tally.share:>8.0%}"
                f"  {case.least:>5.0%}  {tally.identical:>5}/{tally.delivered:<4}"
                f" {tally.longest_s:>8.0f} s{mark}"
            )
            for ending in tally.endings if options.verbose else ():
                tell(f"    {ending}")
            told.append(
                {
                    "case": f"{case.name}, {case.protection}, {case.peer}",
                    "delivered": tally.share,
                    "least": case.least,
                }
            )
    if options.json:
        tell(json.dumps({"calls": len(seeds) * len(CASES), "cases": told}))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
