"""
The file that is really sent.
"""

import io

import numpy as np
import pytest
from PIL import Image

from converters.fax_file import coarser, compose, page_count, same_pixels
from converters.sheet import BAND_ROWS, ROWS
from converters.tiff_f import NotTiffF, decode, encode


@pytest.fixture
def letter(blank):
    """
    A document of two pages in a resolution, with a square on each.
    """

    def make(dpi, seed=0):
        pages = [blank(dpi), blank(dpi)]
        for number, page in enumerate(pages):
            page[200 + seed : 300 + seed, 500 + 100 * number : 900] = True
        return encode(pages, vertical_dpi=dpi)

    return make


def tag(page, total):
    return f"21/11/2026 21:58 Dupont page {page}/{total}"


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_every_page_is_stamped_and_nothing_else_changes(letter, dpi):
    documents = [letter(dpi), letter(dpi, seed=7)]
    band = BAND_ROWS[dpi]

    sent = decode(compose(documents, tag=tag, first_page=1, vertical_dpi=dpi))
    before = decode(documents[0]) + decode(documents[1])

    assert len(sent) == 4
    for stamped, plain in zip(sent, before, strict=True):
        assert stamped[:band].any()
        assert np.array_equal(stamped[band:], plain[band:])


def test_pages_are_counted_over_all_documents_and_start_where_asked(letter):
    asked = []

    sent = compose(
        [letter(98), letter(98, seed=7)],
        tag=lambda page, total: asked.append((page, total)) or "page",
        first_page=3,
        vertical_dpi=98,
    )

    assert asked == [(3, 4), (4, 4)]
    assert page_count(sent) == 2


def test_the_same_arguments_give_the_same_bytes(letter):
    first, second = (
        compose([letter(196)], tag=tag, first_page=1, vertical_dpi=196) for _ in "ab"
    )

    assert first == second


@pytest.mark.parametrize("first_page", [0, 3])
def test_a_page_that_is_not_there_is_refused(letter, first_page):
    with pytest.raises(ValueError, match="page"):
        compose([letter(98)], tag=tag, first_page=first_page, vertical_dpi=98)


def test_ink_is_never_stamped_over(blank):
    page = blank(98)
    page[10, 800] = True

    with pytest.raises(ValueError, match="ink"):
        compose(
            [encode([page], vertical_dpi=98)], tag=tag, first_page=1, vertical_dpi=98
        )


def test_a_document_of_another_resolution_is_refused(letter):
    with pytest.raises(ValueError, match="resolution"):
        compose([letter(98)], tag=tag, first_page=1, vertical_dpi=196)


def test_a_damaged_document_is_refused(letter):
    with pytest.raises(NotTiffF):
        compose([letter(98)[:-8]], tag=tag, first_page=1, vertical_dpi=98)


@pytest.mark.parametrize(("fine", "coarse"), [(391, 196), (391, 98), (196, 98)])
def test_a_coarser_page_keeps_every_black_pixel(blank, fine, coarse):
    page = blank(fine)
    rows = np.array([400, 401, 503, 1000])
    page[rows, 100:200] = True
    joined = ROWS[fine] // ROWS[coarse]

    (result,) = decode(coarser(encode([page], vertical_dpi=fine), vertical_dpi=coarse))

    assert result.shape == (ROWS[coarse], 1728)
    assert sorted(set(np.nonzero(result)[0])) == sorted(set(rows // joined))
    assert result[rows // joined, 100:200].all()
    assert not result[:, :100].any()


@pytest.mark.parametrize(("of", "to"), [(98, 98), (98, 196), (196, 391)])
def test_nothing_is_made_finer(letter, of, to):
    with pytest.raises(ValueError, match="finer"):
        coarser(letter(of), vertical_dpi=to)


def test_same_pixels_whatever_the_coding(letter, tmp_path):
    received = tmp_path / "received.tif"
    with Image.open(io.BytesIO(letter(98))) as ours:
        frames = []
        for number in range(2):
            ours.seek(number)
            frames.append(ours.copy())
    frames[0].save(
        received, save_all=True, append_images=frames[1:], compression="group3"
    )

    assert same_pixels(letter(98), received) == []


def test_differences_are_told(letter, blank):
    moved = [page.copy() for page in decode(letter(98))]
    moved[1][600, 3] = True

    assert same_pixels(letter(98), encode(moved, vertical_dpi=98)) == [
        "page 2: 1 pixels, first in row 600"
    ]
    assert same_pixels(letter(98), encode(moved[:1], vertical_dpi=98)) == [
        "2 pages against 1"
    ]
    assert same_pixels(letter(98), letter(196))[0].startswith("page 1: 1728 x 1143")


def test_dots_change_the_length_on_the_line_and_the_first_row_only(letter):
    def sent(dots):
        return compose(
            [letter(196)], tag=tag, first_page=1, vertical_dpi=196, dots=dots
        )

    plain, one = decode(sent(0)), decode(sent(1))

    assert len({len(sent(dots)) for dots in range(12)}) == 12
    for before, after in zip(plain, one, strict=True):
        assert np.array_equal(before[1:], after[1:])
        assert after[0].sum() == before[0].sum() + 1
