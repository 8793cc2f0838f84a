"""
Packets in any order and size, out of which comes an even stream.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.engine.rtp import (
    DELAY,
    LATE_IN_A_ROW,
    MAX_AHEAD,
    JitterBuffer,
    RtpPacket,
    RtpStream,
    parse_rtp,
)
from ecofax_gateway.spandsp.audio import Law

FRAME = 160


def packet(number, *, frame=FRAME, ssrc=1, start=0):
    """The packet number *number*; each of its octets is its number."""
    return RtpPacket(
        law=Law.A,
        timestamp=(start + number * frame) % (1 << 32),
        ssrc=ssrc,
        payload=bytes([number % 256]) * frame,
    )


def taken(buffer, samples=FRAME):
    """What is due: numbers of packets with how many octets, None for holes."""
    return [
        (None if law is None else octets[0], len(octets))
        for octets, law in buffer.take(samples)
    ]


def play(buffer, ticks):
    """The pieces of so many ticks, neighbours of a kind put together."""
    pieces = itertools.chain.from_iterable(taken(buffer) for _ in range(ticks))
    return [
        (key, sum(length for _, length in group))
        for key, group in itertools.groupby(pieces, key=lambda piece: piece[0])
    ]


def test_packets_count_samples_and_wrap():
    """
    RFC 3550 §5.1
    """
    stream = RtpStream(Law.A, ssrc=0x01020304, sequence=0xFFFF, timestamp=0xFFFFFFFF)

    first, second = stream.packet(b"a" * 160), stream.packet(b"b" * 160)

    assert first[:12].hex() == "8088ffffffffffff01020304"
    assert second[:12].hex() == "800800000000009f01020304"
    assert parse_rtp(second) == RtpPacket(Law.A, 0x9F, 0x01020304, b"b" * 160)


@pytest.mark.parametrize(
    ("data", "payload"),
    [
        pytest.param("8000 0001 00000000 00000001 aabb", "aabb", id="plain"),
        pytest.param("8100 0001 00000000 00000001 00000007 aa", "aa", id="csrc"),
        pytest.param(
            "9000 0001 00000000 00000001 00010001 01020304 aa", "aa", id="extension"
        ),
        pytest.param("a000 0001 00000000 00000001 aabb0002", "aabb", id="padding"),
        pytest.param("8000 0001 00000000 00000001", None, id="empty"),
        pytest.param("800d 0001 00000000 00000001 aa", None, id="comfort-noise"),
        pytest.param("8065 0001 00000000 00000001 aaaa", None, id="dtmf"),
        pytest.param("80c8 0001 00000000 00000001 aaaa", None, id="rtcp"),
        pytest.param("0000 0001 00000000 00000001 aa", None, id="version-0"),
        pytest.param("9000 0001 00000000 00000001 00", None, id="half-an-extension"),
        pytest.param("a000 0001 00000000 00000001 aaff", None, id="absurd-padding"),
    ],
)
def test_only_g711_is_read(data, payload):
    found = parse_rtp(bytes.fromhex(data))

    assert (found.payload.hex() if found else None) == payload


@given(st.binary(max_size=100))
def test_any_bytes_are_a_packet_or_none(data):
    found = parse_rtp(data)

    assert found is None or 0 < len(found.payload) <= len(data) - 12


def test_a_stream_comes_out_as_it_went_in():
    buffer = JitterBuffer()
    heard = []
    for number in range(20):
        buffer.put(packet(number))
        heard += taken(buffer)

    silent = DELAY // FRAME
    assert heard[:silent] == [(None, FRAME)] * silent
    assert heard[silent:] == [(number, FRAME) for number in range(20 - silent)]
    assert buffer.lost == 0


def test_nothing_is_due_before_the_first_packet():
    assert taken(JitterBuffer()) == []


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0), (0, 0, 1, 1, 2)])
def test_order_and_repetition_do_not_matter(order):
    buffer = JitterBuffer()
    buffer.put(packet(100))
    for number in order:
        buffer.put(packet(101 + number))

    assert play(buffer, 9) == [
        (None, DELAY),
        *((number, FRAME) for number in range(100, 104)),
    ]


def test_what_was_lost_is_a_hole_of_its_own_length():
    buffer = JitterBuffer()
    for number in (0, 1, 4, 5):
        buffer.put(packet(number))

    assert play(buffer, 11)[1:] == [
        (0, FRAME),
        (1, FRAME),
        (None, 2 * FRAME),
        (4, FRAME),
        (5, FRAME),
    ]
    assert buffer.lost == 2 * FRAME


@pytest.mark.parametrize("frame", [80, 240, 320, 480])
def test_packets_of_other_lengths_fill_the_same_frames(frame):
    buffer = JitterBuffer()
    for number in range(6):
        buffer.put(packet(number, frame=frame))
    ticks = (DELAY + 6 * frame) // FRAME

    pieces = play(buffer, ticks)

    assert pieces[0] == (None, DELAY)
    assert sum(length for _, length in pieces) == ticks * FRAME
    assert [key for key, _ in pieces[1:6]] == [0, 1, 2, 3, 4]
    assert buffer.lost == 0


def test_what_comes_too_late_is_lost_and_moves_nothing():
    buffer = JitterBuffer()
    for number in range(3):
        buffer.put(packet(number))
    play(buffer, 12)
    buffer.put(packet(3))
    buffer.put(packet(12))

    assert play(buffer, 6)[-1] == (12, FRAME)


def test_a_way_that_became_longer_is_followed():
    buffer = JitterBuffer()
    buffer.put(packet(0))
    play(buffer, 20)
    for number in range(1, 1 + LATE_IN_A_ROW + 3):
        buffer.put(packet(number))

    assert play(buffer, 8) == [
        (None, DELAY),
        *((LATE_IN_A_ROW + extra, FRAME) for extra in range(3)),
    ]


@pytest.mark.parametrize("jump", [MAX_AHEAD, 10 * MAX_AHEAD, -10 * MAX_AHEAD])
def test_a_jump_of_the_timestamps_begins_anew(jump):
    buffer = JitterBuffer()
    buffer.put(packet(0, start=1 << 20))
    buffer.put(packet(9, start=(1 << 20) + jump))

    assert play(buffer, 6) == [(None, DELAY), (9, FRAME)]


def test_another_source_begins_anew():
    buffer = JitterBuffer()
    buffer.put(packet(0))
    buffer.put(packet(7, ssrc=2))

    assert play(buffer, 6) == [(None, DELAY), (7, FRAME)]


def test_the_wrap_of_the_timestamps_is_no_jump():
    buffer = JitterBuffer()
    for number in range(6):
        buffer.put(packet(number, start=(1 << 32) - 3 * FRAME))

    assert play(buffer, 11) == [(None, DELAY), *((n, FRAME) for n in range(6))]


@given(
    st.lists(
        st.tuples(
            st.integers(0, (1 << 32) - 1), st.integers(1, 600), st.integers(0, 2)
        ),
        max_size=60,
    )
)
def test_any_stream_gives_what_was_asked_for(packets):
    """
    Never more, never less once it has begun, and never an endless loop.
    """
    buffer = JitterBuffer()
    for timestamp, length, ssrc in packets:
        buffer.put(RtpPacket(Law.MU, timestamp, ssrc, bytes(length)))
        assert sum(len(octets) for octets, _ in buffer.take(FRAME)) == FRAME
