"""
The known faults of libspandsp 0.0.6, each met in a whole call: what we say is true.

Damaged files, RTN after the last page and the page of one block alone have theirs in
`tests/spandsp/test_terminal.py` too, without a network.
"""

import asyncio
import gc
import logging

import numpy
import pytest
from PIL import Image

from bench.impairments import draw_pages
from bench.network import call_between
from bench.speech import SILENCE, V21_PREAMBLE, SaysInstead, speech
from ecofax_gateway.domain.mode import mode_after
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.engine.leg import FaxLeg
from ecofax_gateway.engine.transport import open_udp
from ecofax_gateway.engine.verdict import verdict
from ecofax_gateway.engine.watchdog import SILENCE_S
from ecofax_gateway.spandsp import queue
from ecofax_gateway.spandsp._spandsp import ffi, lib
from ecofax_gateway.spandsp.job import Options, Sending, SourceFile
from ecofax_gateway.spandsp.terminal import FaxTerminal
from ecofax_gateway.t38.offer import T38Media
from ecofax_gateway.t38.udptl import Udptl

BLOCK = 256 * 256
"""Octets in one block of error correction."""

ADDRESS = b"\xff\x03"
MCF, RTN, CSI, DIS, DCN = 0x8C, 0x4C, 0x40, 0x80, 0xFA


@pytest.fixture
def sending(tmp_path):
    return draw_pages(tmp_path)[0]


@pytest.fixture
def calls():
    """Calls that are closed at the end."""
    opened = []
    yield opened.append
    for call in opened:
        call.close()


def outcome_of(call):
    """What the engine would tell of the call so far."""
    leg = call.legs[0]
    return verdict(
        Outcome(ending=Ending.PROTOCOL_ERROR, answered=True),
        leg.terminal.result(),
        fault=leg.fault,
        cancelled=False,
    )


def frames_heard(call):
    return [note.name for note in call.terminals[0].ladder.journal().notes]


class Parrot:
    """Takes the far end's place and says what it is told, in its sequence."""

    def __init__(self, call):
        self._call = call
        self._udptl = Udptl()
        call.legs[1].close()
        for _ in range(2000):
            self._udptl.send(b"")

    def say(self, packets):
        for packet in packets:
            self._call.inject(0, self._udptl.send(packet))
            self._call.tick()


def until_heard(call, name):
    call.run(until=lambda: name in frames_heard(call))


@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
def test_rtn_after_the_last_page_is_a_page_refused(sending, tmp_path, calls, ecm):
    """
    libspandsp ends with completion code 0 and no error.
    """
    refusing = SaysInstead(MCF, RTN, when=lambda: call.terminals[1].pages == 2)
    call = call_between(sending, tmp_path / "r.tif", ecm=ecm, filters=(None, refusing))
    calls(call)

    call.run()

    outcome = outcome_of(call)
    assert (outcome.ending, outcome.pages_confirmed) == (Ending.PAGE_REFUSED, 1)


def noise(pixels, folder):
    """A page whose coded length grows with *pixels*, as a job."""
    values = numpy.ones(1728 * 1100, dtype=bool)
    values[:pixels] = numpy.random.default_rng(7).random(pixels) < 0.5
    image = Image.fromarray(values.reshape(1100, 1728))
    path = folder / f"noise-{pixels}.tif"
    image.save(path, compression="group4", dpi=(204, 196))
    source = SourceFile(path=str(path), vertical_dpi=196, rows=(1100,))
    return Sending(files=(source,)), image


def unpaced(sending, received):
    call = call_between(sending, received)
    for terminal in call.terminals:
        lib.t38_terminal_set_config(terminal._state, lib.T38_TERMINAL_OPTION_NO_PACING)
    return call


def coded_length(pixels, folder):
    call = unpaced(noise(pixels, folder)[0], folder / "trial.tif")
    until_heard(call, "DCS")
    stats = ffi.new("t30_stats_t *")
    lib.t30_get_transfer_statistics(call.terminals[0]._t30, stats)
    call.close()
    return stats.image_size


@pytest.fixture(scope="module")
def page_of_one_block(tmp_path_factory):
    """A page that libspandsp codes as MMR in exactly one block."""
    folder = tmp_path_factory.mktemp("block")
    low, high = 240_000, 250_000
    while low < high:
        middle = (low + high) // 2
        if coded_length(middle, folder) < BLOCK:
            low = middle + 1
        else:
            high = middle
    for pixels in range(low - 20, low + 20):
        if coded_length(pixels, folder) == BLOCK:
            return noise(pixels, folder)
    raise AssertionError("no page of exactly one block")


