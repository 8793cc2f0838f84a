"""
T.30 frames in words.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.spandsp.wording import SPEEDS, detail_of, name_of


def bits(*numbers):
    """An information field with these bits set, counted from 1."""
    field = bytearray(-(-max(numbers, default=8) // 8))
    for number in numbers:
        field[(number - 1) // 8] |= 1 << (number - 1) % 8
    return bytes(field)


def frame(fcf, field=b""):
    return bytes([0xFF, 0x13, fcf]) + field


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (frame(0x80), "DIS"),
        (frame(0x81), "DTC"),
        (frame(0x40), "CSI"),
        (frame(0x20), "NSF"),
        (frame(0x83), "DCS"),
        (frame(0x82), "DCS"),
        (frame(0x43), "TSI"),
        (frame(0x84), "CFR"),
        (frame(0x8C), "MCF"),
        (frame(0x8D), "MCF"),
        (frame(0xFB), "DCN"),
        (frame(0xBF, b"\x2f\x00\x00\xff"), "PPS-EOP"),
        (frame(0xBF, b"\x00\x00\x00\xff"), "PPS-NULL"),
        (frame(0xBF), "PPS"),
        (frame(0xCF, b"\x4f"), "EOR-MPS"),
        (frame(0x56), "FCF 56"),
        (b"\xff\x13", "(short frame)"),
        (b"", "(short frame)"),
    ],
)
def test_a_frame_has_a_name(octets, name):
    assert name_of(octets) == name


@pytest.mark.parametrize(
    ("octets", "detail"),
    [
        (frame(0x83, bits(14, 15, 27, 31)), "V.17 14400, 196 MMR ECM"),
        (frame(0x83, bits(12, 14, 16)), "V.17 12000, 98 MR no ECM"),
        (frame(0x83, bits(11, 41, 15)), "V.29 9600, 391 MH no ECM"),
        (
            frame(0x80, bits(11, 12, 14, 15, 16, 27, 31, 41)),
            "V.27ter V.29 V.17, 98/196/391 MR MMR ECM",
        ),
        (frame(0x80), "V.27ter 2400, 98 no ECM"),
        (frame(0x40, b"72 27 9 33+".ljust(20)), "'+33 9 72 27'"),
        (frame(0xBF, b"\x2f\x03\x01\x0f"), "page 3, block 1, 16 frames"),
        (frame(0xBC, b"\x00\x81" + bytes(30)), "2 frames again"),
        (frame(0x8C), ""),
    ],
)
def test_a_frame_says_what_it_says(octets, detail):
    assert detail_of(octets) == detail


def test_every_speed_of_a_dcs_has_a_name():
    """
    T.30 table 2, bits 11 to 14: eight are in use without V.34 and V.33.
    """
    assert len(set(SPEEDS.values())) == len(SPEEDS) == 8


@given(st.binary(max_size=300))
def test_any_octets_have_words(octets):
    assert name_of(octets)
    detail_of(octets)
