"""
What is said of the text of a page.
"""

import io

import pytest
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from converters.contract import Limits
from converters.pdf import sheets
from converters.raster import Press
from converters.sheet import place

WORDS = "Montant de la commande"


def lettered(*, letters, ground=None, size=11, hidden=False):
    """
    A PDF page of twenty lines.
    """
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    if ground is not None:
        canvas.setFillColor(Color(*ground))
        canvas.rect(0, 0, 595, 842, stroke=0, fill=1)
    for row in range(20):
        line = canvas.beginText(60, 760 - 20 * row)
        line.setFont("Helvetica", size)
        line.setFillColor(Color(*letters))
        line.setTextRenderMode(3 if hidden else 0)
        line.textLine(WORDS)
        canvas.drawText(line)
    canvas.line(60, 100, 500, 100)
    canvas.save()
    return out.getvalue()


def press_of(pdf, *, vertical_dpi=196):
    """
    A press after it printed a PDF.
    """
    press = Press(vertical_dpi=vertical_dpi)
    for _ in press.pages(sheets(pdf, limits=Limits())):
        pass
    return press


@pytest.mark.parametrize(
    ("letters", "ground"),
    [
        pytest.param((0.8, 0.8, 0.8), None, id="light-grey-on-white"),
        pytest.param((1.0, 0.85, 0.0), None, id="yellow-on-white"),
        pytest.param((0.8, 0.0, 0.0), (0.1, 0.2, 0.4), id="red-on-dark-blue"),
    ],
)
def test_pale_letters_are_named_with_what_to_do(letters, ground):
    (said,) = press_of(lettered(letters=letters, ground=ground)).warnings()

    assert "page 1" in said
    assert "en noir" in said


@pytest.mark.parametrize(
    ("letters", "ground"),
    [
        pytest.param((0, 0, 0), None, id="black"),
        pytest.param((0.4, 0.4, 0.4), None, id="grey"),
        pytest.param((0.0, 0.2, 0.7), None, id="blue"),
        pytest.param((1, 1, 1), (0.1, 0.2, 0.4), id="white-on-dark-blue"),
    ],
)
def test_clear_letters_are_not_mentioned(letters, ground):
    assert press_of(lettered(letters=letters, ground=ground)).warnings() == ()


def test_letters_that_nobody_sees_are_not_mentioned():
    """A scanner's program writes what it read under its picture."""
    hidden = lettered(letters=(1, 1, 1), hidden=True)

    assert press_of(hidden).warnings() == ()


def test_the_size_of_letters_is_that_on_the_sheet():
    (said,) = press_of(lettered(letters=(0, 0, 0), size=4)).warnings()

    assert "4 points" in said
    assert "qualite:best" in said


def test_the_characters_of_all_pages_are_known():
    written = press_of(lettered(letters=(0, 0, 0))).characters

    assert set(WORDS) <= written


def words_of(pdf):
    """
    Where words stand on its first page, as it is drawn at 196 dpi.
    """
    pages = sheets(pdf, limits=Limits())
    sheet = next(pages)
    placement = place(*sheet.size_mm, vertical_dpi=196, under_band=False)
    return sheet.paint(placement, vertical_dpi=196).words()


def test_it_is_told_where_words_stand_on_the_sheet():
    boxes = words_of(lettered(letters=(0, 0, 0)))

    assert len(boxes) == 20
    left, top, right, bottom = boxes[0]
    # 60 pt from the left and 82 from the top, on a sheet that is centred.
    assert left == pytest.approx(20 + 60 / 72 * 204, abs=6)
    assert top < 82 / 72 * 196 < bottom + 4
    assert 0 < bottom - top < 40
    assert 250 < right - left < 400


def test_the_hidden_text_of_a_scan_stands_nowhere():
    assert words_of(lettered(letters=(0, 0, 0), hidden=True)) == []
