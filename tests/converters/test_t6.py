"""
Rows coded by libtiff are what another reader makes the same rows of.
"""

import contextlib
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from converters.t6 import encode_rows
from converters.tiff_f import CodedPage, decode_page

DESCRIPTORS = Path("/proc/self/fd")


@pytest.mark.parametrize("rows", [1, 7, 2286])
@pytest.mark.parametrize(
    "row",
    [
        pytest.param(lambda: bytes(216), id="blank"),
        pytest.param(lambda: b"\xff" * 216, id="black"),
        pytest.param(lambda: os.urandom(216), id="noise"),
        pytest.param(lambda: b"\x0f\xf0" * 108, id="lines"),
    ],
)
def test_the_same_rows_come_back(rows, row):
    pixels = b"".join(row() for _ in range(rows))

    strip = encode_rows(pixels, width=1728)

    ink = decode_page(CodedPage(strip=strip, rows=rows, vertical_dpi=196))
    assert np.packbits(ink, axis=1).tobytes() == pixels


def test_pillow_codes_the_same_bytes():
    pixels = np.packbits(np.random.default_rng(2).random((300, 1728)) < 0.1).tobytes()
    out = io.BytesIO()
    picture = Image.frombytes("1", (1728, 300), pixels)
    picture.save(out, "TIFF", compression="group4", tiffinfo={278: 300})

    assert encode_rows(pixels, width=1728) in out.getvalue()


def open_files():
    """What this process has open: those of other tests may be closed meanwhile."""
    found = set()
    for descriptor in DESCRIPTORS.iterdir():
        # The one that the folder itself was read with is closed again.
        with contextlib.suppress(FileNotFoundError):
            found.add((descriptor.name, str(descriptor.readlink())))
    return found


def test_no_descriptor_is_left_open():
    before = open_files()

    for _ in range(3):
        encode_rows(bytes(216), width=1728)

    assert open_files() - before == set()
