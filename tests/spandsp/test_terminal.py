"""
Two terminals, back to back in virtual time: what is received is what was sent, and
what libspandsp 0.0.6 calls a success is not believed.
"""

import logging

import pytest
from PIL import Image

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.fax_machine.behaviour import Behaviour, Conduct
from ecofax_gateway.fax_machine.mischief import Mischief
from ecofax_gateway.spandsp._spandsp import ffi, lib
from ecofax_gateway.spandsp.job import (
    FaxMet,
    Finished,
    Options,
    PageDone,
    Receiving,
    Sending,
    SourceFile,
)
from ecofax_gateway.spandsp.terminal import MAX_PATH_BYTES, FaxTerminal
from ecofax_gateway.t38.ifp import is_image

from .conftest import draw_page, noise_page

BLOCK = 256 * 256
"""Octets in one block of error correction."""

UNPACED = {"paced": False}


@pytest.fixture
def terminals(tmp_path):
    """A caller and an answerer; closed at the end."""
    opened = []

    def make(job, *, max_dpi=391, caller=None, answerer=None):
        pair = (
            FaxTerminal(job, Options(**{"station_id": "+33 1", **(caller or {})})),
            FaxTerminal(
                Receiving(path=str(tmp_path / "received.tif"), max_dpi=max_dpi),
                Options(**{"station_id": "+33 9 72", **(answerer or {})}),
            ),
        )
        opened.extend(pair)
        return pair

    yield make
    for terminal in opened:
        terminal.close()


@pytest.fixture
def received(tmp_path):
    """The pages in the answerer's file."""

    def read():
        with Image.open(tmp_path / "received.tif") as image:
            pages = []
            for index in range(image.n_frames):
                image.seek(index)
                pages.append(image.convert("1").tobytes())
            return pages

    return read


def test_pages_arrive_at_the_speed_of_a_telephone_line(line, terminals, job, received):
    sending, images = job(2)
    caller, answerer = terminals(sending)
    call = line(caller, answerer)

    call.run()

    result = caller.result()
    assert (result.ending, result.pages) == (Ending.DELIVERED, 2)
    assert (result.bit_rate, result.ecm, result.vertical_dpi) == (14400, True, 196)
    assert result.remote_id == "+33 9 72"
    assert answerer.result().remote_id == "+33 1"
    assert received() == [image.tobytes() for image in images]
    assert 40 < call.seconds < 120
    assert [type(event) for event in call.events[0]] == [
        FaxMet,
        PageDone,
        PageDone,
        Finished,
    ]


@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
@pytest.mark.parametrize("version", [0, 3])
def test_pages_arrive_without_pacing_in_a_second(
    line, terminals, job, received, ecm, version
):
    sending, images = job(3)
    options = {"paced": False, "version": version}
    caller, answerer = terminals(
        sending, caller={**options, "ecm": ecm}, answerer=options
    )
    call = line(caller, answerer)

    call.run(limit_s=2)

    assert caller.result().ending is Ending.DELIVERED
    assert caller.result().ecm is ecm
    assert received() == [image.tobytes() for image in images]


@pytest.mark.parametrize(
    ("max_dpi", "expected"), [(391, 391), (196, 196), (98, 98)], ids=str
)
def test_the_dis_chooses_the_file(line, terminals, write_pages, max_dpi, expected):
    images = [draw_page(0)]
    files = tuple(write_pages(images, dpi=dpi) for dpi in (391, 196, 98))
    caller, answerer = terminals(Sending(files=files), max_dpi=max_dpi)

    line(caller, answerer).run()

    assert caller.result().ending is Ending.DELIVERED
    assert caller.result().vertical_dpi == expected
    assert answerer.result().vertical_dpi == expected


def test_no_file_for_the_far_end_is_incompatible(line, terminals, job):
    caller, answerer = terminals(job()[0], max_dpi=98)

    line(caller, answerer).run()

    assert caller.result().ending is Ending.INCOMPATIBLE
    assert caller.result().pages == 0


@pytest.mark.parametrize(
    ("max_bit_rate", "expected"),
    [(14400, 14400), (14399, 9600), (9600, 9600), (9599, 4800), (2400, 4800)],
)
def test_the_modem_keeps_to_the_bit_rate_of_the_sdp(
    line, terminals, job, max_bit_rate, expected
):
    """
    2400 needs no mask of its own: V.27ter begins at 4800 and the gateway trains down.
    """
    caller, answerer = terminals(
        job(rows=300)[0], caller={"max_bit_rate": max_bit_rate}
    )

    line(caller, answerer).run()

    assert caller.result().bit_rate == expected


