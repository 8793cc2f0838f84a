"""
What conversion costs: CPU of a page, ours beside others, and office documents a minute.

I/O: child processes, LibreOffice among them; the CPU clock of this process's children.

    python -m bench.convert             # the table
    python -m bench.convert --json      # and one last line of JSON
    python -m bench.convert --memory 200    # LibreOffice's memory over 200 documents

Every way is given the same PDFs. A program pays for its start; ours is a gateway that
runs, and its row the whole of what one document costs it behind its walls: fork, room,
pages, coding. The row below has what its first document costs, with the start of the
process that the others are forked from.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pypdfium2
from PIL import Image

from converters.contract import Limits
from converters.process import children, occupied_bytes
from converters.workshop import Workshop

from .legibility import _PHOTOS, _photos
from .peers import gs_command, run
from .printed import KINDS
from .spent import cpu_seconds

WORK = {
    "text": (("black8", "black10", "black12"), 20),
    "mixed": (("mixed", "colour", "slide"), 20),
    "photo": (("photo", "scan"), 10),
}
"""By the name in the table: kinds of pages, taken in turn, and how many."""

OFFICE = (
    *("odt/embedded-simple-2007.odt", "docx/sample.docx", "doc/lorem-ipsum.doc"),
    *("docx/FancyFoot.docx", "odt/tdf106702.odt", "doc/simple-table2.doc"),
)
"""Letters of one to five pages."""

COLD = 4
"Documents that are converted with a LibreOffice of their own."

RUNS = 3
"Of each way over each document; the best counts, as other work runs beside."

ROUNDS = 10
"""Of the two that a ratio is made of, by turns: on a machine that others use, a second's
work costs a third more or less from one minute to the next."""

_DOCUMENTS = _PHOTOS.parent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--json", action="store_true", help="one last line of JSON")
    parser.add_argument("--dpi", nargs="+", type=int, default=[98, 196, 391])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", type=int, metavar="N", help="over N documents")
    given = parser.parse_args()
    if given.memory:
        asyncio.run(_memory(given.memory))
        return
    costs = {
        (work, dpi, way): cost
        for work in WORK
        for dpi in given.dpi
        for way, cost in _costs(_document(work, given.seed), dpi).items()
    }
    _print(_table(costs, given.dpi))
    warm, cold = asyncio.run(_warm(given.seed)), _cold()
    _print(f"\noffice documents a minute: {warm:.0f} warm, {cold:.0f} cold")
    if given.json:
        figures = {
            "text_fine_cpu_ms": costs["text", 196, "ours"],
            "ratio_mixed": _ratio(costs, "mixed", given.dpi),
            "ratio_photo": _ratio(costs, "photo", given.dpi),
            "office_per_min_warm": warm,
            "office_per_min_cold": cold,
        }
        _print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def _document(work: str, seed: int) -> bytes:
    """One PDF of a kind of work."""
    kinds, count = WORK[work]
    rng = Random(f"{work} {seed}")  # noqa: S311 -- words
    photos = _photos(_PHOTOS)
    whole = pypdfium2.PdfDocument.new()
    for number in range(count):
        page = KINDS[kinds[number % len(kinds)]](rng, photos)
        whole.import_pages(pypdfium2.PdfDocument(page.pdf()))
    with tempfile.TemporaryFile() as file:
        whole.save(file)
        file.seek(0)
        return file.read()


def _costs(pdf: bytes, dpi: int) -> dict[str, float]:
    """CPU milliseconds a page of every way."""
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    document.close()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.pdf")
        source.write_bytes(pdf)
        pgm, out = Path(folder, "%d.pgm"), Path(folder, "out.tif")
        ways: dict[str, Callable[[], object]] = {
            "gs grey + Floyd-Steinberg": lambda: _dithered(source, pgm, dpi),
            "pdfium + Floyd-Steinberg": lambda: run(
                [sys.executable, "-c", _PDFIUM, str(source), str(dpi), str(out)]
            ),
            "pdftoppm -mono": lambda: run(
                [
                    *("pdftoppm", "-mono", "-rx", "204", "-ry", str(dpi)),
                    *(str(source), str(Path(folder, "mono"))),
                ]
            ),
        }
        warm, first, theirs = asyncio.run(
            _beside(gs_command("tiffg4", source, out, dpi), pdf, dpi)
        )
        spent = {"ours": warm, "ours, first document": first, "gs tiffg4": theirs}
        spent |= {way: min(_cpu(do) for _ in range(RUNS)) for way, do in ways.items()}
        return {way: 1000 * seconds / pages for way, seconds in spent.items()}


_PDFIUM = """
import sys, pypdfium2
pages = []
for page in pypdfium2.PdfDocument(sys.argv[1]):
    grey = page.render(scale=204 / 72, grayscale=True).to_pil()
    rows = round(grey.height * int(sys.argv[2]) / 204)
    pages.append(grey.resize((1728, rows)).convert("1"))
