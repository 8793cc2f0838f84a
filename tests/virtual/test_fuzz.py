"""
Hostile media: datagrams that are none, packets that lie, in every part of a call.

Nothing may crash, hang or grow, and no call may outlast its watchdog. Bounded to some
seconds each; ECOFAX_FUZZ_SECONDS makes it longer, ECOFAX_FUZZ_SEED makes others.
"""

import contextlib
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.impairments import draw_pages
from bench.network import audio_call, call_between
from ecofax_gateway.domain.errors import MalformedPacket
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.rtp import JitterBuffer, parse_rtp
from ecofax_gateway.engine.watchdog import PAGE_S
from ecofax_gateway.t38.udptl import HISTORY, REORDER_WINDOW, Udptl

SECONDS = float(os.environ.get("ECOFAX_FUZZ_SECONDS", "3"))
"""For each test of this file."""

SEED = int(os.environ.get("ECOFAX_FUZZ_SEED", "20261122"))

AT_LEAST = 6
"""Calls, however slow the machine is."""

LONGEST_S = 2 * PAGE_S + 300
"""Virtual seconds: two pages as slow as the watchdog lets them be."""

RSS_SLACK_MB = 24
"""The allocator's own; a leak of one call in ten would be more."""

INTERESTING = (0, 1, 0x7F, 0x80, 0xBF, 0xC0, 0xFF)

PHASES = ("", "CED", "DIS", "TCF", "CFR", "PPS-MPS", "PPS-EOP", "DCN")
"""What the caller has noted when the nonsense begins; "": nothing yet."""


def rounds() -> Iterator[random.Random]:
    """A seeded die for each round, until the time is up."""
    began, number = time.monotonic(), 0
    while number < AT_LEAST or time.monotonic() - began < SECONDS:
        yield random.Random(SEED + number)
        number += 1


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The same with some octets changed, lost, doubled, or cut off."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8))):
        if not changed:
            break
        at = dice.randrange(len(changed))
        match dice.randrange(6):
            case 0:
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                changed[at] = dice.choice(INTERESTING)
            case 2:
                del changed[at:]
            case 3:
                del changed[at : at + dice.randrange(1, 5)]
            case 4:
                changed[at:at] = dice.randbytes(dice.randrange(1, 9))
            case 5:
                changed += changed[at:]
    return bytes(changed[:1500])


def rss_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def flat_memory(warm_up):
    """Memory does not grow, once *warm_up* has filled caches and arenas."""
    warm_up()
    before = rss_mb()
    yield
    assert rss_mb() - before < RSS_SLACK_MB


@pytest.fixture(scope="module")
def sending(tmp_path_factory):
    return draw_pages(tmp_path_factory.mktemp("pages"))[0]


@pytest.fixture(scope="module")
def recorded(sending, tmp_path_factory):
    """The datagrams of a good call, by who sent them."""
    folder = tmp_path_factory.mktemp("recorded")
    datagrams = ([], [])
    call = call_between(sending, folder / "r.tif")
    call.network.taps.append(lambda side, data: datagrams[side].append(data))
    call.run()
    call.close()
    return datagrams


def test_udptl_takes_any_datagram(recorded):
    """
    It gives packets or `MalformedPacket`, and what it remembers is bounded.
    """
    good = [*recorded[0][::40], *recorded[1]]

    def one_round(dice):
        udptl = Udptl()
        for _ in range(2000):
            data = mutated(dice.choice(good), dice)
            with contextlib.suppress(MalformedPacket):
                udptl.receive_datagram(data)
            assert len(udptl._history) <= HISTORY
            assert len(udptl._held) <= REORDER_WINDOW + HISTORY
        udptl.release()

    with flat_memory(lambda: one_round(random.Random(SEED))):
        for dice in rounds():
            one_round(dice)


def nonsense(call, phase, good, dice):
    """Mutated datagrams for both sides once the caller is in *phase*."""
    heard = call.terminals[0].ladder
    call.run(
        until=lambda: (
            call.is_finished(0)
            or phase in ("", *(note.name for note in heard.journal().notes))
        )
    )
    for _ in range(dice.choice((1, 10, 100))):
        call.inject(dice.randrange(2), mutated(dice.choice(good), dice))
        if dice.random() < 0.3:
            call.tick()


def test_a_call_survives_nonsense_in_every_phase(sending, recorded, tmp_path, caplog):
    good = [*recorded[0][::40], *recorded[1]]
    endings = set()

    def one_call(dice, phase):
        call = call_between(sending, tmp_path / "r.tif", seed=dice.randrange(1 << 30))
        nonsense(call, phase, good, dice)
        call.run(limit_s=LONGEST_S)
        endings.add(call.terminals[0].result().ending)
        call.close()

    with flat_memory(lambda: [one_call(random.Random(n), "DIS") for n in range(3)]):
        for number, dice in enumerate(rounds()):
            one_call(dice, PHASES[number % len(PHASES)])

    assert "bug" not in caplog.text
    assert Ending.LOCAL_FAULT not in endings


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_a_far_end_that_lies_is_never_waited_for_in_vain(
    sending, tmp_path, caplog, share
):
    """
    Packets of the far end's machine, changed before they are sent: 5 of 100 calls hung
    libspandsp for ever.
    """

    def one_call(dice):
        def lie(ifp):
            return mutated(ifp, dice) if dice.random() < share else ifp

        call = call_between(sending, tmp_path / "r.tif", filters=(None, lie))
        call.run(limit_s=LONGEST_S)
        result = call.terminals[0].result()
        assert result.pages <= 2
        assert result.ending is not Ending.LOCAL_FAULT, result.detail
        call.close()

    with flat_memory(lambda: [one_call(random.Random(n)) for n in range(3)]):
        for dice in rounds():
            one_call(dice)

    assert "bug" not in caplog.text


def test_rtp_takes_any_datagram(sending, tmp_path, caplog):
    """
    Nonsense between the packets of a G.711 fax, and packets that are half true.
    """
    packet = bytes([0x80, 8]) + bytes(10) + b"\xd5" * 160

    def one_call(dice):
        call = audio_call(sending, tmp_path / "r.tif", seed=dice.randrange(1 << 30))
        call.run(until=lambda: call.now > dice.uniform(0, 30))
        for _ in range(300):
            call.inject(dice.randrange(2), mutated(packet, dice))
            if dice.random() < 0.5:
                call.tick()
        call.run(limit_s=LONGEST_S)
        assert call.terminals[0].result().ending is not Ending.LOCAL_FAULT
        call.close()

    def one_stream(dice):
        buffer, has_begun = JitterBuffer(), False
        for _ in range(2000):
            parsed = parse_rtp(mutated(packet, dice))
            if parsed is not None:
                buffer.put(parsed)
                has_begun = True
            if dice.random() < 0.5:
                taken = sum(len(octets) for octets, _ in buffer.take(160))
                assert taken == (160 if has_begun else 0)

    with flat_memory(lambda: one_call(random.Random(SEED))):
        for dice in rounds():
            one_stream(dice)
            one_call(dice)

    assert "bug" not in caplog.text
