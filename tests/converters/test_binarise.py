"""
What becomes ink.
"""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from converters.binarise import binarise
from converters.cells import under_dark, under_light
from converters.tiles import Tiles

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def written(*, paper, letters):
    page = Image.new("L", (800, 200), paper)
    ImageDraw.Draw(page).text(
        (100, 80), "Montant : 1 234,56 €", letters, ImageFont.truetype(FONT, 32)
    )
    return np.asarray(page)


def boxed(*, paper, letters):
    """
    The same on a box in a white page.
    """
    page = np.full((600, 800), 255, np.uint8)
    page[200:400] = written(paper=paper, letters=letters)
    return page


@pytest.mark.parametrize("dpi", [98, 196, 391])
@pytest.mark.parametrize(
    ("paper", "letters"),
    [
        pytest.param(255, 0, id="black-on-white"),
        pytest.param(255, 110, id="grey-on-white"),
        pytest.param(200, 40, id="tinted-paper"),
        pytest.param(150, 0, id="dark-on-middle-grey"),
        pytest.param(0, 255, id="white-on-black"),
        pytest.param(90, 255, id="white-on-dark"),
        pytest.param(150, 255, id="white-on-middle-grey"),
    ],
)
def test_letters_stand_clear_of_their_ground(paper, letters, dpi):
    grey = boxed(paper=paper, letters=letters)
    apart = np.abs(grey.astype(int) - paper)
    is_letter = apart > 0.8 * abs(letters - paper)
    is_ground = apart == 0
    for mask in (is_letter, is_ground):
        mask[:210] = mask[390:] = False

    ink = binarise(grey, vertical_dpi=dpi, pictures=[])

    assert ink[is_letter].mean() == pytest.approx(float(letters < paper), abs=0.03)
    assert ink[is_ground].mean() == pytest.approx(float(letters > paper), abs=0.03)


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_a_page_of_light_letters_on_dark_is_printed_dark_on_white(dpi):
    grey = written(paper=20, letters=255)

    ink = binarise(grey, vertical_dpi=dpi, pictures=[])

    assert ink[grey > 230].mean() == pytest.approx(1, abs=0.03)
    assert not ink[grey == 20].any()


def test_a_page_that_is_all_black_stays_black():
    assert binarise(np.zeros((400, 800), np.uint8), vertical_dpi=196, pictures=[]).all()


def test_a_light_fill_that_is_written_on_keeps_its_edge():
    """Letters stand on white, not in a screen; the box round them is still seen."""
    grey = np.full((600, 800), 255, np.uint8)
    grey[200:400, 80:720] = written(paper=225, letters=0)[:, 80:720]

    ink = binarise(grey, vertical_dpi=196, pictures=[])

    assert not ink[grey == 225][5:].mean() > 0.03
    assert ink[200:203, 80:720].any(axis=0).mean() > 0.99
    assert ink[397:400, 80:720].any(axis=0).mean() > 0.99
    assert not ink[:198].any()


def test_shadow_over_a_scan_does_not_swallow_its_letters():
    """A scanner's noise is what tells its shadow from a drawing's shading."""
    shadow = np.linspace(1.0, 0.45, 800)[None, :]
    noise = np.random.default_rng(3).normal(0, 3, (200, 800))
    shadowed = written(paper=250, letters=30) * shadow + noise
    grey = np.clip(shadowed, 0, 255).astype(np.uint8)
    clean = written(paper=250, letters=30)

    ink = binarise(grey, vertical_dpi=196, pictures=[(0, 0, 800, 200)])

    assert ink[clean < 60].mean() > 0.97
    assert ink[clean == 250].mean() < 0.02


def test_a_photo_becomes_lines_as_dark_as_itself():
    rng = np.random.default_rng(5)
    coarse = Image.fromarray(rng.integers(40, 215, (10, 40), np.uint8))
    grey = np.asarray(coarse.resize((800, 200), Image.Resampling.BICUBIC))

    ink = binarise(grey, vertical_dpi=196, pictures=[(0, 0, 800, 200)])

    assert 0.25 < ink.mean() < 0.6
    dark, light = grey < 90, grey > 170
    assert ink[dark].mean() > ink[light].mean() + 0.3
    # Upright lines: a pixel nearly always equals the one above.
    assert (ink[1:] == ink[:-1]).mean() > 0.95


