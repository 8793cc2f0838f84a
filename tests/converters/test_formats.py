"""
Every format, by real files: pages come out, and there is something on them.
"""

import pytest

from bench.samples import EPS, SAMPLES
from converters import formats
from converters.contract import ConversionFailed
from converters.sniff import recognise
from converters.tiff_f import decode

REAL = [path for paths in SAMPLES.values() for path in paths]


@pytest.mark.parametrize("path", REAL)
@pytest.mark.asyncio(loop_scope="session")
async def test_a_real_file_becomes_pages(workshop, document, path):
    rendered = await workshop.render(document(path), path, vertical_dpi=98)

    assert rendered.pages >= 1
    for ink in decode(rendered.tiff)[:3]:
        assert 0.00001 < ink.mean() < 0.6


def test_every_format_has_its_real_files(document):
    shown = {recognise(document(path), path).label for path in REAL}

    assert shown == set(SAMPLES)
    assert shown | {recognise(EPS, "").label} == {row.label for row in formats.FORMATS}


@pytest.mark.asyncio(loop_scope="session")
async def test_an_eps_is_cut_to_its_frame(workshop, ink_box):
    rendered = await workshop.render(EPS, "logo.eps", vertical_dpi=98)

    left, _, right, _ = ink_box(rendered.tiff)
    assert right - left == pytest.approx(180 / 72 * 25.4 * 1728 / 215, abs=6)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_wide_table_is_printed_across_in_the_width_of_the_page(
    workshop, document
):
    rendered = await workshop.render(
        document("csv/x-wide.csv"), "a.csv", vertical_dpi=98
    )

    assert rendered.pages <= 4


@pytest.mark.asyncio(loop_scope="session")
async def test_a_program_that_loops_is_stopped(opened, document):
    async with opened(seconds=3) as workshop:
        with pytest.raises(ConversionFailed) as caught:
            await workshop.render(document("ps/x-loop.ps"), "a.ps", vertical_dpi=98)

    assert caught.value.code == "too-slow"