def test_a_page_of_several_blocks_is_confirmed_once(
    line, terminals, write_pages, received
):
    image = noise_page(500_000)
    caller, answerer = terminals(
        Sending(files=(write_pages([image, draw_page(1)]),)),
        caller=UNPACED,
        answerer=UNPACED,
    )
    call = line(caller, answerer)

    call.run(limit_s=60)

    assert caller.result().ending is Ending.DELIVERED
    assert [e.pages for e in call.events[0] if isinstance(e, PageDone)] == [1, 2]
    assert received()[0] == image.tobytes()


@pytest.fixture
def page_of_length(line, terminals, write_pages):
    """Find a page that libspandsp codes in one of so many octets."""

    def coded_length(image):
        job = Sending(files=(write_pages([image], name="trial"),))
        caller, answerer = terminals(job, caller=UNPACED, answerer=UNPACED)
        line(caller, answerer).run(until=lambda: caller.result().fax_met)
        stats = ffi.new("t30_stats_t *")
        lib.t30_get_transfer_statistics(caller._t30, stats)
        return stats.image_size

    def find(wanted):
        low, high = 240_000, 250_000
        while low < high:
            middle = (low + high) // 2
            if coded_length(noise_page(middle)) < wanted[0]:
                low = middle + 1
            else:
                high = middle
        # One pixel more is some bits more, so one of the neighbours fits exactly.
        for pixels in range(low - 20, low + 20):
            image = noise_page(pixels)
            if coded_length(image) in wanted:
                return image
        raise AssertionError(f"no page of {wanted} octets")

    return find


def test_a_page_of_exactly_one_block_is_not_believed(
    line, terminals, write_pages, page_of_length
):
    """
    libspandsp ends it with PPS-NULL alone and says OK; the far end never sees its end.
    """
    source = write_pages([page_of_length([BLOCK])])
    caller, answerer = terminals(
        Sending(files=(source,)), caller=UNPACED, answerer=UNPACED
    )
    call = line(caller, answerer)

    call.run(until=lambda: call.is_finished(0))

    assert caller.result().pages == 0
    assert caller.result().ending is Ending.PROTOCOL_ERROR
    assert answerer.result().pages == 0


@pytest.mark.parametrize(
    "octets",
    [range(BLOCK - 4, BLOCK), range(BLOCK + 1, BLOCK + 5)],
    ids=["just-below", "just-above"],
)
def test_a_page_of_nearly_one_block_arrives(
    line, terminals, write_pages, received, page_of_length, octets
):
    image = page_of_length(octets)
    caller, answerer = terminals(
        Sending(files=(write_pages([image]),)), caller=UNPACED, answerer=UNPACED
    )

    line(caller, answerer).run()

    assert caller.result().ending is Ending.DELIVERED
    assert received() == [image.tobytes()]


def refusing(answerer, conduct, page):
    return Mischief(
        Behaviour(conduct, page),
        pages=lambda: answerer.pages,
        on_time=lambda: None,
        version=0,
    )


@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
def test_rtn_on_the_last_page_is_no_success(line, terminals, job, ecm):
    """
    libspandsp ends with completion code 0.
    """
    caller, answerer = terminals(job(2)[0], caller={"ecm": ecm})
    call = line(caller, answerer, to_caller=refusing(answerer, Conduct.RTN, 2))

    call.run(until=lambda: call.is_finished(0))

    assert (caller.result().ending, caller.result().pages) == (Ending.PAGE_REFUSED, 1)


def test_dcn_after_a_page_is_a_call_cut_off(line, terminals, job):
    caller, answerer = terminals(job(2)[0])
    call = line(caller, answerer, to_caller=refusing(answerer, Conduct.DCN, 1))

    call.run(until=lambda: call.is_finished(0))

    assert (caller.result().ending, caller.result().pages) == (Ending.CUT_OFF, 0)


