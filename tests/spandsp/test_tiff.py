"""
TIFF directories, walked.
"""

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import Malformed
from ecofax_gateway.spandsp.tiff import PageShape, read_shapes

from .conftest import draw_page


@pytest.fixture
def path(write_pages):
    return Path(write_pages([draw_page(0, rows=300), draw_page(1, rows=500)]).path)


def test_the_pages_are_found(path):
    assert read_shapes(path) == [
        PageShape(1728, 300, 196.0),
        PageShape(1728, 500, 196.0),
    ]


def test_a_big_endian_file_is_read(tmp_path):
    path = tmp_path / "big.tif"
    entries = [
        (256, 3, 1728 << 16),
        (257, 4, 8),
        (273, 4, 100),
        (279, 4, 20),
        (283, 5, 160),
        (296, 3, 3 << 16),
    ]
    directory = struct.pack(">H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack(">HHII", tag, kind, 1, value)
    path.write_bytes(b"MM\0*\0\0\0\x08" + directory + bytes(4) + bytes(200))
    with path.open("r+b") as file:
        file.seek(160)
        file.write(struct.pack(">II", 77, 1))

    (page,) = read_shapes(path)

    assert (page.width, page.rows) == (1728, 8)
    assert round(page.vertical_dpi) == 196


def test_a_file_cut_off_anywhere_is_malformed(path):
    data = path.read_bytes()
    # The last octets may be padding behind the last strip.
    for length in (*range(0, len(data) - 4, 97), len(data) - 4):
        path.write_bytes(data[:length])

        with pytest.raises(Malformed):
            read_shapes(path)


def test_a_directory_that_points_to_itself_ends(path):
    data = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    struct.pack_into("<I", data, at + 2 + 12 * count, at)
    path.write_bytes(data)

    with pytest.raises(Malformed, match="too many pages"):
        read_shapes(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8))
def test_any_damage_is_pages_or_malformed(tmp_path, damage):
    path = tmp_path / "damaged.tif"
    draw_page(0, rows=20).save(path, compression="group4", dpi=(204, 196))
    data = bytearray(path.read_bytes())
    for back, value in damage:
        data[-1 - back % len(data)] = value
    path.write_bytes(data)

    with contextlib.suppress(Malformed):
        read_shapes(path)