def test_a_page_of_exactly_one_block_is_never_told_as_confirmed(
    page_of_one_block, tmp_path, calls
):
    call = call_between(page_of_one_block[0], tmp_path / "r.tif")
    calls(call)

    call.run()

    outcome = outcome_of(call)
    assert "PPS-NULL" in frames_heard(call)
    assert not [name for name in frames_heard(call) if name == "PPS-EOP"]
    assert (outcome.ending, outcome.pages_confirmed) == (Ending.PROTOCOL_ERROR, 0)
    assert outcome.fax_met


@pytest.mark.parametrize("forgives", [False, True], ids=["strict", "forgiving"])
@pytest.mark.parametrize(
    ("before", "confirmed"), [(0, 0), (1, 1)], ids=["first-page", "second-page"]
)
def test_no_page_is_counted_after_one_that_was_passed_over(
    page_of_one_block, tmp_path, calls, forgives, before, confirmed
):
    """
    libspandsp goes on with the next page as if nothing were. A far end that confirms
    that one confirms no page that we may call the lost one: the retry begins with it.
    """
    _, block = page_of_one_block
    _, other = noise(1000, tmp_path)
    images = [*[other] * before, block, other]
    path = tmp_path / "pages.tif"
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        compression="group4",
        dpi=(204, 196),
    )
    source = SourceFile(path=str(path), vertical_dpi=196, rows=(1100,) * len(images))
    forgiving = SaysInstead(DCN, MCF, when=lambda: forgives)
    call = call_between(
        Sending(files=(source,)), tmp_path / "r.tif", filters=(None, forgiving)
    )
    calls(call)

    call.run()

    outcome = outcome_of(call)
    assert outcome.ending is Ending.PROTOCOL_ERROR
    assert "passed over" in outcome.detail
    assert outcome.pages_confirmed == confirmed
    assert call.terminals[1].pages == confirmed


@pytest.mark.parametrize("how", ["a-dot-more", "the-next-mode"])
def test_a_page_of_exactly_one_block_is_resent_by_the_retry(
    page_of_one_block, tmp_path, calls, how
):
    """
    The next attempt's page has a dot more, and the next mode has no such blocks.
    """
    sending, image = page_of_one_block
    mode = mode_after([])
    if how == "a-dot-more":
        image = image.copy()
        image.putpixel((1700, 1099), 0)
        path = tmp_path / "again.tif"
        image.save(path, compression="group4", dpi=(204, 196))
        source = SourceFile(path=str(path), vertical_dpi=196, rows=(1100,))
        sending = Sending(files=(source,))
    else:
        mode = mode_after([(Ending.PROTOCOL_ERROR, True)])
        assert not mode.ecm
    received = tmp_path / "received.tif"
    call = call_between(sending, received, ecm=mode.ecm)
    calls(call)

    call.run()
    call.afterglow()
    call.close()

    assert outcome_of(call).ending is Ending.DELIVERED
    with Image.open(received) as arrived:
        assert arrived.convert("1").tobytes() == image.tobytes()


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([(CSI, b"7" * 20)], id="csi-alone"),
        pytest.param([(CSI, b"7" * 20), (DIS, None)], id="csi-and-damaged-dis"),
    ],
)
def test_where_libspandsp_waits_for_ever_the_watchdog_ends_it(
    sending, tmp_path, calls, frames
):
    """
    After the training check, a CSI stops every timer of libspandsp's.
    """
    call = call_between(sending, tmp_path / "r.tif")
    calls(call)
    until_heard(call, "TCF")
    parrot = Parrot(call)
    call.run(until=lambda: call.now > 13)
    spoken = [bytes([*ADDRESS, fcf]) + (field or b"") for fcf, field in frames]
    parrot.say(speech(*spoken[:1]))
    if len(spoken) > 1:
        parrot.say(speech(*spoken[1:], is_good=False))
    began = call.now

    call.run(limit_s=began + SILENCE_S + 5)

    outcome = outcome_of(call)
    assert outcome.ending is Ending.STALLED
    assert outcome.detail.startswith("watchdog")
    assert outcome.pages_confirmed == 0
    assert frames_heard(call)[-1] == "watchdog"
    assert "CSI" in frames_heard(call)[-3:]


