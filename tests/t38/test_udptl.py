"""
UDPTL against loss, disorder, wrap, and whatever else arrives.
"""

import contextlib
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedPacket
from ecofax_gateway.t38.udptl import MAX_JUMP, REORDER_WINDOW, Udptl

ifp_packets = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=60)


def through(datagrams, receiver):
    """What *receiver* makes of the datagrams, the end of the stream included."""
    packets = []
    for datagram in datagrams:
        packets += receiver.receive_datagram(datagram)
    return [ifp for _, ifp in packets + receiver.release()]


def roomy(**values):
    return Udptl(max_datagram=10_000, **values)


@given(ifp_packets)
def test_what_is_sent_arrives(ifps):
    sender = roomy()

    assert through([sender.send(ifp) for ifp in ifps], roomy()) == ifps


@given(ifp_packets, st.integers(0, 3), st.data())
def test_a_burst_up_to_the_redundancy_is_repaired(ifps, redundancy, data):
    sender = roomy(redundancy=redundancy)
    datagrams = [sender.send(ifp) for ifp in ifps]
    first = data.draw(st.integers(0, len(datagrams) - 1))
    burst = data.draw(st.integers(0, min(redundancy, len(datagrams) - 1 - first)))

    survivors = datagrams[:first] + datagrams[first + burst :]

    assert through(survivors, roomy()) == ifps


@given(ifp_packets, st.data())
def test_duplicates_and_neighbours_in_disorder_change_nothing(ifps, data):
    sender = roomy(redundancy=0)
    datagrams = [sender.send(ifp) for ifp in ifps]
    # The first sets where the stream begins; from then on neighbours may swap.
    shuffled = datagrams[:1]
    for at in range(1, len(datagrams), 2):
        pair = datagrams[at : at + 2]
        shuffled += data.draw(st.permutations(pair)) + data.draw(
            st.lists(st.sampled_from(pair), max_size=2)
        )

    assert through(shuffled, roomy()) == ifps


@given(ifp_packets, st.data())
def test_any_loss_leaves_the_rest_in_order_and_once(ifps, data):
    """
    Each packet carries its index, so order and repeats show.
    """
    marked = [index.to_bytes(2) + ifp for index, ifp in enumerate(ifps)]
    sender = roomy()
    datagrams = [sender.send(ifp) for ifp in marked]
    kept = data.draw(st.lists(st.booleans(), min_size=len(ifps), max_size=len(ifps)))

    arrived = through([d for d, k in zip(datagrams, kept, strict=True) if k], roomy())

    indices = [int.from_bytes(ifp[:2]) for ifp in arrived]
    assert indices == sorted(set(indices))
    assert arrived == [marked[index] for index in indices]
    assert set(indices) >= {index for index, is_kept in enumerate(kept) if is_kept}


@given(st.binary(max_size=80), ifp_packets)
def test_any_bytes_are_packets_or_malformed(data, ifps):
    receiver, sender = roomy(), roomy()
    for ifp in ifps[:5]:
        receiver.receive_datagram(sender.send(ifp))

    with contextlib.suppress(MalformedPacket):
        receiver.receive_datagram(data)
    receiver.release()


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_datagram_with_octets_changed_does_no_harm(ifp, data):
    sender, receiver = roomy(), roomy()
    for _ in range(3):
        receiver.receive_datagram(sender.send(ifp))
    datagram = bytearray(sender.send(ifp))
    at = data.draw(st.integers(0, len(datagram) - 1))
    datagram[at] = data.draw(st.integers(0, 255))

    with contextlib.suppress(MalformedPacket):
        receiver.receive_datagram(bytes(datagram))


def test_the_first_datagram_on_the_wire_is_the_standards():
    """
    ITU-T T.38 (09/2010) §9.1: number, packet, then redundancy, newest first.
    """
    sender = Udptl()

    first, second, third = (sender.send(ifp) for ifp in (b"\x06", b"\xc0\x01", b"\x00"))

    assert first.hex() == "000001060000"
    assert second.hex() == "000102c00100010106"
    assert third.hex() == "00020100000202c0010106"


@pytest.mark.parametrize("length", [127, 128, 300])
def test_lengths_of_one_and_of_two_octets(length):
    """
    ITU-T X.691 §10.9
    """
    ifp = bytes(range(256)) * 2
    datagram = roomy(redundancy=0).send(ifp[:length])

    assert through([datagram], roomy()) == [ifp[:length]]


