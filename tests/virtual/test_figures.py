"""
The network's figures in a journal are what the network did.
"""

import pytest

from bench.impairments import draw_pages
from bench.network import Impairment, audio_call, both_ways, call_between
from bench.speech import speech
from ecofax_gateway.t38.udptl import Udptl


@pytest.fixture(scope="module")
def sending(tmp_path_factory):
    return draw_pages(tmp_path_factory.mktemp("pages"))[0]


def packets_after(call):
    call.run()
    packets = call.legs[0].packets()
    call.close()
    return packets


def test_a_good_network_loses_nothing(sending, tmp_path):
    packets = packets_after(call_between(sending, tmp_path / "r.tif"))

    assert packets.received > 100
    assert (packets.lost, packets.by_redundancy, packets.out_of_order) == (0, 0, 0)
    assert packets.jitter_ms < 25


def test_loss_on_the_way_to_us_is_counted_and_repaired(sending, tmp_path):
    good, bad = Impairment(), Impairment(loss=0.1)

    packets = packets_after(
        call_between(sending, tmp_path / "r.tif", impairments=(good, bad), seed=3)
    )

    assert packets.by_redundancy > 2
    assert packets.lost == 0


def test_without_redundancy_it_is_lost(sending, tmp_path):
    good, bad = Impairment(), Impairment(loss=0.03)

    packets = packets_after(
        call_between(
            sending,
            tmp_path / "r.tif",
            impairments=(good, bad),
            udptls=(None, Udptl(redundancy=0)),
            seed=3,
        )
    )

    assert packets.lost > 0
    assert packets.by_redundancy == 0


@pytest.mark.parametrize("jitter_s", [0.05, 0.1])
@pytest.mark.parametrize("kind", ["t38", "audio"])
def test_the_jitter_is_seen(sending, tmp_path, kind, jitter_s):
    how = both_ways(jitter_s=jitter_s)
    received = tmp_path / "r.tif"
    call = (
        audio_call(sending, received, how, seed=1)
        if kind == "audio"
        else call_between(sending, received, impairments=how, seed=1)
    )
    if kind == "audio":
        call.run(limit_s=200)
    else:
        call.run()
    seen = call.legs[0].packets().jitter_ms / 1000
    call.close()

    assert jitter_s * 0.6 < seen < jitter_s + 0.06


def test_duplicates_and_late_packets_are_counted(sending, tmp_path):
    packets = packets_after(
        call_between(
            sending,
            tmp_path / "r.tif",
            impairments=both_ways(duplicate=0.2, reorder=0.1),
            seed=1,
        )
    )

    assert packets.duplicate > 10
    assert packets.out_of_order > 3
    assert packets.lost == 0


@pytest.mark.parametrize(
    ("nsf", "country", "vendor"),
    [("b500aa", "United States", "HylaFAX"), ("00000e", "Japan", "Panasonic")],
)
def test_the_far_end_is_known_by_its_nsf(sending, tmp_path, nsf, country, vendor):
    call = call_between(sending, tmp_path / "r.tif")
    call.legs[1].close()
    far_end = Udptl()
    frames = (
        b"\xff\x03\x20" + bytes.fromhex(nsf) + bytes(6),
        b"\xff\x03\x40" + b"01 72 9 33+".ljust(20),
        bytes.fromhex("ff138004eef8c4809180808018"),
    )

    for packet in speech(*frames):
        call.inject(0, far_end.send(packet))
        call.tick()

    told = call.terminals[0].result().far_end
    call.close()
    assert (told.country, told.vendor) == (country, vendor)
    assert told.ident == "+33 9 27 10"
