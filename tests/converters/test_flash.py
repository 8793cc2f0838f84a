"""
Flash movies: what stands still on the stage becomes pages.
"""

import io
import struct
import zlib
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from converters.contract import ConversionFailed
from converters.flash_bits import Bits
from converters.flash_movie import NotFlash, pictures
from converters.flash_picture import lossless
from converters.tiff_f import decode


def whole_bytes(bits):
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


STAGE = whole_bytes(
    format(13, "05b") + "".join(format(edge, "013b") for edge in (0, 2000, 0, 1000))
)
"Left, right, top and bottom in fields of 13 bits."

STOP = (12, b"\x07\0")
SHOW = (1, b"")


def tag(kind, content=b""):
    return struct.pack("<HI", kind << 6 | 0x3F, len(content)) + content


def movie(*tags, packed=False):
    body = STAGE + struct.pack("<HH", 12 << 8, 1)
    body += b"".join(tag(*each) for each in tags) + tag(0)
    head = struct.pack("<3sBI", b"CWS" if packed else b"FWS", 9, 8 + len(body))
    return head + (zlib.compress(body) if packed else body)


def box(number, colour):
    """DefineShape: a square of 200 twips, filled."""
    style = b"\x01\0" + colour + b"\0"  # one fill, solid; no line
    bits = "0001" + "0000"  # bits of a fill's number, of a line's
    bits += "000101" + "00000" + "1"  # to the origin, with the first fill on the right
    for way in ("0" + "0", "0" + "1"):
        for far in (200, -200):
            bits += "11" + "0111" + way + format(far & 0x1FF, "09b")
    # Across, back, down, up: two lines each way, in whatever order they come.
    shape = whole_bytes(bits + "000000")
    return 2, struct.pack("<H", number) + STAGE + style + shape


def place(number, depth):
    return 26, struct.pack("<BHH", 0x02, depth, number)


RED, BLUE = b"\xff\0\0", b"\0\0\xff"


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_placed_is_drawn_in_its_colour(packed):
    [picture] = pictures(movie(box(1, RED), place(1, 5), SHOW, packed=packed))

    assert b'viewBox="0 0 2000 1000"' in picture
    assert b'fill="#ff0000"' in picture
    assert b"L200 0" in picture


def test_each_frame_at_which_it_stops_is_a_picture():
    slides = pictures(
        movie(
            *(box(1, RED), box(2, BLUE), place(1, 5), STOP, SHOW),
            *(SHOW, (28, struct.pack("<H", 5)), place(2, 5), STOP, SHOW),
        )
    )

    assert [b"#ff0000" in each for each in slides] == [True, False]
    assert [b"#0000ff" in each for each in slides] == [False, True]


def test_of_a_movie_that_never_stops_the_last_frame_is_printed():
    [picture] = pictures(
        movie(box(1, RED), box(2, BLUE), place(1, 5), SHOW, place(2, 6), SHOW)
    )

    assert b"#ff0000" in picture
    assert b"#0000ff" in picture


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(
            b"\x05\x02\0\x01\0" + zlib.compress(b"\xff\xff\0\0" + bytes(4)), id="true"
        ),
        pytest.param(
            b"\x03\x02\0\x01\0\x01"
            + zlib.compress(b"\xff\0\0\xff" + bytes(4) + b"\0\1\0\0"),
            id="palette",
        ),
    ],
)
def test_what_is_transparent_is_white(pixels):
    svg, *size = lossless(Bits(pixels), alpha=True)

    coded = b64decode(svg.partition("base64,")[2].partition('"')[0])
    with Image.open(io.BytesIO(coded)) as picture:
        seen = [picture.getpixel((x, 0)) for x in range(2)]
    assert size == [2, 1]
    assert seen == [(255, 0, 0), (255, 255, 255)]


@pytest.mark.parametrize("path", ["swf/demo.swf", "swf/various-shapes.swf"])
@pytest.mark.asyncio(loop_scope="session")
async def test_what_only_programs_draw_is_refused_by_name(workshop, document, path):
    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(document(path), path, vertical_dpi=98)

    assert caught.value.code == "nothing-shown"
    assert "Flash" in caught.value.for_requester


@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_of_text_and_photos_is_whole(workshop, document):
    """Text in three columns above, photos below: ink in every part of the page."""
    rendered = await workshop.render(
        document("swf/carsite.swf"), "a.swf", vertical_dpi=196
    )

    [ink] = decode(rendered.tiff)
    rows, columns = ink.shape
    for top in range(rows // 8, rows * 3 // 4, rows // 8):
        assert ink[top : top + rows // 8, columns // 8 : -columns // 8].mean() > 0.01


@given(st.binary(max_size=200))
def test_any_bytes_are_a_movie_or_not(content):
    for start in (b"FWS\x09\0\0\0\0", b"FWS\x09\0\0\0\0" + STAGE + b"\0\x0c\1\0"):
        try:
            pictures(start + content)
        except NotFlash:
            continue


@given(st.data())
def test_a_movie_with_wrong_bytes_is_drawn_or_refused(document, data):
    whole = bytearray(zlib.decompress(document("swf/align.swf")[8:]))
    for _ in range(3):
        at = data.draw(st.integers(9, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        pictures(b"FWS\x09\0\0\0\0" + bytes(whole))
    except NotFlash:
        return