def test_a_preamble_and_then_nothing_is_a_stalled_call(sending, tmp_path, calls):
    """
    libspandsp gives up at once, without the retries of T.30; the journal shows why.
    """
    call = call_between(sending, tmp_path / "r.tif")
    calls(call)
    until_heard(call, "TCF")
    parrot = Parrot(call)
    call.run(until=lambda: call.now > 13)

    parrot.say([V21_PREAMBLE])
    call.run(limit_s=call.now + 30)

    outcome = outcome_of(call)
    assert (outcome.ending, outcome.pages_confirmed) == (Ending.STALLED, 0)
    assert "HDLC carrier" in outcome.detail
    assert frames_heard(call)[-1] == "V.21"


def test_a_dcn_instead_of_an_answer_is_a_call_cut_off(sending, tmp_path, calls):
    call = call_between(sending, tmp_path / "r.tif")
    calls(call)
    until_heard(call, "PPS-MPS")
    parrot = Parrot(call)

    parrot.say([*speech(bytes([*ADDRESS, DCN])), SILENCE])
    call.run(limit_s=call.now + 30)

    outcome = outcome_of(call)
    assert (outcome.ending, outcome.pages_confirmed) == (Ending.CUT_OFF, 0)


@pytest.mark.parametrize("paced", [True, False])
def test_the_options_that_hang_are_never_set(sending, paced):
    """
    REGULAR_INDICATORS on a sender waits for ever, 2S_REPEATING ends in error 13: both
    are not even declared, so that nobody can set them.
    """
    options = [name for name in dir(lib) if name.startswith("T38_TERMINAL_OPTION")]

    assert options == ["T38_TERMINAL_OPTION_NO_PACING"]
    assert lib.T38_TERMINAL_OPTION_NO_PACING == 1


def test_the_tag_of_a_log_line_outlives_who_gave_it(sending, tmp_path, caplog):
    """
    libspandsp keeps the pointer only.
    """
    caplog.set_level(logging.DEBUG)
    terminals = []
    for number in range(20):
        tag = "".join(("tag-", str(number), "-of-a-call"))
        terminals.append(FaxTerminal(sending, Options(station_id="", tag=tag)))
        del tag
    gc.collect()
    for _ in range(50):
        for terminal in terminals:
            terminal.advance(160)
    for terminal in terminals:
        terminal.close()

    tags = [f"tag-{number}-of-a-call" for number in range(20)]
    lines = [r.getMessage() for r in caplog.records if r.name.endswith("spandsp.log")]
    assert len(lines) > 20
    assert all(any(tag in line for tag in tags) for line in lines), lines[:3]
    assert all(any(tag in line for line in lines) for tag in tags)


def test_a_terminal_that_runs_away_is_ended(sending, tmp_path, monkeypatch, calls):
    """
    A packet handler that answers with an error ends the call, and it is not a success.
    """
    monkeypatch.setattr(queue, "MAX_WAITING_PACKETS", 50)
    call = call_between(sending, tmp_path / "r.tif")
    calls(call)
    until_heard(call, "CFR")
    caller = call.terminals[0]

    while not caller.is_over:
        caller.advance(160)

    outcome = outcome_of(call)
    assert outcome.ending is not Ending.DELIVERED
    assert outcome.pages_confirmed == 0


def test_a_far_end_that_is_not_ready_for_long_is_told_so(sending, tmp_path, calls):
    """
    RNR twenty times is patience, and no success before the page is confirmed.
    """
    call = call_between(sending, tmp_path / "r.tif")
    lib.t30_set_receiver_not_ready(call.terminals[1]._t30, 20)
    calls(call)

    call.run()

    told = call.terminals[0].ladder.journal()
    assert outcome_of(call).ending is Ending.DELIVERED
    assert [note.name for note in told.notes].count("RNR") == 20


async def test_a_port_that_is_closed_does_not_end_the_leg(sending, caplog):
    """
    The ICMP error of one datagram comes late and says nothing about the next.
    """
    gone = await open_udp("127.0.0.1", 0, lambda data, source: None)
    address = gone.address
    gone.close()
    port = await open_udp("127.0.0.1", 0, lambda data, source: None)
    over = []
    leg = FaxLeg(
        FaxTerminal(sending, Options(station_id="")),
        port,
        T38Media(address=address),
        trusted_hosts=frozenset(),
        on_event=over.append,
    )

    for _ in range(200):
        leg.tick()
        await asyncio.sleep(0)
    sent = leg.packets().sent
    leg.close()

    assert over == []
    assert sent
    assert "bug" not in caplog.text
