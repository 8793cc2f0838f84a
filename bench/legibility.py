"""
What the reader at the far end can read, and how long the line is held for it.

I/O: draws pages, runs every way of `peers` over them, reads them with tesseract.

    python -m bench.legibility                 # the table
    python -m bench.legibility --json          # and one last line of JSON
    python -m bench.legibility --seed 7        # other words, fonts, colours
    python -m bench.legibility --pictures docs/legibility

A cell is one kind of page at one quality. It is lost where another way reads more than
one per cent better than ours. Needs the packages tesseract-ocr, tesseract-ocr-fra and
poppler-utils.
"""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

from converters.ink import Ink
from converters.sheet import (
    ROWS,
    WIDTH_PX,
)
from converters.tiff_f import encode_page

from .peers import PIPELINES
from .printed import KINDS, Known, invented_photo

QUALITIES = {98: "normal", 196: "premium", 391: "best"}

BIT_RATE = 14_400
"Of the line, as most faxes go."

LOST = 0.01
"""A cell is lost where another reads this much better."""

OCR_DPI = 306
"""Pages are made square for the reader: 1.5 times a fax's columns."""

READING_SECONDS = 180.0
"""A page of text takes 4; over a page of scattered dots tesseract broods for minutes and
then reads a fifth of it: that counts as nothing."""

PHOTOS = ("xmp_test.jpg", "flower2.jpg")
"""Real ones of the corpus: things on a floor, a flower."""

