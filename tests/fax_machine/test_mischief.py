"""
Answers changed on their way out.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.fax_machine.behaviour import Behaviour, Conduct
from ecofax_gateway.fax_machine.mischief import Mischief


def octets(*values):
    """One V.21 data packet for each octet, as libspandsp sends them; then the FCS."""
    packets = [bytes([0xC0, 1, 0x80, 0, 0, value]) for value in values]
    return [*packets, bytes([0xC0, 1, 0x20])]


def mischief(conduct, *, page=1, pages=1, hung_up=None):
    return Mischief(
        Behaviour(conduct, page),
        pages=lambda: pages,
        on_time=(lambda: None) if hung_up is None else lambda: hung_up.append(1),
        version=0,
    )


def sent(filter_out, packets):
    return [filter_out(packet) for packet in packets]


@pytest.mark.parametrize(
    ("conduct", "instead"), [(Conduct.RTN, 0x32), (Conduct.DCN, 0x5F)]
)
@pytest.mark.parametrize("x_bit", [0x00, 0x80])
def test_mcf_becomes_another_answer(conduct, instead, x_bit):
    packets = octets(0xFF, 0xC8, 0x31 | x_bit)

    assert sent(mischief(conduct), packets) == octets(0xFF, 0xC8, instead | x_bit)


def test_a_frame_in_one_packet_is_changed_too():
    packet = bytes([0xC0, 2, 0x80, 0, 2, 0xFF, 0xC8, 0x31, 0x20])

    assert mischief(Conduct.RTN)(packet) == packet.replace(b"\x31", b"\x32")


def test_only_the_control_field_counts():
    packets = octets(0x31, 0x31, 0x80, 0x31, 0x31)

    assert sent(mischief(Conduct.RTN), packets) == packets


def test_earlier_pages_are_confirmed():
    packets = octets(0xFF, 0xC8, 0x31)

    assert sent(mischief(Conduct.RTN, page=2, pages=1), packets) == packets


def test_refusing_once_lets_the_next_pass():
    packets = octets(0xFF, 0xC8, 0x31)

    assert sent(mischief(Conduct.RTN_ONCE, page=1, pages=2), packets) == packets
    assert sent(mischief(Conduct.RTN_ONCE, page=1, pages=1), packets) != packets


def test_hanging_up_says_nothing_more():
    hung_up = []
    filter_out = mischief(Conduct.HANG_UP, hung_up=hung_up)

    out = sent(filter_out, octets(0xFF, 0xC8, 0x31))

    assert out[-2:] == [b"", b""]
    assert hung_up == [1]


def test_silence_says_nothing_at_all():
    assert sent(mischief(Conduct.SILENCE), [b"\x04", *octets(0xFF)]) == [b""] * 3


@given(st.sampled_from(list(Conduct)), st.lists(st.binary(max_size=30), max_size=20))
def test_any_packets_pass(conduct, packets):
    for before, after in zip(packets, sent(mischief(conduct), packets), strict=True):
        assert len(after) in (0, len(before))
