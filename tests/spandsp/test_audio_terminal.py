"""
Two modem terminals, back to back in virtual time: G.711 carries pages as T.38 does.
"""

import pytest
from PIL import Image

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.spandsp.audio import AudioTerminal, Law
from ecofax_gateway.spandsp.job import FaxMet, Finished, Options, PageDone, Receiving

FRAME = 160
LIMIT_FRAMES = 300 * 50


@pytest.fixture
def modems(tmp_path):
    """A caller and an answerer; closed at the end."""
    opened = []

    def make(job, *, law=Law.A, caller=None, answerer=None):
        pair = (
            AudioTerminal(job, Options(station_id="+33 1", **(caller or {})), law=law),
            AudioTerminal(
                Receiving(path=str(tmp_path / "received.tif")),
                Options(station_id="+33 9", **(answerer or {})),
                law=law,
            ),
        )
        opened.extend(pair)
        return pair

    yield make
    for terminal in opened:
        terminal.close()


def talk(caller, answerer, *, law=Law.A, lost=lambda frame: False):
    """Exchange frames until the caller is finished; its events and the frames spent."""
    events = []
    for frame in range(LIMIT_FRAMES):
        said, heard = caller.advance(FRAME), answerer.advance(FRAME)
        assert len(said) == len(heard) == FRAME
        if lost(frame):
            caller.miss(FRAME)
            answerer.miss(FRAME)
        else:
            caller.receive(heard, law)
            answerer.receive(said, law)
        events += caller.events()
        if Finished() in events:
            return events, frame
    raise AssertionError("not over in time")


@pytest.mark.parametrize("law", list(Law), ids=["mu-law", "a-law"])
@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
def test_pages_arrive_as_modem_tones(modems, job, tmp_path, law, ecm):
    sending, images = job(2, rows=500)
    caller, answerer = modems(sending, law=law, caller={"ecm": ecm})

    events, _ = talk(caller, answerer, law=law)

    result = caller.result()
    assert (result.ending, result.pages) == (Ending.DELIVERED, 2)
    assert (result.bit_rate, result.ecm) == (14400, ecm)
    assert (result.remote_id, result.vertical_dpi) == ("+33 9", 196)
    assert [type(event) for event in events] == [FaxMet, PageDone, PageDone, Finished]
    with Image.open(tmp_path / "received.tif") as arrived:
        for index, image in enumerate(images):
            arrived.seek(index)
            assert arrived.convert("1").tobytes() == image.tobytes()


def test_a_lost_frame_costs_time_but_no_page(modems, job):
    sending, _ = job(1, rows=500)
    caller, answerer = modems(sending)

    talk(caller, answerer, lost=lambda frame: frame == 800)

    assert caller.result().ending is Ending.DELIVERED


def test_nobody_answers_in_tones(modems, job):
    """
    Silence: the caller gives up by itself, and did not meet a fax machine.
    """
    caller, _ = modems(job()[0])
    frames = 0
    while Finished() not in caller.events():
        caller.advance(FRAME)
        caller.receive(b"\xd5" * FRAME, Law.A)
        frames += 1
        assert frames < LIMIT_FRAMES

    assert caller.result().ending is Ending.NOT_A_FAX
    assert not caller.result().fax_met


def test_a_far_end_that_hangs_up_in_a_page_has_not_confirmed_it(modems, job):
    sending, _ = job(1)
    caller, answerer = modems(sending)
    for _ in range(15 * 50):
        said, heard = caller.advance(FRAME), answerer.advance(FRAME)
        caller.receive(heard, Law.A)
        answerer.receive(said, Law.A)
    assert caller.in_page

    caller.terminate()

    assert caller.result().ending is Ending.CUT_OFF
    assert caller.result().pages == 0


def test_a_closed_terminal_is_silent_and_keeps_its_result(modems, job):
    caller, _ = modems(job()[0])
    caller.close()
    caller.receive(b"\xd5" * FRAME, Law.A)
    caller.miss(FRAME)

    assert caller.advance(FRAME) == b"\xd5" * FRAME
    assert caller.result().ending is Ending.CUT_OFF
