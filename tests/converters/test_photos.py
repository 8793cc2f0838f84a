"""
What is taken for a photo: neither light letters on dark nor what is small.
"""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from converters.binarise import binarise
from converters.screen import Photos
from converters.tiles import Tiles

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def written(*, paper, letters):
    page = Image.new("L", (800, 200), paper)
    ImageDraw.Draw(page).text(
        (100, 80), "Montant : 1 234,56 €", letters, ImageFont.truetype(FONT, 32)
    )
    return np.asarray(page)


def scanned(page, *, noise=3):
    """
    A drawing as a scanner sees it: no two of its pixels are alike.
    """
    soft = Image.fromarray(page).filter(ImageFilter.GaussianBlur(0.7))
    grain = np.random.default_rng(4).normal(0, noise, page.shape)
    return np.clip(np.asarray(soft) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("dpi", [98, 196, 391])
@pytest.mark.parametrize("ground", [30, 70, 110])
def test_light_letters_on_a_dark_box_of_a_scan_are_not_taken_for_a_photo(ground, dpi):
    box = np.full((500, 800), 245, np.uint8)
    box[160:360, 80:720] = written(paper=ground, letters=240)[:, 80:720]

    ink = binarise(scanned(box), vertical_dpi=dpi, pictures=[(0, 0, 800, 500)])

    inside = np.s_[180:340, 100:700]
    assert ink[inside][box[inside] == 240].mean() < 0.05
    assert ink[inside][box[inside] == ground].mean() > 0.97


@pytest.mark.parametrize("dpi", [98, 196])
def test_nor_are_those_on_a_low_bar_that_lies_aslant(dpi):
    """Its edges are so near that light and dark vary everywhere on it."""
    sheet = Image.new("L", (1700, 600), 245)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((80, 280, 1600, 340), fill=85)
    words = "Réservé à l’administration : ne rien écrire ici"
    draw.text((100, 290), words, 240, ImageFont.truetype(FONT, 28))
    turned = sheet.rotate(1.2, Image.Resampling.BICUBIC, fillcolor=245)
    grey = np.asarray(turned)

    ink = binarise(scanned(grey), vertical_dpi=dpi, pictures=[(0, 0, 1700, 600)])

    on_bar = np.asarray(Image.fromarray(grey < 100).filter(ImageFilter.MinFilter(3)))
    assert ink[on_bar].mean() > 0.98
    letters = np.zeros_like(on_bar)
    letters[270:350, 120:900] = grey[270:350, 120:900] > 235
    assert ink[letters].mean() < 0.1


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_the_negative_of_a_page_is_printed_dark_on_white(dpi):
    """As microfilm is read, and dark screens are photographed."""
    page = np.vstack([written(paper=35, letters=225)] * 4)

    ink = binarise(
        scanned(page, noise=6), vertical_dpi=dpi, pictures=[(0, 0, 800, 800)]
    )

    assert ink[page == 225].mean() > 0.95
    assert ink[page == 35].mean() < 0.05


def test_what_looks_like_a_photo_is_screened_only_where_it_is_as_large_as_one():
    coarse = np.random.default_rng(6).integers(30, 220, (40, 80), np.uint8)
    lively = Image.fromarray(coarse).resize((800, 400), Image.Resampling.BICUBIC)
    scan = scanned(np.full((800, 1600), 240, np.uint8))
    scan[100:180, 100:180] = np.asarray(lively)[:80, :80]
    scan[300:700, 400:1200] = lively

    photos = Photos(Tiles(scan, 8, sheet_rows=800), [(0, 0, 1600, 800)])

    assert photos.photo[45:80, 60:140].mean() > 0.9
    assert not photos.photo[:30].any()


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_words_on_a_photo_are_not_screened(dpi):
    """The lines of the screen are as wide as their strokes."""
    rng = np.random.default_rng(9)
    coarse = Image.fromarray(rng.integers(20, 120, (20, 40), np.uint8))
    page = coarse.resize((800, 400), Image.Resampling.BICUBIC)
    words = (60, 150, 700, 190)
    ImageDraw.Draw(page).text(
        words[:2], "Assemblée générale du 12 mars", 255, ImageFont.truetype(FONT, 32)
    )
    grey = np.asarray(page)

    ink = binarise(
        grey, vertical_dpi=dpi, pictures=[(0, 0, 800, 400)], words=lambda: [words]
    )

    inside = np.s_[150:190, 60:700]
    letters = grey[inside] == 255
    assert ink[inside][letters].mean() < 0.02
    assert ink[inside][grey[inside] < 160].mean() > 0.8
    assert 0.2 < ink[260:].mean() < 0.9
