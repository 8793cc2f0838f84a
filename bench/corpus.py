"""
Every real document through the workshop: pages or a refusal, in what time and memory.

I/O: child processes, LibreOffice among them; reads /proc; listens on loopback.

    python -m bench.corpus                  # all of them, a line each, then the sums
    python -m bench.corpus swf/ ppt/        # only those with one of these in their path
    python -m bench.corpus --json           # and one last line of JSON
    python -m bench.corpus --pages FOLDER   # keep the pages, to look at
    env PATH= python -m bench.corpus        # where there is no bubblewrap

Memory is the sum over all processes below this one, of what is theirs alone or lies in
the sandbox's memory; the pages of programs and libraries, which all share, are left out.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from converters.contract import ConversionFailed, Rendered
from converters.process import children, occupied_bytes, tree
from converters.workshop import Workshop

from .samples import DOCUMENTS

LINKED_PORT = 18_999
"Where the corpus's own documents point to, to tell on a converter that follows links."

MOST_SECONDS = 60.0
MOST_BYTES = 1536 * 1024**2

SAMPLE_SECONDS = 0.05

_SELF = os.getpid()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one document."""

    path: str
    said: str
    "Pages, or the code of the refusal."

    told: str = ""
    "The refusal as the requester reads it, or the warnings."

    seconds: float
    peak_bytes: int


@dataclass(slots=True)
class Meter:
    """The largest sum of memory since it was last asked."""

    root: int
    peak: int = 0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            now = sum(map(occupied_bytes, children(self.root)))
            self.peak = max(self.peak, now)
            await asyncio.sleep(SAMPLE_SECONDS)


def main() -> None:
    """Convert and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("parts", nargs="*", help="of the paths; default: all")
    parser.add_argument("--json", action="store_true", help="one last line of JSON")
    parser.add_argument("--dpi", type=int, default=196)
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="keep the pages")
    given = parser.parse_args()
    results, left, asked = asyncio.run(
        measure(files(given.parts), dpi=given.dpi, pages=given.pages)
    )
    sums = summary(results) | {"left_behind": left, "requests": asked}
    for name, value in sums.items():
        _print(f"{name}: {value}")
    if given.json:
        _print(json.dumps(sums))


def files(parts: Sequence[str]) -> list[Path]:
    """The documents, in the order of their names."""
    return sorted(
        path
        for path in DOCUMENTS.rglob("*")
        if path.is_file()
        and path.name != "SOURCES.txt"
        and (not parts or any(part in str(path) for part in parts))
    )


async def measure(
    paths: Sequence[Path], *, dpi: int, pages: Path | None
) -> tuple[list[Result], int, int]:
    """
    Convert one after the other, and print a line each.

    Returns:
        The results; files and processes that are left when all is over; requests that
        came to the port the documents link to.
    """
    results = []
    before = set(tree(_SELF))
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder))
        async with _listening() as asked, _metered() as meter:
            await workshop.start()
            for path in paths:
                result, made = await _one(workshop, path, dpi, meter)
                results.append(result)
                _print(_line(result))
                if pages is not None and made is not None:
                    _keep(made, pages / f"{path.parent.name}-{path.name}.tif")
            await workshop.close()
        left = _files_below(folder) + len(set(tree(_SELF)) - before)
    return results, left, len(asked)


def _files_below(folder: str) -> int:
    return len(list(Path(folder).rglob("*")))


async def _one(
    workshop: Workshop, path: Path, dpi: int, meter: Meter
) -> tuple[Result, Rendered | None]:
    content = await asyncio.to_thread(path.read_bytes)
    meter.peak, began, made = 0, time.monotonic(), None
    try:
        made = await workshop.render(content, path.name, vertical_dpi=dpi)
        said, told = f"{made.pages} p.", " ".join(made.warnings)
    except ConversionFailed as failure:
        said, told = failure.code, failure.for_requester
    result = Result(
        path=str(path.relative_to(DOCUMENTS)),
        said=said,
        told=told,
        seconds=time.monotonic() - began,
        peak_bytes=meter.peak,
    )
    return result, made


def summary(results: Sequence[Result]) -> dict[str, object]:
    """The figures to judge by."""
    refused = [each for each in results if not each.said.endswith("p.")]
    return {
        "files": len(results),
        "became_pages": len(results) - len(refused),
        "refused": dict(Counter(each.said for each in refused).most_common()),
        "slowest_s": round(max(each.seconds for each in results), 1),
        "peak_mb": max(each.peak_bytes for each in results) // 1024**2,
        "over_time": [each.path for each in results if each.seconds > MOST_SECONDS],
        "over_memory": [each.path for each in results if each.peak_bytes > MOST_BYTES],
    }


@contextlib.asynccontextmanager
async def _listening() -> AsyncIterator[list[bytes]]:
    asked: list[bytes] = []

    def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(b"?")
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", LINKED_PORT)
    async with server:
        yield asked


@contextlib.asynccontextmanager
async def _metered() -> AsyncIterator[Meter]:
    meter = Meter(_SELF)
    task = asyncio.create_task(meter.run())
    try:
        yield meter
    finally:
        task.cancel()


def _keep(made: Rendered, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.tiff)


def _line(result: Result) -> str:
    megabytes = result.peak_bytes // 1024**2
    told = re.sub(r"\s+", " ", result.told)
    return (
        f"{result.path:55.55} {result.said:16} {result.seconds:5.1f} s"
        f" {megabytes:5} MB  {told[:150]}"
    )


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- a command speaks on standard output


if __name__ == "__main__":
    main()