def damage(path, strip, kind):
    with Image.open(path) as image:
        image.seek(1)
        start, length = image.tag_v2[273][strip], image.tag_v2[279][strip]
    data = bytearray(path.read_bytes())
    if kind == "cut-off":
        del data[start + length // 2 :]
    else:
        data[start + length // 2 : start + length] = kind * (length - length // 2)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "kind", ["cut-off", b"\0", b"\xa5"], ids=["cut-off", "zeros", "nonsense"]
)
@pytest.mark.parametrize("strip", [0, 2])
def test_a_damaged_page_is_never_called_delivered(
    line, terminals, write_pages, tmp_path, strip, kind
):
    images = [draw_page(number, rows=2000) for number in range(2)]
    source = write_pages(images, strip_bytes=216 * 500)
    path = tmp_path / "pages-196.tif"
    damage(path, strip, kind)
    caller, answerer = terminals(Sending(files=(source,)))
    call = line(caller, answerer)

    call.run(until=lambda: call.is_finished(0))

    assert caller.result().ending is Ending.LOCAL_FAULT
    assert caller.result().pages < 2


def test_fewer_pages_than_asked_for_is_no_success(line, terminals, write_pages):
    source = write_pages([draw_page(0)])
    longer = SourceFile(path=source.path, vertical_dpi=196, rows=(1100, 1100))
    caller, answerer = terminals(Sending(files=(longer,)))

    line(caller, answerer).run()

    assert caller.result().ending is Ending.PROTOCOL_ERROR


def test_nobody_there_is_no_fax(terminals, job):
    caller, _ = terminals(job()[0])
    seconds = 0.0
    while not caller.advance(160):
        caller.ifp_to_send()
        seconds += 0.02
        assert seconds < 90

    result = caller.result()
    assert (result.ending, result.fax_met) == (Ending.NOT_A_FAX, False)
    assert (result.bit_rate, result.vertical_dpi, result.remote_id) == (
        None,
        None,
        None,
    )


def test_a_far_end_that_falls_silent_is_stalled(line, terminals, job):
    caller, answerer = terminals(job(2)[0])
    call = line(caller, answerer)
    call.run(until=lambda: caller.pages == 1)

    while not caller.advance(160):
        caller.ifp_to_send()

    assert (caller.result().ending, caller.result().pages) == (Ending.STALLED, 1)


def test_a_call_that_is_cut_keeps_its_confirmed_pages(line, terminals, job, received):
    sending, images = job(3)
    caller, answerer = terminals(sending)
    call = line(caller, answerer)
    call.run(until=lambda: caller.pages == 2)

    caller.terminate()
    answerer.terminate()
    answerer.close()

    assert (caller.result().ending, caller.result().pages) == (Ending.CUT_OFF, 2)
    assert received()[:2] == [image.tobytes() for image in images[:2]]


def test_error_correction_repairs_lost_packets(line, terminals, job, received):
    sending, images = job()
    caller, answerer = terminals(sending)

    line(
        caller, answerer, is_lost=lambda ifp, number: is_image(ifp) and number % 29 == 0
    ).run()

    assert caller.result().ending is Ending.DELIVERED
    assert received() == [images[0].tobytes()]


@pytest.mark.parametrize(
    "ifp", [b"", b"\xff", b"\xc0", b"\xc0\x05\x80\xff\xff", b"\x06" * 500]
)
def test_nonsense_from_the_far_end_does_no_harm(line, terminals, job, ifp):
    caller, answerer = terminals(job(rows=300)[0])
    caller.receive_ifp(ifp, 0)
    call = line(caller, answerer)

    call.run()

    assert caller.result().ending is Ending.DELIVERED


def test_a_closed_terminal_keeps_its_result(line, terminals, job):
    caller, answerer = terminals(job(rows=300)[0])
    line(caller, answerer).run()
    before = caller.result()

    caller.close()
    caller.close()
    caller.receive_ifp(b"\x06", 1)
    caller.terminate()

    assert caller.advance(160)
    assert caller.result() == before


@pytest.mark.parametrize(
    ("length", "is_fine"), [(MAX_PATH_BYTES, True), (MAX_PATH_BYTES + 1, False)]
)
def test_a_path_that_would_be_cut_is_refused(length, is_fine):
    job = Receiving(path="/" + "x" * (length - 1))

    if is_fine:
        FaxTerminal(job, Options(station_id="")).close()
    else:
        with pytest.raises(ValueError, match="bytes"):
            FaxTerminal(job, Options(station_id=""))


def test_a_bug_in_a_callback_ends_the_call_and_is_logged(
    line, terminals, job, monkeypatch, caplog
):
    caller, answerer = terminals(job(rows=300)[0])

    def fail(fcf):
        raise RuntimeError("a bug")

    monkeypatch.setattr(caller, "on_phase_b", fail)
    line(caller, answerer).run()

    assert caller.result().ending is Ending.LOCAL_FAULT
    assert "a callback failed" in caplog.text


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_nothing_is_written_to_standard_error(
    line, terminals, job, tmp_path, capfd, caplog, level
):
    """
    libspandsp and libtiff do by default.
    """
    caplog.set_level(level)
    caller, answerer = terminals(job(2, rows=300)[0])
    (tmp_path / "pages-196.tif").write_bytes(b"II*\0\x08\0\0\0")

    line(caller, answerer).run()

    assert capfd.readouterr().err == ""
    assert ("libtiff" in caplog.text) is (level == logging.DEBUG)
