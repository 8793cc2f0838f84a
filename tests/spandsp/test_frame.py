"""
Control frames, read.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.spandsp.frame import fcf_of, is_pps_null, page_counter_of, read_dis


def dis(*bits):
    """A DIS with these bits of ITU-T T.30 table 2 set."""
    octets = bytearray((max(bits, default=1) + 7) // 8)
    for bit in bits:
        octets[(bit - 1) // 8] |= 1 << (bit - 1) % 8
    return b"\xff\x13\x80" + bytes(octets)


@pytest.mark.parametrize(
    ("frame", "dpi", "ecm", "t6"),
    [
        pytest.param(dis(10), {98}, False, False, id="oldest"),
        pytest.param(dis(10, 15), {98, 196}, False, False, id="fine"),
        pytest.param(dis(10, 15, 27, 31), {98, 196}, True, True, id="ecm-t6"),
        pytest.param(dis(10, 15, 41), {98, 196, 391}, False, False, id="superfine"),
        pytest.param(dis(41), {98, 391}, False, False, id="superfine-alone"),
        pytest.param(b"\xff\x13\x80", {98}, False, False, id="empty"),
    ],
)
def test_a_dis_says_what_its_sender_prints(frame, dpi, ecm, t6):
    capabilities = read_dis(frame)

    assert capabilities.vertical_dpi == dpi
    assert (capabilities.ecm, capabilities.t6) == (ecm, t6)


@given(st.binary(max_size=40))
def test_any_bytes_are_read(frame):
    fcf_of(frame)
    is_pps_null(frame)
    assert 98 in read_dis(frame).vertical_dpi


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("ff13bf00", True),
        ("ff13be00", True),
        ("ff13bf2f", False),
        ("ff13bf", False),
        ("ff138c", False),
    ],
)
def test_pps_null_is_told_from_the_end_of_a_page(frame, expected):
    assert is_pps_null(bytes.fromhex(frame)) is expected


@pytest.mark.parametrize(
    ("frame", "page"),
    [
        (b"\xff\x13\xbf\x2f\x07\x00\xff", 7),
        (b"\xff\x13\xbf\x00\xff\x00\xff", 255),
        (b"\xff\x13\xbf\x2f", None),
        (b"", None),
    ],
)
def test_a_pps_says_of_which_page_it_speaks(frame, page):
    assert page_counter_of(frame) == page
