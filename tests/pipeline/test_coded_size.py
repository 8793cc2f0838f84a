"""
Pages are measured in the codings of Group 3: text is for T.6, a screened photo is not.
"""

import io

import numpy
from PIL import Image, ImageDraw

from ecofax_gateway.pipeline.coded_size import CodedSize, _of_document, coded_size


def text_page(rows=1100):
    image = Image.new("1", (1728, rows), 1)
    draw = ImageDraw.Draw(image)
    for y in range(40, rows - 40, 40):
        draw.text((60, y), "pack my box with jugs " * 9, fill=0)
    return image


def photo_page(rows=1100):
    """A grey wedge, screened by chance."""
    chance = numpy.random.default_rng(3).random((rows, 1728))
    return Image.fromarray(chance < numpy.linspace(0.05, 0.95, 1728))


def document(*pages, compression="group4"):
    file = io.BytesIO()
    pages[0].save(
        file,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression=compression,
        dpi=(204, 196),
    )
    return file.getvalue()


def test_text_is_shortest_in_t6():
    size = coded_size([document(text_page())])

    assert size.mmr < size.mr < size.mh


def test_a_screened_photo_is_shortest_in_one_dimension():
    size = coded_size([document(photo_page())])

    assert size.mh < size.mmr
    assert size.mh < size.mr


def test_what_is_guessed_of_text_has_the_order_of_what_is_measured():
    """
    A file in another compression is measured, not guessed.
    """
    measured = coded_size([document(text_page(), compression="tiff_lzw")])

    assert measured.mmr < measured.mr < measured.mh


def test_all_pages_of_all_documents_count():
    one, two = document(text_page()), document(text_page(), photo_page())

    assert coded_size([one, two]) == coded_size([one]) + coded_size([two])
    assert coded_size([]) == CodedSize(0, 0, 0)


def test_a_document_is_measured_once():
    """
    A campaign sends it thousands of times; each call reads it anew.
    """
    pages = document(photo_page(rows=301))
    first = coded_size([pages])
    hits = _of_document.cache_info().hits

    assert coded_size([bytes(bytearray(pages))]) == first
    assert _of_document.cache_info().hits == hits + 1
