"""
What is drawn for one recipient, pixel by pixel.
"""

import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from converters.overlay import draw
from converters.place import (
    EVERY_PAGE,
    LAST_PAGE,
    Align,
    Kind,
    Place,
    is_on,
    places_of,
)
from converters.sheet import BAND_ROWS, PX_PER_MM, ROWS, ROWS_PER_MM

BESIDE = 20
"Columns left of the A4 sheet."


def place(**changed):
    known = {"page": 1, "x_mm": 30, "y_mm": 50, "width_mm": 80, "height_mm": 6}
    return Place(**{**known, "text": "", **changed})


def inside(its, dpi):
    """The rows and columns that a place covers."""
    left = BESIDE + round(its.x_mm * PX_PER_MM)
    top = round(its.y_mm * ROWS_PER_MM[dpi])
    width = round(its.width_mm * PX_PER_MM)
    height = round(its.height_mm * ROWS_PER_MM[dpi])
    return np.s_[top : top + height, left : left + width]


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_nothing_changes_outside_the_place(blank, dpi):
    its, ink = place(), blank(dpi)

    draw(ink, its, "Dr Éléonore Dœuvre-Ÿtrac", vertical_dpi=dpi)

    box = inside(its, dpi)
    assert ink[box].any()
    ink[box] = False
    assert not ink.any()


def test_what_was_printed_there_stays(blank):
    ink = ~blank(98)

    draw(ink, place(), "Nom", vertical_dpi=98)

    assert ink.all()


def test_nothing_to_say_draws_nothing(blank):
    ink = blank(98)

    draw(ink, place(), " \n ", vertical_dpi=98)

    assert not ink.any()


def test_the_tag_line_is_never_drawn_over(blank):
    ink = blank(196)

    draw(ink, place(y_mm=0, height_mm=10, size_pt=20), "Haut", vertical_dpi=196)

    assert ink.any()
    assert not ink[: BAND_ROWS[196]].any()


def test_the_same_is_drawn_again_bit_for_bit(blank):
    first, second = blank(196), blank(196)
    for ink in (first, second):
        draw(ink, place(), "Zoé Ünal", vertical_dpi=196)

    assert np.array_equal(first, second)


def test_accents_are_drawn(blank):
    drawn = []
    for name in ("Zoé", "Zoe"):
        ink = blank(196)
        draw(ink, place(), name, vertical_dpi=196)
        drawn.append(ink)

    assert not np.array_equal(*drawn)


@pytest.mark.parametrize(
    "name", ["Дмитрий", "Ελένη", "东京", "Łukasz", "Ş", "Nguyễn Thị"]
)
def test_letters_of_other_scripts_are_no_boxes(blank, name):
    """A letter that no font has would look like every other such letter."""
    ink, unknown = blank(196), blank(196)

    draw(ink, place(), name, vertical_dpi=196)
    draw(unknown, place(), "\U000f0000" * len(name), vertical_dpi=196)

    assert ink.any()
    assert not np.array_equal(ink, unknown)


def test_a_long_name_is_made_smaller_and_stays_whole(blank):
    """Set in two lines of smaller letters rather than cut: all of it differs."""
    name = "Marie-Éléonore Bénédicte de la Rochefoucauld-Montbel"
    whole, shorter = blank(196), blank(196)

    draw(whole, place(width_mm=60), name, vertical_dpi=196)
    draw(shorter, place(width_mm=60), name[:-1] + "x", vertical_dpi=196)

    assert not np.array_equal(whole, shorter)


def test_what_never_fits_is_cut_and_says_so(blank):
    its = place(width_mm=20, height_mm=4)
    first, second = blank(196), blank(196)

    draw(first, its, "W" * 400, vertical_dpi=196)
    draw(second, its, "W" * 399 + "i", vertical_dpi=196)

    assert first.any()
    assert np.array_equal(first, second)


@pytest.mark.parametrize("align", list(Align))
def test_text_keeps_to_its_side(blank, align):
    ink, its = blank(196), place(align=align)

    draw(ink, its, "Nom", vertical_dpi=196)

    columns = np.nonzero(ink.any(axis=0))[0]
    box = inside(its, 196)[1]
    left, right = columns[0] - box.start, box.stop - 1 - columns[-1]
    match align:
        case Align.LEFT:
            assert left < 10 < right
        case Align.RIGHT:
            assert right < 10 < left
        case Align.CENTRE:
            assert abs(left - right) < 10


@pytest.mark.parametrize("dpi", [98, 196, 391])
@pytest.mark.parametrize("size", [18, 22, 30])
def test_a_qr_code_can_be_scanned(blank, tmp_path, dpi, size):
    its = place(kind=Kind.QR, width_mm=size, height_mm=size)
    ink, path = blank(dpi), tmp_path / "code.png"
    text = "https://fax.example/stop/DQNDYTNN?nom=Zo%C3%A9"

    draw(ink, its, text, vertical_dpi=dpi)

    page = Image.fromarray(~ink).convert("L")
    page.resize((1728, round(ROWS[391] * PX_PER_MM / ROWS_PER_MM[391]))).save(path)
    scanned = subprocess.run(
        ["zbarimg", "--quiet", "--raw", str(path)], capture_output=True, timeout=60
    )
    assert scanned.stdout.decode().strip() == text


def test_a_qr_code_that_finds_no_room_is_written_out(blank):
    """People can still read it."""
    as_code, as_text = blank(196), blank(196)
    text = "https://fax.example/" + "x" * 200

    draw(
        as_code, place(kind=Kind.QR, width_mm=10, height_mm=10), text, vertical_dpi=196
    )
    draw(as_text, place(width_mm=10, height_mm=10), text, vertical_dpi=196)

    assert as_code.any()
    assert np.array_equal(as_code, as_text)


@settings(deadline=None, max_examples=50)
@given(
    st.text(max_size=300),
    st.floats(0, 209),
    st.floats(0, 296),
    st.floats(0.01, 210),
    st.floats(0.01, 297),
    st.sampled_from(Kind),
)
def test_any_text_in_any_place_draws_inside_it(text, x, y, width, height, kind):
    its = place(x_mm=x, y_mm=y, width_mm=width, height_mm=height, kind=kind)
    ink = np.zeros((ROWS[98], 1728), np.bool_)

    draw(ink, its, text, vertical_dpi=98)

    ink[inside(its, 98)] = False
    assert not ink.any()


def test_pages_are_one_every_or_the_last():
    assert [is_on(place(page=2), page, 3) for page in (1, 2, 3)] == [False, True, False]
    assert all(is_on(place(page=EVERY_PAGE), page, 3) for page in (1, 2, 3))
    assert [is_on(place(page=LAST_PAGE), page, 3) for page in (2, 3)] == [False, True]


def test_places_come_back_as_they_were_stored():
    its = place(text="[NOM]", kind=Kind.QR, align=Align.RIGHT, bold=True)

    assert places_of([its.as_json], pages=1) == (its,)


@pytest.mark.parametrize(
    "lie",
    [
        None,
        {},
        [1],
        [{}],
        [{**place().as_json, "x_mm": 1e9}],
        [{**place().as_json, "y_mm": float("nan")}],
        [{**place().as_json, "size_pt": "inf"}],
        [{**place().as_json, "page": -2}],
        [{**place().as_json, "page": 2}],
        [{**place().as_json, "kind": "video"}],
        [{**place().as_json, "text": "x" * 5000}],
        [place().as_json] * 201,
    ],
)
def test_a_child_that_lies_about_places_is_not_believed(lie):
    with pytest.raises(ValueError):  # noqa: PT011 -- any of them is as good
        places_of(lie, pages=1)
