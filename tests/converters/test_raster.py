"""
Sheets in print: whole, in place, and never under the tag line.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from converters.raster import Painted, Press
from converters.remarks import Lettering
from converters.sheet import BAND_ROWS, ROWS
from converters.tiff_f import decode, encode


def print_sheets(sheets, *, vertical_dpi):
    """
    The TIFF-F, how many pages, and the warnings.
    """
    press = Press(vertical_dpi=vertical_dpi)
    inks = list(press.pages(sheets))
    return encode(inks, vertical_dpi=vertical_dpi), len(inks), press.warnings()


@dataclass
class Frame:
    """
    A sheet with a black frame, *margin* of its height and width from its edges.
    """

    size_mm: tuple[float, float] = (210.0, 297.0)
    margin: float = 0.0
    may_turn: bool = True

    def exact(self, *, vertical_dpi):
        return None

    def paint(self, placement, *, vertical_dpi):
        grey = np.full((ROWS[vertical_dpi], 1728), 255, np.uint8)
        height, width = placement.height, placement.width
        sheet = grey[placement.top :, placement.left :][:height, :width]
        down, across = round(height * self.margin), round(width * self.margin)
        inner = sheet[down : height - down, across : width - across]
        inner[:] = 0
        inner[8:-8, 8:-8] = 255
        return Painted(grey=grey, pictures=[])


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_a_sheet_with_ink_on_top_shrinks_under_the_band_and_stays_whole(dpi, ink_box):
    tiff, pages, warnings = print_sheets([Frame()], vertical_dpi=dpi)

    left, top, right, bottom = ink_box(tiff)

    assert (pages, warnings) == (1, ())
    assert top == BAND_ROWS[dpi]
    assert bottom == ROWS[dpi]
    assert 1640 < right - left < 1687
    assert left == pytest.approx(1728 - right, abs=1)


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_a_sheet_with_a_blank_top_keeps_its_size(dpi, ink_box):
    tiff, _, _ = print_sheets([Frame(margin=0.05)], vertical_dpi=dpi)

    left, top, right, bottom = ink_box(tiff)

    assert (left, right) == (20 + 84, 20 + 1687 - 84)
    assert (top, bottom) == (
        round(ROWS[dpi] * 0.05),
        ROWS[dpi] - round(ROWS[dpi] * 0.05),
    )


def test_a_large_sheet_is_reduced_with_a_warning():
    _, _, warnings = print_sheets([Frame(size_mm=(800, 1100))], vertical_dpi=98)

    assert len(warnings) == 1
    assert "page 1" in warnings[0]
    assert "26 %" in warnings[0]


def test_many_large_sheets_give_one_warning():
    sheets = [Frame(), Frame(size_mm=(800, 1100)), Frame(size_mm=(2100, 2970))]

    _, _, warnings = print_sheets(sheets, vertical_dpi=98)

    assert len(warnings) == 1
    assert "2 pages, dont la page 2" in warnings[0]
    assert "10 %" in warnings[0]


def blank():
    frame = Frame()
    frame.paint = lambda placement, *, vertical_dpi: Painted(
        grey=np.full((ROWS[98], 1728), 255, np.uint8), pictures=[]
    )
    return frame


def test_blank_pages_at_the_end_are_dropped_and_named():
    sheets = [Frame(), blank(), Frame(), blank(), blank()]

    tiff, pages, warnings = print_sheets(sheets, vertical_dpi=98)

    assert pages == 3
    assert [ink.any() for ink in decode(tiff)] == [True, False, True]
    assert warnings == (
        "Les 2 dernières pages étaient blanches : elles ne sont pas envoyées.",
        "La page 2 est blanche.",
    )


def test_a_blank_document_warns():
    tiff, pages, warnings = print_sheets([blank(), blank()], vertical_dpi=98)

    assert pages == 1
    assert not decode(tiff)[0].any()
    assert "blanc" in warnings[0]


@pytest.mark.parametrize(
    ("dpi", "size", "said"),
    [
        (98, 5.0, "qualite:premium le rendrait lisible"),
        (98, 4.0, "qualite:best le rendrait lisible"),
        (196, 3.0, "difficile à lire"),
    ],
)
def test_text_too_small_for_the_quality_names_the_one_that_would_do(dpi, size, said):
    frame = Frame(margin=0.05)
    paint = frame.paint
    frame.paint = lambda placement, *, vertical_dpi: replace(
        paint(placement, vertical_dpi=vertical_dpi),
        lettering=Lettering(smaller_pt=size),
    )

    _, _, warnings = print_sheets([Frame(margin=0.05), frame], vertical_dpi=dpi)

    assert len(warnings) == 1
    assert "la page 2" in warnings[0]
    assert said in warnings[0]