def test_the_same_grey_outside_a_picture_is_never_screened():
    grey = np.full((200, 800), 150, np.uint8)

    assert not binarise(grey, vertical_dpi=196, pictures=[]).any()


def test_the_fills_of_a_drawing_are_printed_in_their_grey():
    """Zones and shading in a plan or a chart mean something; its lines stay lines."""
    drawing = Image.new("L", (800, 400), 255)
    draw = ImageDraw.Draw(drawing)
    draw.rectangle((40, 40, 360, 160), fill=190)
    for x in range(40, 761):
        draw.line((x, 240, x, 360), fill=40 + round(200 * (x - 40) / 720))
    draw.line((400, 40, 400, 160), fill=0, width=4)
    grey = np.asarray(drawing)

    ink = binarise(grey, vertical_dpi=196, pictures=[(0, 0, 800, 400)])

    assert 0.1 < ink[64:136, 64:336].mean() < 0.45
    shades = [ink[260:340, x : x + 120].mean() for x in range(64, 700, 120)]
    assert shades == sorted(shades, reverse=True)
    assert shades[0] > 0.8 > 0.3 > shades[-1] > 0
    assert ink[60:140, 400].all()
    assert not ink[0:30].any()


def test_a_fill_that_is_hardly_seen_is_white():
    """As the grey round a newsletter: dots would double the seconds on the line."""
    grey = np.full((600, 800), 255, np.uint8)
    grey[100:500, 80:720] = 238

    ink = binarise(grey, vertical_dpi=196, pictures=[])

    assert not ink[104:496].any()


