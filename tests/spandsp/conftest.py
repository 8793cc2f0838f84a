"""
Pages in files, and a telephone network in virtual time.
"""

import numpy
import pytest
from PIL import Image, ImageDraw

from ecofax_gateway.spandsp.job import Finished, Sending, SourceFile

TICK = 160


def draw_page(number, rows=1100):
    image = Image.new("1", (1728, rows), 1)
    draw = ImageDraw.Draw(image)
    for y in range(20, rows - 20, 40):
        draw.text((60, y), f"{number}/{y} " + "pack my box with jugs " * 9, fill=0)
    return image


def noise_page(pixels, rows=1100):
    """A page whose first *pixels* are noise: its coded length grows with them."""
    values = numpy.ones(1728 * rows, dtype=bool)
    noise = numpy.random.default_rng(7).random(pixels) < 0.5
    values[:pixels] = noise
    return Image.fromarray(values.reshape(rows, 1728))


@pytest.fixture
def write_pages(tmp_path):
    """Write images as a file to send."""

    def write(images, *, dpi=196, name="pages", strip_bytes=None):
        path = tmp_path / f"{name}-{dpi}.tif"
        options = {} if strip_bytes is None else {"strip_size": strip_bytes}
        images[0].save(
            path,
            save_all=True,
            append_images=images[1:],
            compression="group4",
            dpi=(204, dpi),
            **options,
        )
        return SourceFile(
            path=str(path), vertical_dpi=dpi, rows=tuple(i.height for i in images)
        )

    return write


@pytest.fixture
def job(write_pages):
    """A job of some pages, with their images."""

    def make(pages=1, rows=1100):
        images = [draw_page(number, rows) for number in range(pages)]
        return Sending(files=(write_pages(images),)), images

    return make


class Line:
    """Carries IFP packets between two terminals; time is counted, not spent."""

    def __init__(self, caller, answerer, *, to_caller=None, is_lost=None):
        self.terminals = (caller, answerer)
        self.events = ([], [])
        self.seconds = 0.0
        self._to_caller = to_caller or (lambda ifp: ifp)
        self._is_lost = is_lost or (lambda ifp, number: False)
        self._sequence = [0, 0]
        self._carried = 0

    def run(self, *, until=None, limit_s=900.0):
        """Let time pass until both are over, *until* says so, or *limit_s*."""
        while self.seconds < limit_s:
            over = [terminal.advance(TICK) for terminal in self.terminals]
            self.seconds += TICK / 8000
            self._carry(0)
            self._carry(1)
            for side, terminal in enumerate(self.terminals):
                self.events[side].extend(terminal.events())
            if all(over) or (until is not None and until()):
                return
        raise AssertionError("not over in time")

    def _carry(self, side):
        for ifp, _ in self.terminals[side].ifp_to_send():
            sequence = self._sequence[side]
            self._sequence[side] += 1
            self._carried += 1
            carried = self._to_caller(ifp) if side == 1 else ifp
            if carried and not self._is_lost(carried, self._carried):
                self.terminals[1 - side].receive_ifp(carried, sequence)

    def is_finished(self, side):
        return Finished() in self.events[side]


@pytest.fixture
def line():
    return Line