_PHOTOS = (Path(__file__).parents[2] / "shared/corpus/documents/jpg").resolve()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of page, one quality, one way."""

    kind: str
    dpi: int
    way: str

    ocr: float
    "Share of what is written that was read, 0 to 1."

    wire_s: float
    "Of the page, coded in T.6."

    likeness: float | None
    "Blurred SSIM of the photos against the grey page; None where there is none."


def main() -> None:
    """Measure, print, and keep pictures where asked."""
    given = _arguments()
    # Processes: pdfium is not made for threads, and dies of them or draws otherwise.
    with ProcessPoolExecutor(given.jobs) as pool:
        rows = [
            pool.submit(_cells, kind, dpi, given)
            for kind in given.kinds
            for dpi in given.dpi
        ]
        cells = [cell for row in rows for cell in row.result()]
    _print(table(cells))
    if given.json:
        _print(json.dumps(summary(cells)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--json", action="store_true", help="one last line of JSON")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--dpi", nargs="+", type=int, default=list(QUALITIES))
    parser.add_argument("--jobs", type=int, default=1, help="cells at a time")
    parser.add_argument("--photos", type=Path, default=_PHOTOS, help="folder of JPEGs")
    parser.add_argument("--pictures", type=Path, help="folder to keep the pages in")
    return parser.parse_args()


def _photos(folder: Path) -> list[Image.Image]:
    found = []
    for path in map(folder.joinpath, PHOTOS):
        if path.exists():
            with Image.open(path) as picture:
                found.append(picture.convert("RGB"))
    return found or [invented_photo(seed) for seed in range(3)]


def _cells(kind: str, dpi: int, given: argparse.Namespace) -> list[Cell]:
    rng = Random(f"{kind} {given.seed}")  # noqa: S311 -- words
    known = KINDS[kind](rng, _photos(given.photos))
    pdf = known.pdf()
    cells = []
    for way, convert in PIPELINES.items():
        (ink,) = convert(pdf, dpi)
        turned = known.size[0] > known.size[1]
        square = _square(ink, dpi)
        if turned:
            left = way == "gs tiffg4"  # it turns the other way
            back = Image.Transpose.ROTATE_270 if left else Image.Transpose.ROTATE_90
            square = square.transpose(back)
        if given.pictures is not None:
            given.pictures.mkdir(parents=True, exist_ok=True)
            name = f"{kind}-{dpi}-{way.split()[-1].strip('-')}.png"
            Image.fromarray(~ink).save(given.pictures / name)
        cells.append(
            Cell(
                kind=kind,
                dpi=dpi,
                way=way,
                ocr=accuracy(known.lines, read(_without_photos(square, known))),
                wire_s=8 * len(encode_page(ink, vertical_dpi=dpi).strip) / BIT_RATE,
                likeness=_likeness(known, pdf, square) if known.photos else None,
            )
        )
    return cells


def _square(ink: Ink, dpi: int) -> Image.Image:
    tall = round(297 * OCR_DPI / 25.4 * len(ink) / ROWS[dpi])
    grey = Image.fromarray(np.where(ink, 0, 255).astype(np.uint8))
    return grey.resize((WIDTH_PX * 3 // 2, tall), Image.Resampling.BICUBIC)


def read(page: Image.Image) -> list[str]:
    """The lines that tesseract reads on a page."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        page.save(file, "PNG", dpi=(OCR_DPI, OCR_DPI), compress_level=1)
        file.flush()
        try:
            done = subprocess.run(
                ["tesseract", file.name, "-", "-l", "fra", "--psm", "6"],  # noqa: S607
                check=True,
                capture_output=True,
                timeout=READING_SECONDS,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.TimeoutExpired:
            return []
    return [line for line in done.stdout.decode().splitlines() if line.strip()]


def accuracy(known: Sequence[str], found: Sequence[str]) -> float:
    """
    The share of the known characters that were read, 0 to 1.

    Each known line is looked for within all that was read on any line, so that what a
    photo is taken for, or the order of columns, costs nothing: 1 less the edits that
    turn the best place into it.
    """
    right = total = 0.0
    everything = "\n".join(found)
    for line in known:
        total += len(line)
        right += max(0, len(line) - edits_within(line, everything))
    return right / total if total else 1.0


def edits_within(wanted: str, text: str) -> int:
    """
    The fewest edits that turn some part of *text* into *wanted*.

    Myers, A fast bit-vector algorithm for approximate string matching, J. ACM 46
    (1999) 395-415, figure 4.
    """
    length = len(wanted)
    if not length:
        return 0
    where: dict[str, int] = {}
    for index, letter in enumerate(wanted):
        where[letter] = where.get(letter, 0) | 1 << index
    every, last = (1 << length) - 1, 1 << (length - 1)
    up, down, score = every, 0, length
    best = score
    for letter in text:
        same = where.get(letter, 0)
        crossing = same | down
        same |= ((same & up) + up) ^ up
        right_up = down | (~(same | up) & every)
        right_down = up & same
        if right_up & last:
            score += 1
        if right_down & last:
            score -= 1
        best = min(best, score)
        right_up = (right_up << 1) & every
        right_down = (right_down << 1) & every
        up = right_down | (~(crossing | right_up) & every)
        down = right_up & crossing
    return best


def _without_photos(page: Image.Image, known: Known) -> Image.Image:
    """What a photo is taken for by a reader of text says nothing of the text."""
    bare = page.copy()
    scale, left = _scale_and_left(known)
    for x, y, width, height in known.photos:
        box = (left + x * scale, y * scale, left + (x + width) * scale)
        bare.paste(255, (*map(round, box), round((y + height) * scale)))
    return bare


def _scale_and_left(known: Known) -> tuple[float, int]:
    """Pixels of a point on the square page, and where 210 mm begin on 215."""
    wide = WIDTH_PX * 3 // 2
    inside = round(210 / 215 * wide)
    return inside / known.size[0], (wide - inside) // 2


def _likeness(known: Known, pdf: bytes, seen: Image.Image) -> float:
    """SSIM of what the eye makes of the photos: blurred over 1.2 mm."""
    document = pypdfium2.PdfDocument(pdf)
    scale, left = _scale_and_left(known)
    grey = document[0].render(scale=scale, grayscale=True).to_pil()
    document.close()
    values = []
    for x, y, width, height in known.photos:
        box = (x * scale, y * scale, (x + width) * scale, (y + height) * scale)
        one = grey.crop(tuple(map(round, box)))
        shifted = (box[0] + left, box[1], box[2] + left, box[3])
        other = seen.crop(tuple(map(round, shifted))).resize(one.size)
        values.append(ssim(_blurred(one), _blurred(other)))
    return sum(values) / len(values)


def _blurred(picture: Image.Image) -> np.ndarray:
    # Levels: how dark a photo is printed is a matter of taste, what is on it is not.
    soft = picture.convert("L").filter(ImageFilter.GaussianBlur(7))
    levels = np.asarray(soft, np.float64)
    return (levels - levels.mean()) / max(1.0, levels.std()) * 50


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Structural similarity of two pictures of one size, over windows of 15 px."""

    def mean(values: np.ndarray) -> np.ndarray:
        sums = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        side = 15
        whole = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side]
        return (whole + sums[:-side, :-side]) / side**2

    near, far = mean(one), mean(other)
    near_var, far_var = mean(one**2) - near**2, mean(other**2) - far**2
    both = mean(one * other) - near * far
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * near * far + c1) * (2 * both + c2)
    bottom = (near**2 + far**2 + c1) * (near_var + far_var + c2)
    return float((top / bottom).mean())


def lost(cells: Sequence[Cell]) -> list[tuple[str, int]]:
    """Kinds and qualities where another way reads more than `LOST` better."""
    ours = {(c.kind, c.dpi): c.ocr for c in cells if c.way == "ours"}
    beaten = {(c.kind, c.dpi) for c in cells if c.ocr > ours[c.kind, c.dpi] + LOST}
    return sorted(beaten)


def summary(cells: Sequence[Cell]) -> dict[str, object]:
    """What the last line says."""
    ours = [cell for cell in cells if cell.way == "ours"]
    wire = {
        way: sum(c.wire_s for c in cells if c.way == way) / len(ours)
        for way in PIPELINES
    }
    likeness = [cell.likeness for cell in ours if cell.likeness is not None]
    return {
        "cells": len(ours),
        "cells_lost": len(lost(cells)),
        "mean_ocr": round(sum(cell.ocr for cell in ours) / len(ours), 4),
        "mean_wire_s": round(wire["ours"], 1),
        "mean_wire_s_peers": {
            way: round(seconds, 1) for way, seconds in wire.items() if way != "ours"
        },
        "wire_by_gs": round(wire["ours"] / wire["gs tiffg4"], 3),
        "photo_ssim": round(sum(likeness) / len(likeness), 3) if likeness else None,
    }


def table(cells: Sequence[Cell]) -> str:
    """Per cent read / seconds on the wire, and likeness of photos; as Markdown."""
    kinds = list(dict.fromkeys(cell.kind for cell in cells))
    by_place = {(cell.kind, cell.dpi, cell.way): cell for cell in cells}
    rows = []
    for dpi in dict.fromkeys(cell.dpi for cell in cells):
        rows += [f"| {QUALITIES[dpi]} | {' | '.join(kinds)} | mean s |"]
        rows += ["|---" * (len(kinds) + 2) + "|"]
        for way in PIPELINES:
            line = [by_place[kind, dpi, way] for kind in kinds]
            mean = sum(cell.wire_s for cell in line) / len(line)
            rows.append(f"| {way} | {' | '.join(map(_shown, line))} | {mean:.0f} |")
        rows.append("")
    beaten = ", ".join(f"{kind} {dpi}" for kind, dpi in lost(cells))
    return "\n".join([*rows, f"lost: {beaten or 'none'}"])


def _shown(cell: Cell) -> str:
    like = "" if cell.likeness is None else f" ({cell.likeness:.2f})"
    return f"{100 * cell.ocr:.1f}{like} / {cell.wire_s:.0f}"


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- a command speaks


if __name__ == "__main__":
    main()
