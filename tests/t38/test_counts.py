"""
What is counted of the network is what the network did.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.network import ParityUdptl
from ecofax_gateway.t38.ifp import signal_of
from ecofax_gateway.t38.pace import OCTET_S, Pace
from ecofax_gateway.t38.udptl import Udptl

IFP = b"\xc0\x01\x80\x00\x00"


def datagrams(number, sender=None):
    sender = sender or Udptl(redundancy=2)
    return [sender.send(IFP + bytes([n & 0xFF])) for n in range(number)]


def counted(arriving):
    receiver = Udptl()
    for datagram in arriving:
        receiver.receive_datagram(datagram)
    receiver.release()
    return receiver.counts


def test_a_good_network_has_nothing_to_tell():
    counts = counted(datagrams(200))

    assert counts.received == 200
    assert (counts.lost, counts.by_redundancy, counts.by_parity) == (0, 0, 0)
    assert (counts.out_of_order, counts.duplicate) == (0, 0)


@pytest.mark.parametrize(
    ("burst", "repaired", "lost"), [(1, 1, 0), (2, 2, 0), (3, 2, 1), (10, 2, 8)]
)
def test_a_burst_is_repaired_as_far_as_it_was_repeated(burst, repaired, lost):
    sent = datagrams(40)

    counts = counted(sent[:10] + sent[10 + burst :])

    assert (counts.by_redundancy, counts.lost) == (repaired, lost)
    assert counts.received == 40 - burst


def test_a_repair_by_parity_is_told_as_such():
    sent = datagrams(40, ParityUdptl(span=3, entries=3))

    counts = counted(sent[:20] + sent[21:])

    assert (counts.by_parity, counts.by_redundancy, counts.lost) == (1, 0, 0)


def test_what_comes_late_was_not_lost():
    sent = datagrams(20)
    sent[10], sent[11] = sent[11], sent[10]

    counts = counted(sent)

    assert (counts.out_of_order, counts.by_redundancy, counts.lost) == (1, 0, 0)


def test_what_comes_again_is_a_duplicate():
    sent = datagrams(20)

    counts = counted([*sent, *sent[15:], sent[19], sent[19]])

    assert (counts.duplicate, counts.out_of_order, counts.lost) == (7, 0, 0)


@given(st.sets(st.integers(1, 98), max_size=60))
def test_every_packet_is_told_once(missing):
    """
    Came, repaired or lost: together as many as were sent.
    """
    sent = datagrams(100)

    counts = counted(d for n, d in enumerate(sent) if n not in missing)

    assert counts.received == 100 - len(missing)
    assert counts.by_redundancy + counts.lost == len(missing)


@given(st.lists(st.integers(0, 299), max_size=300))
def test_counts_are_never_negative(order):
    sent = datagrams(300)

    counts = counted(sent[n] for n in order)

    for name in counts.__slots__:
        assert getattr(counts, name) >= 0, name


def control(number, *, sequence=0):
    """The datagrams of one frame of so many octets, its end last."""
    sender = Udptl(redundancy=2)
    for _ in range(sequence):
        sender.send(b"")
    frame = [sender.send(IFP + bytes([n])) for n in range(number)]
    return [*frame, sender.send(b"\xc0\x01\x20")]


def pace_of(arrivals):
    pace = Pace()
    for at, datagram in arrivals:
        pace.datagram(at, datagram)
    return pace.worst_s


@pytest.mark.parametrize("sequence", [0, 65_510])
def test_an_even_pace_has_no_jitter(sequence):
    frame = control(50, sequence=sequence)

    assert pace_of((n * OCTET_S, d) for n, d in enumerate(frame)) < 1e-9


def test_the_spread_of_a_frames_packets_is_its_jitter():
    """
    Late by 70 ms, so that others overtake it, and one too soon by 10.
    """
    times = {n: n * OCTET_S for n in range(21)}
    times[5] += 0.07
    times[9] -= 0.01
    frame = control(20)

    arrivals = sorted((at, frame[n]) for n, at in times.items())

    assert pace_of(arrivals) == pytest.approx(0.08)


def test_repeated_packets_and_pauses_between_frames_are_no_jitter():
    first, second = control(10), control(10, sequence=11)
    arrivals = [(n * OCTET_S, d) for n, d in enumerate(first)]
    arrivals += [(3.0, first[-1]), (3.1, first[4])]
    arrivals += [(7 + n * OCTET_S, d) for n, d in enumerate(second)]
    arrivals += [(20, second[2]), (30, b""), (30, b"\0\0\0")]

    assert pace_of(arrivals) < 1e-9


@given(st.lists(st.tuples(st.floats(0, 100), st.binary(max_size=20))))
def test_the_pace_of_anything_is_finite(arrivals):
    assert 0 <= pace_of(arrivals) < 2000


@pytest.mark.parametrize(
    ("ifp", "signal"),
    [
        (b"\x00", ""),
        (b"\x02", "CNG"),
        (b"\x04", "CED"),
        (b"\x06", "V.21"),
        (b"\x1e", "V.17 14400"),
        (IFP + b"x", None),
        (b"\x20", None),
        (b"", None),
    ],
)
def test_indicators_have_names(ifp, signal):
    assert signal_of(ifp) == signal
