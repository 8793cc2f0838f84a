"""
A real fax machine in a process of its own, and pages to send to it.
"""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ecofax_gateway.engine.protocol import PageFile, PlaceCall, TrunkAddress
from ecofax_gateway.senders.sip_t38 import SipT38Sender


def draw_page(number: int, *, rows: int = 1100) -> Image.Image:
    """A page of text that is like no other."""
    image = Image.new("1", (1728, rows), 1)
    draw = ImageDraw.Draw(image)
    for y in range(40, rows - 40, 60):
        draw.text((80, y), f"page {number}, row {y}: " + "abcdefgh ijklm " * 9, fill=0)
    draw.line((0, 0, 1727, rows - 1), fill=0)
    return image


@dataclass
class Paper:
    """Pages as files for the engine, and as images to compare with."""

    images: list[Image.Image]
    files: tuple[PageFile, ...]

    @property
    def pages(self) -> int:
        return len(self.images)


@pytest.fixture
def paper(tmp_path: Path) -> Callable[..., Paper]:
    """Make pages; the same images at each resolution, so rows tell nothing apart."""
    numbers = itertools.count()

    def make(
        pages: int = 1, *, dpi: tuple[int, ...] = (196,), rows: int = 1100
    ) -> Paper:
        images = [draw_page(number, rows=rows) for number in range(pages)]
        files = []
        for vertical in dpi:
            path = tmp_path / f"out-{next(numbers)}-{vertical}.tif"
            images[0].save(
                path,
                save_all=True,
                append_images=images[1:],
                compression="group4",
                dpi=(204, vertical),
            )
            files.append(PageFile(path=str(path), vertical_dpi=vertical))
        return Paper(images, tuple(files))

    return make


@dataclass
class FaxMachine:
    """The built-in fax machine, in its own process."""

    process: asyncio.subprocess.Process
    folder: Path
    port: int = 0
    said: list[dict[str, Any]] = field(default_factory=list)
    paced: bool = False

    async def wait_for(self, event: str) -> dict[str, Any]:
        """The next line of that event; what comes before it is kept in `said`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while True:
                line = json.loads(await self.process.stdout.readline())
                self.said.append(line)
                if line["event"] == event:
                    return line

    def received(self, line: dict[str, Any]) -> list[Image.Image]:
        """The pages of a fax, read from its file."""
        pages = []
        with Image.open(self.folder / line["file"]) as image:
            for index in range(image.n_frames):
                image.seek(index)
                pages.append(image.convert("1"))
        return pages

    def trunk(self, **values: Any) -> TrunkAddress:
        return TrunkAddress(
            **{
                "host": "127.0.0.1",
                "port": self.port,
                "paced": self.paced,
                **values,
            }
        )


StartFaxMachine = Callable[..., Awaitable[FaxMachine]]


@pytest.fixture
async def start_fax_machine(tmp_path: Path) -> AsyncIterator[StartFaxMachine]:
    """Start fax machines with options; stopped at the end."""
    running: list[FaxMachine] = []

    async def start(*options: str, paced: bool = False) -> FaxMachine:
        folder = tmp_path / f"faxes-{len(running)}"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ecofax_gateway.fax_machine.main",
            f"--folder={folder}",
            "--port=0",
            *([] if paced else ["--unpaced"]),
            *options,
            stdout=asyncio.subprocess.PIPE,
        )
        machine = FaxMachine(process, folder, paced=paced)
        running.append(machine)
        machine.port = (await machine.wait_for("ready"))["port"]
        return machine

    yield start
    for machine in running:
        machine.process.terminate()
        assert machine.process.stdout is not None
        await machine.process.stdout.read()
        await machine.process.wait()


@pytest.fixture
async def sender() -> AsyncIterator[SipT38Sender]:
    """A sender with its engine."""
    async with SipT38Sender() as sender:
        yield sender


@pytest.fixture
def order() -> Callable[..., PlaceCall]:
    """An order for some paper to a fax machine."""
    numbers = itertools.count(1)

    def make(machine: FaxMachine, paper: Paper, **values: Any) -> PlaceCall:
        return PlaceCall(
            **{
                "call": f"call-{next(numbers)}",
                "number": "0972101927",
                "caller_id": "0366720307",
                "station_id": "+33 3 66 72 03 07",
                "files": paper.files,
                "pages": paper.pages,
                "trunk": machine.trunk(),
                **values,
            }
        )

    return make
