"""
Where sheets of paper go on a fax page.
"""

import pytest

from converters.sheet import (
    BAND_ROWS,
    PX_PER_MM,
    ROWS,
    ROWS_PER_MM,
    image_size_mm,
    place,
)


@pytest.mark.parametrize("dpi", [98, 196, 391])
@pytest.mark.parametrize("under_band", [False, True])
@pytest.mark.parametrize(
    "size",
    [
        pytest.param((210, 297), id="a4"),
        pytest.param((297, 210), id="a4-landscape"),
        pytest.param((297, 420), id="a3"),
        pytest.param((420, 297), id="a3-landscape"),
        pytest.param((148, 210), id="a5"),
        pytest.param((215.9, 279.4), id="letter"),
        pytest.param((80, 3000), id="receipt"),
        pytest.param((5080, 5080), id="200-inches"),
        pytest.param((1, 1), id="dot"),
    ],
)
def test_every_sheet_is_on_the_page_whole_and_in_proportion(size, under_band, dpi):
    placed = place(*size, vertical_dpi=dpi, under_band=under_band)

    assert placed.left >= 0
    assert placed.left + placed.width <= 1728
    assert placed.top == (BAND_ROWS[dpi] if under_band else 0)
    assert placed.top + placed.height <= ROWS[dpi]
    assert 0 < placed.scale <= 1
    width, height = size[::-1] if placed.turned else size
    assert placed.width == pytest.approx(width * placed.scale * PX_PER_MM, abs=1)
    assert placed.height == pytest.approx(
        height * placed.scale * ROWS_PER_MM[dpi], abs=2
    )


def test_an_a4_sheet_fills_the_paper_and_is_centred():
    placed = place(210, 297, vertical_dpi=196, under_band=False)

    assert (placed.left, placed.width, placed.height) == (20, 1687, 2286)
    assert not placed.turned


def test_a_sheet_on_its_side_is_turned_and_a_small_one_keeps_its_size():
    assert place(297, 210, vertical_dpi=98, under_band=False).turned
    assert not place(148, 105, vertical_dpi=98, under_band=False).turned
    assert place(148, 105, vertical_dpi=98, under_band=False).scale == 1


@pytest.mark.parametrize(
    ("pixels", "dpi", "size"),
    [
        pytest.param((2480, 3508), (300, 300), (210, 297), id="scan"),
        pytest.param((4000, 3000), (72, 72), (190, 142.5), id="camera"),
        pytest.param((4000, 3000), None, (190, 142.5), id="no-word"),
        pytest.param((60, 60), None, (25.4, 25.4), id="icon-not-blown-up"),
        pytest.param((1728, 1143), (204, 98), (215.2, 296.2), id="fax"),
        pytest.param((600, 600), (0, 0), (190, 190), id="nonsense"),
    ],
)
def test_size_of_a_picture(pixels, dpi, size):
    assert image_size_mm(*pixels, dpi) == pytest.approx(size, abs=0.1)