pages[0].save(sys.argv[3], "TIFF", compression="group4", save_all=True,
              append_images=pages[1:])
"""


def _dithered(source: Path, pgm: Path, dpi: int) -> None:
    run(gs_command("pgmraw", source, pgm, dpi))
    for path in sorted(pgm.parent.glob("*.pgm")):
        with Image.open(path) as grey:
            out = path.with_suffix(".tif")
            grey.convert("1").save(out, "TIFF", compression="group4")


async def _beside(rival: list[str], pdf: bytes, dpi: int) -> tuple[float, float, float]:
    """CPU seconds of a document, of the first one after a start, and of a rival's."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder), office_instances=0)
        for _ in range(1 + ROUNDS):
            # Looked at from outside: bubblewrap does not wait for what is behind it.
            before = cpu_seconds(os.getpid())
            await workshop.render(pdf, "in.pdf", vertical_dpi=dpi)
            ours.append(cpu_seconds(os.getpid()) - before)
            theirs.append(_cpu(lambda: run(rival)))
        await workshop.close()
    return min(ours[1:]), ours[0], min(theirs[1:])


def _cpu(do: Callable[[], object]) -> float:
    """CPU seconds of this process and its children."""
    before = cpu_seconds(os.getpid())
    do()
    return cpu_seconds(os.getpid()) - before


def _table(costs: dict[tuple[str, int, str], float], dpis: list[int]) -> str:
    ways = list(dict.fromkeys(way for _, _, way in costs))
    places = [(work, dpi) for work in WORK for dpi in dpis]
    rows = ["| CPU ms a page | " + " | ".join(f"{w} {d}" for w, d in places) + " |"]
    rows.append("|---" * (len(places) + 1) + "|")
    for way in ways:
        line = [f"{costs[work, dpi, way]:.0f}" for work, dpi in places]
        rows.append(f"| {way} | {' | '.join(line)} |")
    return "\n".join(rows)


def _ratio(
    costs: dict[tuple[str, int, str], float], work: str, dpis: list[int]
) -> float:
    """Ghostscript's CPU by ours, over the qualities."""
    theirs = sum(costs[work, dpi, "gs tiffg4"] for dpi in dpis)
    return theirs / sum(costs[work, dpi, "ours"] for dpi in dpis)


async def _warm(seed: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder), limits=Limits())
        await workshop.start()
        contents = [(_DOCUMENTS / path).read_bytes() for path in OFFICE]
        await workshop.render(contents[0], OFFICE[0], vertical_dpi=196)
        began = time.perf_counter()
        for number in range(2 * len(OFFICE)):
            index = (number + seed) % len(OFFICE)
            await workshop.render(contents[index], OFFICE[index], vertical_dpi=196)
        passed = time.perf_counter() - began
        await workshop.close()
    return 60 * 2 * len(OFFICE) / passed


def _cold() -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        for path in OFFICE[:COLD]:
            profile = f"-env:UserInstallation=file://{folder}/profile"
            command = ["soffice", profile, "--headless", "--convert-to", "pdf"]
            subprocess.run(
                [*command, "--outdir", folder, str(_DOCUMENTS / path)],
                check=True,
                capture_output=True,
            )
        return 60 * COLD / (time.perf_counter() - began)


async def _memory(documents: int) -> None:
    """LibreOffice's resident memory while it converts."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder))
        await workshop.start()
        for number in range(documents):
            path = OFFICE[number % len(OFFICE)]
            content = (_DOCUMENTS / path).read_bytes()
            await workshop.render(content, path, vertical_dpi=98)
            if number % 20 == 19:
                held = sum(map(occupied_bytes, children(os.getpid()))) / 1024**2
                _print(f"{number + 1} documents: {held:.0f} MB")
        await workshop.close()


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- a command speaks


if __name__ == "__main__":
    main()
