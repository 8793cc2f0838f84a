"""
Files are looked into before a number is called.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ecofax_gateway.domain.errors import Malformed
from ecofax_gateway.engine.protocol import PageFile, PlaceCall, TrunkAddress
from ecofax_gateway.engine.switchboard import look_into


@pytest.fixture
def order(sending):
    job, _ = sending(2, rows=400)
    return PlaceCall(
        call="1",
        number="0972101927",
        caller_id="0366720307",
        station_id="",
        files=(PageFile(path=job.files[0].path, vertical_dpi=196),),
        pages=2,
        trunk=TrunkAddress(host="127.0.0.1"),
    )


def test_the_rows_of_each_page_are_known(order):
    (file,) = look_into(order).files

    assert file.rows == (400, 400)
    assert file.vertical_dpi == 196


def test_what_the_pages_take_in_each_coding_is_handed_on(order):
    (file,) = order.files
    measured = replace(file, mh_octets=3, mr_octets=2, mmr_octets=1)

    assert look_into(replace(order, files=(measured,))).files[0].octets == (3, 2, 1)
    assert look_into(order).files[0].octets is None


@pytest.mark.parametrize("dpi", [98, 391])
def test_a_file_in_another_resolution_than_said_is_refused(order, dpi):
    """
    libspandsp would send it stretched.
    """
    path = order.files[0].path

    with pytest.raises(Malformed, match="dpi"):
        look_into(replace(order, files=(PageFile(path=path, vertical_dpi=dpi),)))


@pytest.mark.parametrize("dpi", [190, 200])
def test_nearly_the_resolution_is_good_enough(order, dpi):
    path = order.files[0].path

    look_into(replace(order, files=(PageFile(path=path, vertical_dpi=dpi),)))


@pytest.mark.parametrize("width", [1720, 1736, 2048])
def test_a_page_of_another_width_is_refused(order, width):
    path = Path(order.files[0].path)
    image = Image.new("1", (width, 300), 1)
    image.save(path, compression="group4", dpi=(204, 196))

    with pytest.raises(Malformed, match="wide"):
        look_into(replace(order, pages=1))


def test_more_or_fewer_pages_than_said_are_refused(order):
    for pages in (1, 3):
        with pytest.raises(Malformed, match="pages"):
            look_into(replace(order, pages=pages))