@pytest.mark.parametrize("max_datagram", [20, 72, 100, 200])
def test_what_is_repeated_fits_the_peers_datagram(max_datagram):
    sender = Udptl(max_datagram=max_datagram)
    lengths = [len(sender.send(bytes(30))) for _ in range(6)]

    assert max(lengths) <= max(max_datagram, 30 + 5)
    assert lengths[-1] == 36 + min(3, max(0, (max_datagram - 35) // 31)) * 31 - 1


def test_the_large_packets_of_a_page_without_pacing_are_repeated_too():
    """
    540 octets of IFP are 300 ms at 14 400 bit/s.
    """
    ifps = [bytes([number]) * 545 for number in range(6)]
    sender, receiver = roomy(), roomy()
    sent = [sender.send(ifp) for ifp in ifps]

    received = [receiver.receive_datagram(sent[number]) for number in (0, 4, 5)]

    assert [ifp for packets in received for _, ifp in packets] == ifps


def test_a_packet_too_long_to_repeat_travels_alone():
    sender, receiver = roomy(), roomy()
    ifps = [b"a" * 5000, b"b"]

    sent = [sender.send(ifp) for ifp in ifps]

    assert [len(datagram) for datagram in sent] == [5006, 6]
    assert [receiver.receive_datagram(d)[0][1] for d in sent] == ifps


def test_numbers_wrap_around():
    sender = roomy(redundancy=2)
    receiver = roomy()
    ifps = [index.to_bytes(3) for index in range(0x10000 + 50)]
    datagrams = [sender.send(ifp) for ifp in ifps]
    del datagrams[0xFFFF:0x10001]

    assert through(datagrams, receiver) == ifps


def test_a_packet_behind_a_gap_waits_for_some_others_only():
    sender, receiver = roomy(redundancy=0), roomy()
    datagrams = [sender.send(bytes([index])) for index in range(10)]
    receiver.receive_datagram(datagrams[0])

    waiting = [receiver.receive_datagram(d) for d in datagrams[2 : 2 + REORDER_WINDOW]]
    given_up = receiver.receive_datagram(datagrams[2 + REORDER_WINDOW])

    assert waiting == [[]] * REORDER_WINDOW
    assert [number for number, _ in given_up] == list(range(2, 3 + REORDER_WINDOW))


def test_a_stray_number_is_refused_but_a_new_beginning_is_followed():
    sender, receiver = roomy(redundancy=0), roomy()
    receiver.receive_datagram(sender.send(b"a"))
    far = [(MAX_JUMP + 5000 + n).to_bytes(2) + b"\x01x\x00\x00" for n in range(3)]

    with pytest.raises(MalformedPacket):
        receiver.receive_datagram(far[0])
    back = receiver.receive_datagram(sender.send(b"b"))
    with pytest.raises(MalformedPacket):
        receiver.receive_datagram(far[0])
    anew = receiver.receive_datagram(far[1])

    assert back == [(1, b"b")]
    assert [ifp for _, ifp in anew] == [b"x"]


def test_an_empty_packet_takes_its_number_and_is_not_handed_on():
    receiver = roomy()

    packets = receiver.receive_datagram(bytes.fromhex("0000000000"))
    packets += receiver.receive_datagram(bytes.fromhex("000101060000"))

    assert packets == [(1, b"\x06")]


def parity_datagram(number, ifps, span, entries):
    """A datagram with FEC over the packets before *number*, as the standard lays it."""
    groups = []
    for entry in range(entries):
        first = number - span * entries + entry
        group = [ifps[at] for at in range(first, number, entries)]
        width = max(len(ifp) for ifp in group)
        padded = [ifp.ljust(width, b"\0") for ifp in group]
        xored = reduce(
            lambda a, b: bytes(x ^ y for x, y in zip(a, b, strict=True)), padded
        )
        groups.append(bytes([width]) + xored)
    head = number.to_bytes(2) + bytes([len(ifps[number])]) + ifps[number]
    return head + bytes([0x80, 1, span, entries]) + b"".join(groups)


@pytest.mark.parametrize("lost", [6, 7, 8])
def test_parity_rebuilds_a_packet_to_its_own_length(lost):
    """
    The rebuilt one is as long as the longest of its group, and must be cut.
    """
    # Data packets of V.21, one HDLC field each, of different lengths.
    ifps = [
        bytes([0xC0, 1, 0x80, 0, length - 1]) + bytes(range(1, length + 1))
        for length in (4, 9, 2, 7, 3, 8, 5, 6, 1, 4)
    ]
    plain = roomy(redundancy=0)
    datagrams = [plain.send(ifp) for ifp in ifps[:9]]
    datagrams.append(parity_datagram(9, ifps, span=3, entries=3))
    del datagrams[lost]

    assert through(datagrams, roomy()) == ifps


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="empty"),
        pytest.param("00", id="half-a-number"),
        pytest.param("0000", id="no-packet"),
        pytest.param("000005aa", id="packet-cut-off"),
        pytest.param("0000c1aa", id="fragmented"),
        pytest.param("00000106", id="no-recovery"),
        pytest.param("000001060005", id="secondaries-missing"),
        pytest.param("0000010680020001", id="two-octet-span"),
        pytest.param("000001068001000100", id="span-zero"),
        pytest.param("000001068001ff02010001 00".replace(" ", ""), id="span-absurd"),
    ],
)
def test_what_is_no_udptl_is_malformed(data):
    with pytest.raises(MalformedPacket):
        Udptl().receive_datagram(bytes.fromhex(data))
