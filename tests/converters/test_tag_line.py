"""
The line on top of every page.
"""

import numpy as np
import pytest

from converters.sheet import BAND_ROWS
from converters.tag_line import draw_tag, fitting

TAG = "21/11/2026 21:58 Société Générale d’Électricité +33 3 66 72 03 07 page 1/3"


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_it_is_one_line_within_the_band_and_off_the_edges(dpi):
    band = draw_tag(TAG, vertical_dpi=dpi)
    rows, columns = np.nonzero(band)

    assert band.shape == (BAND_ROWS[dpi], 1728)
    assert columns.min() >= 60
    assert columns.max() < 1728 - 60
    assert rows.min() > 0
    assert rows.max() < BAND_ROWS[dpi] - 1
    # 3 mm of letters, accents and descenders included.
    assert 0.5 * BAND_ROWS[dpi] < rows.max() - rows.min()


def test_accents_print():
    assert not np.array_equal(
        draw_tag("é ç page 1/1", vertical_dpi=98),
        draw_tag("e c page 1/1", vertical_dpi=98),
    )


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_the_three_resolutions_show_the_same_line(dpi):
    finest = draw_tag(TAG, vertical_dpi=391)
    joined = BAND_ROWS[391] // BAND_ROWS[dpi]
    share = finest.reshape(BAND_ROWS[dpi], joined, 1728).mean(axis=1)

    agree = (share > 0.5) == draw_tag(TAG, vertical_dpi=dpi)

    assert agree.mean() > 0.98


def test_a_long_line_loses_its_middle_and_keeps_date_and_page():
    text = "21/11/2026 21:58 " + "Dupont & Fils " * 60 + "page 12/34"
    columns = np.nonzero(draw_tag(text, vertical_dpi=196))[1]

    assert columns.max() < 1728 - 60
    assert columns.max() > 1728 - 160
    assert fitting(text).startswith("21/11/2026 21:58 Dupont")
    assert "…" in fitting(text)
    assert fitting(text).endswith(" page 12/34")


def test_a_line_that_fits_is_left_alone():
    assert fitting(TAG) == TAG


@pytest.mark.parametrize(
    "text", ["", " ", "a" * 5000, "\x00\x07\n" * 50, "日本語 😀 page 1/1"]
)
def test_any_text_gives_a_band(text):
    assert draw_tag(text, vertical_dpi=98).shape == (18, 1728)
