"""
TIFF-F as written and read.
"""

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from converters.tiff_f import (
    CodedPage,
    NotTiffF,
    decode,
    decode_page,
    encode,
    encode_page,
    read,
    verify,
    write,
)


def noise(rows, seed=1):
    return np.random.default_rng(seed).random((rows, 1728)) < 0.1


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_another_reader_sees_the_same_pixels_and_the_fax_tags(dpi):
    page = noise(300)

    with Image.open(io.BytesIO(encode([page, ~page], vertical_dpi=dpi))) as picture:
        tags = picture.tag_v2
        seen = np.asarray(picture) == 0
        frames = picture.n_frames

    assert np.array_equal(seen, page)
    assert frames == 2
    assert (tags[256], tags[257], tags[258], tags[259]) == (1728, 300, (1,), 4)
    assert (tags[262], tags[277], tags[278], tags[293], tags[296]) == (0, 1, 300, 0, 2)
    assert (tags[282], tags[283], tags[297]) == (204, dpi, (0, 2))
    assert len(tags[273]) == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_every_page_comes_back(rows, seed, density):
    page = np.random.default_rng(seed).random((rows, 1728)) < density

    (back,) = decode(encode([page], vertical_dpi=196))

    assert np.array_equal(back, page)


def test_the_same_pixels_give_the_same_bytes():
    assert encode([noise(50)], vertical_dpi=98) == encode([noise(50)], vertical_dpi=98)


@pytest.mark.parametrize("missing", [1, 2, 10, 1000])
def test_a_truncated_strip_is_found(missing):
    whole = encode_page(noise(200), vertical_dpi=196)
    cut = CodedPage(strip=whole.strip[:-missing], rows=200, vertical_dpi=196)

    decode_page(whole)
    with pytest.raises(NotTiffF):
        verify(write([cut]))


def test_a_damaged_strip_is_found():
    tiff = bytearray(encode([noise(200)], vertical_dpi=196))
    tiff[500] ^= 0x10

    with pytest.raises(NotTiffF):
        verify(bytes(tiff))


def test_a_truncated_file_is_found():
    tiff = encode([noise(200), noise(200)], vertical_dpi=196)

    assert verify(tiff) == 2
    with pytest.raises(NotTiffF):
        verify(tiff[:-10])


@pytest.mark.parametrize("width", [1727, 1729, 2048])
def test_only_pages_of_a_fax_machines_width_are_written(width):
    with pytest.raises(ValueError, match="fax page"):
        encode_page(np.zeros((10, width), np.bool_), vertical_dpi=98)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_bytes_are_pages_or_not_tiff_f(data, at):
    tiff = encode([np.zeros((8, 1728), np.bool_)], vertical_dpi=98)

    for hostile in (data, b"II*\0" + data, tiff[:at] + data + tiff[at + len(data) :]):
        with contextlib.suppress(NotTiffF):
            read(hostile)


def test_a_circle_of_directories_ends():
    tiff = bytearray(encode([np.zeros((8, 1728), np.bool_)], vertical_dpi=98))
    tiff[-4:] = tiff[4:8]

    with pytest.raises(NotTiffF, match="too many"):
        read(bytes(tiff))