def test_a_zone_with_a_shape_on_it_keeps_its_grey():
    """
    A plan at screen resolution, made larger: the soft edges of its zones, and the rim of
    a shape, are no letters that stand on them.
    """
    plan = Image.new("L", (360, 240), 255)
    pen = ImageDraw.Draw(plan)
    pen.rectangle((60, 20, 300, 180), fill=190)
    pen.ellipse((150, 70, 210, 130), fill=120, outline=0)
    for x in range(300):
        pen.line((30 + x, 200, 30 + x, 225), fill=40 + 2 * x // 3)
    grey = np.asarray(plan.resize((765, 490), Image.Resampling.BILINEAR))

    ink = binarise(grey, vertical_dpi=196, pictures=[(0, 0, 765, 490)])

    assert ink[60:130, 150:620].mean() == pytest.approx(1 - 190 / 255, abs=0.08)
    dark, middle, light = (ink[412:455, x : x + 100].mean() for x in (80, 330, 560))
    assert dark > middle + 0.2 > light + 0.4


def test_an_even_tint_under_a_noisy_scan_is_paper():
    rng = np.random.default_rng(8)
    scan = np.clip(rng.normal(200, 4, (400, 800)), 0, 255).astype(np.uint8)

    ink = binarise(scan, vertical_dpi=196, pictures=[(0, 0, 800, 400)])

    assert ink.mean() < 0.001


def drawn(width, height, *shapes, indent=32):
    """
    A white page with filled rectangles and words: (box, fill, words, their grey).
    """
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    for (left, top, right, bottom), fill, words, letters in shapes:
        draw.rectangle((left, top, right - 1, bottom - 1), fill=fill)
        place = (left + indent, top + 8)
        draw.text(place, words, letters, ImageFont.truetype(FONT, 28))
    return np.asarray(page)


def test_the_dark_head_of_a_table_is_printed_dark_on_white():
    """A fax spreads its ink: light letters close up, and black costs the reader."""
    head = ((80, 203, 720, 251), 60, "Désignation  Quantité  Total", 255)
    grey = drawn(800, 600, head)

    ink = binarise(grey, vertical_dpi=196, pictures=[])

    inside = np.s_[207:247, 84:716]
    assert ink[inside][grey[inside] == 255].mean() > 0.97
    assert ink[inside][grey[inside] == 60].mean() < 0.03
    for edge in (np.s_[203:205], np.s_[249:251]):
        assert ink[edge, 88:712].any(axis=0).mean() > 0.95
    assert not ink[:200].any()


@pytest.mark.parametrize("dpi", [98, 196])
@pytest.mark.parametrize("indent", [4, 8, 12, 16, 24, 40])
def test_a_dark_box_is_turned_whole_or_not_at_all(dpi, indent):
    """Letters may begin so near its edge that what they stand on is hard to tell."""
    box = ((80, 203, 560, 251), 60, "Désignation  Quantité", 255)
    grey = drawn(800, 600, box, indent=indent)

    ink = binarise(grey, vertical_dpi=dpi, pictures=[])

    inside = np.s_[207:247, 88:552]
    letters = ink[inside][grey[inside] == 255].mean()
    assert letters < 0.03 or letters > 0.97
    assert ink[inside][grey[inside] == 60].mean() == pytest.approx(
        1 - letters, abs=0.04
    )


def test_a_dark_bar_with_a_figure_on_it_stays_dark():
    bar = ((300, 100, 420, 500), 40, "12 k", 255)
    grey = drawn(800, 600, bar)

    ink = binarise(grey, vertical_dpi=196, pictures=[])

    assert ink[grey == 40].mean() > 0.97
    assert ink[104:496, 304:416][grey[104:496, 304:416] == 255].mean() < 0.03


def test_a_low_row_full_of_words_is_not_screened():
    """Nothing of it is left over and under the letters to tell what they stand on."""
    row = ((80, 200, 720, 236), 226, "Livraison 12 mars  1 234,56", 70)
    grey = drawn(800, 600, row)

    ink = binarise(grey, vertical_dpi=196, pictures=[])

    beside = ink[204:232, 580:716]
    assert not beside.any()
    assert ink[grey == 70].mean() > 0.97


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_where_on_a_sheet_it_stands_does_not_change_how_it_prints(dpi):
    """Only what is drawn is looked at, wherever the white round it begins and ends."""
    head = ((80, 16, 720, 64), 60, "Désignation  Quantité  Total", 255)
    row = ((80, 64, 720, 100), 226, "Livraison 12 mars  1 234,56", 70)
    drawing = drawn(800, 160, head, row)
    white = np.full((1120, 800), 255, np.uint8)
    prints = set()
    for top in (160, 480, 800):
        grey = white.copy()
        grey[top : top + 160] = drawing

        ink = binarise(grey, vertical_dpi=dpi, pictures=[])

        prints.add(ink[top : top + 160].tobytes())
        assert not ink[:top].any()
        assert not ink[top + 160 :].any()
    assert len(prints) == 1


def test_a_white_sheet_has_no_ink():
    white = np.full((1143, 1687), 255, np.uint8)

    assert not binarise(white, vertical_dpi=98, pictures=[(10, 10, 50, 50)]).any()


@pytest.mark.parametrize("tall", [42, 44, 46, 48, 52])
@pytest.mark.parametrize("words", ["prévu portail page", "jusque appel Ç", "gypse"])
def test_a_dark_row_over_a_light_one_is_whole_under_its_descenders(tall, words):
    """Between two descenders and the edge is a patch that is too small for a fill."""
    head = ((80, 200, 720, 200 + tall), 60, words, 255)
    row = ((80, 200 + tall, 720, 248 + tall), 227, "Désignation Quantité", 30)
    grey = drawn(800, 600, head, row)

    ink = binarise(grey, vertical_dpi=98, pictures=[])

    inside = np.s_[204 : 196 + tall, 88:712]
    letters = ink[inside][grey[inside] == 255].mean()
    assert letters < 0.03 or letters > 0.97
    assert ink[inside][grey[inside] == 60].mean() == pytest.approx(
        1 - letters, abs=0.04
    )


def test_black_letters_are_printed_slimmer_than_pale_ones_which_must_not_vanish():
    rows = np.full((200, 800), 255, np.uint8)
    rows[60:140, 100:700:20] = 0
    rows[60:140, 101:700:20] = 210  # the soft edge of a stroke
    pale = np.where(rows == 0, 170, rows).astype(np.uint8)

    edges = rows == 210
    assert not binarise(rows, vertical_dpi=98, pictures=[])[edges].any()
    assert binarise(pale, vertical_dpi=98, pictures=[])[pale == 170].all()


@pytest.mark.parametrize("dpi", [98, 196])
@pytest.mark.parametrize("size", [26, 30, 34])
@pytest.mark.parametrize("fill", [105, 150, 178, 226])
def test_marked_words_stand_on_white_though_they_fill_their_mark(fill, size, dpi):
    font = ImageFont.truetype(FONT, size)
    page = Image.new("L", (800, 400), 255)
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = draw.textbbox((83, 203), "Réunion du 12 mars", font)
    draw.rectangle((left - 2, top - 4, right + 2, bottom + 4), fill=fill)
    draw.text((83, 203), "Réunion du 12 mars", 0, font)
    grey = np.asarray(page)

    ink = binarise(grey, vertical_dpi=dpi, pictures=[])

    inside = np.s_[top - 2 : bottom + 3, left:right]
    assert ink[inside][grey[inside] == 0].mean() > 0.97
    assert ink[inside][grey[inside] == fill].mean() < 0.02


@pytest.mark.parametrize("dpi", [98, 196])
def test_cells_of_other_greys_begin_beside_the_words_of_a_table(dpi):
    greys, words = (148, 222, 170, 240, 130), ("Total", "Gypse", "12,50", "Août", "Ça")
    table = [
        ((80 + 128 * x, 100 + 40 * y, 208 + 128 * x, 140 + 40 * y), grey, word, 0)
        for y in range(5)
        for x in range(5)
        for grey, word in [(greys[(x + 2 * y) % 5], words[(3 * x + y) % 5])]
    ]
    grey = drawn(800, 400, *table, indent=6)

    ink = binarise(grey, vertical_dpi=dpi, pictures=[])

    cells = np.s_[104:296, 84:716]
    assert ink[cells][grey[cells] == 0].mean() > 0.97
    # Edges are drawn, nothing is screened.
    assert ink[cells][np.isin(grey, greys)[cells]].mean() < 0.06


@pytest.mark.parametrize("dpi", [98, 196])
@pytest.mark.parametrize("top", range(200, 208))
def test_the_letters_of_a_turned_row_have_no_edges_of_their_own(top, dpi):
    head = ((80, top, 720, top + 50), 60, "Désirs 10 unités Total", 255)
    row = ((80, top + 50, 720, top + 100), 226, "Livraison 12 mars", 30)
    grey = drawn(800, 600, head, row)

    ink = binarise(grey, vertical_dpi=dpi, pictures=[])

    inside = np.s_[top + 4 : top + 46, 84:716]
    assert ink[inside][grey[inside] == 255].mean() > 0.97
    assert not ink[inside][grey[inside] == 60].any()


@pytest.mark.parametrize("top", range(200, 208))
def test_a_low_dark_row_is_turned_whole_or_not_at_all(top):
    """Letters that fill it may cut it into parts."""
    head = ((80, top, 720, top + 42), 60, "Désirs 10 unités Total", 255)
    row = ((80, top + 42, 720, top + 84), 226, "Livraison 12 mars", 30)
    grey = drawn(800, 600, head, row)

    ink = binarise(grey, vertical_dpi=196, pictures=[])

    inside = np.s_[top + 4 : top + 38, 84:716]
    letters = ink[inside][grey[inside] == 255].mean()
    assert letters < 0.03 or letters > 0.97
    assert ink[inside][grey[inside] == 60].mean() == pytest.approx(
        1 - letters, abs=0.04
    )


@pytest.mark.parametrize(("letters", "ground"), [(204, 20), (40, 220)])
def test_close_letters_of_one_grey_are_no_cell_under_others(letters, ground):
    """A figure on a slide that lies on its side: each millimetre holds its grey."""
    grey = np.full((160, 160), ground, np.uint8)
    grey[40:80, 48:88] = ground + 6 * (np.arange(40) // 8 % 2)
    grey[40:80, 48:88:3] = letters
    tiles = Tiles(grey, 8, sheet_rows=160)
    everywhere = np.ones(tiles.mean.shape, np.bool_)

    for cells in (under_dark, under_light):
        found = cells(tiles, everywhere, ~everywhere, letter=24)

        assert not (found == letters).any()
