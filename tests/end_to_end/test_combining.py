"""
Several faxes to one number in one call, where their line allows it.
"""

import hashlib

import pytest

from converters import fax_file
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.store import faxes, lines

from .conftest import LETTER, QUOTE, write_mail

NUMBER = "0972101010"
LINE = "0366720307"


@pytest.fixture
def together(gateway):
    """
    Start a gateway whose line combines and is paused: what is handed in meets there.
    """

    def start(far_end):
        house = gateway(far_end)
        assert house.command("line", "set", LINE, "--combine").returncode == 0
        pause(house, paused=True)
        return house

    return start


def pause(house, *, paused):
    db = house.store()
    assert db.sync_tx(lines.set_paused, "+33366720307", paused=paused)
    db.close()


def hand_in(house, *documents):
    """
    A mail to the number, its pages made; the order's reference and how many.
    """
    ref = house.hand_in(write_mail(attached=list(documents)), f"{NUMBER}@ecofax.fr")
    made = house.daemon.wait_for(rf"{ref}\] (\d) pages, 1 faxes")
    return ref, int(made[1])


def calls_of(house, *refs):
    db = house.store()
    try:
        return [db.sync_read(faxes.attempts, ref) for ref in refs]
    finally:
        db.close()


def as_sent(house, ref, path):
    """
    The pages of the last call of an order's fax, made again.
    """
    assert house.command("show", ref, "--pages", str(path)).returncode == 0
    return path.read_bytes()


def wait_until_told(house, kind, *refs):
    for ref in refs:
        house.daemon.wait_for(rf"{ref}\] reply posted: {kind}")


def test_three_mails_go_in_one_call(fax_machine, together, tmp_path):
    far_end = fax_machine()
    house = together(far_end)
    orders = [(QUOTE,), (LETTER,), (QUOTE, LETTER)]
    refs, pages = zip(*(hand_in(house, *each) for each in orders), strict=True)

    pause(house, paused=False)
    wait_until_told(house, "sent", *refs)

    assert far_end.calls() == 1
    [received] = far_end.received()
    assert received["pages"] == sum(pages)
    told = calls_of(house, *refs)
    assert [len(calls) for calls in told] == [1, 1, 1]
    assert [calls[0].pages_confirmed for calls in told] == list(pages)
    assert [calls[0].rode_with for calls in told] == [None, refs[0], refs[0]]
    made = [as_sent(house, ref, tmp_path / f"{ref}.tif") for ref in refs]
    in_one = fax_file.join(made)
    assert fax_file.same_pixels(in_one, far_end.folder / received["file"]) == []
    assert [hashlib.sha256(each).hexdigest() for each in made] == [
        calls[0].pages_sha256 for calls in told
    ]


def test_a_far_end_that_hangs_up_in_the_second_fax(fax_machine, together, tmp_path):
    """
    The first is sent, the second goes on at its page, the third goes whole: no page is
    printed twice that was confirmed.
    """
    far_end = fax_machine("--behave=hang-up:3*1")
    house = together(far_end)
    orders = [(QUOTE,), (QUOTE, LETTER), (LETTER,)]
    refs, pages = zip(*(hand_in(house, *each) for each in orders), strict=True)

    pause(house, paused=False)
    wait_until_told(house, "sent", *refs)

    assert pages == (1, 2, 1)
    assert far_end.calls() == 2
    first, second, third = calls_of(house, *refs)
    assert [(c.ending, c.first_page, c.pages_confirmed) for c in first] == [
        (Ending.DELIVERED, 1, 1)
    ]
    assert [(c.ending, c.first_page, c.pages_confirmed) for c in second] == [
        (Ending.CUT_OFF, 1, 1),
        (Ending.DELIVERED, 2, 1),
    ]
    assert [(c.ending, c.first_page, c.pages_confirmed) for c in third] == [
        (Ending.NOT_REACHED, 1, 0),
        (Ending.DELIVERED, 1, 1),
    ]
    assert [call.rode_with for call in (*second, *third)] == [
        refs[0],
        None,
        refs[0],
        refs[1],
    ]
    [received] = far_end.received()
    rest = [as_sent(house, ref, tmp_path / f"{ref}.tif") for ref in refs[1:]]
    in_one = fax_file.join(rest)
    assert fax_file.same_pixels(in_one, far_end.folder / received["file"]) == []


def test_killed_between_two_faxes_of_a_call(fax_machine, gateway):
    """
    SIGKILL while the second is on the line: the first is sent, the second is unknown,
    nothing is dialled again. At real pace, so that there is a between.
    """
    far_end = fax_machine(paced=True)
    house = gateway(far_end, paced=True)
    assert house.command("line", "set", LINE, "--combine").returncode == 0
    pause(house, paused=True)
    refs = [hand_in(house, each)[0] for each in (LETTER, QUOTE)]

    pause(house, paused=False)
    house.daemon.wait_for("page 1 confirmed", timeout=180)
    house.daemon.kill()
    house.start()
    wait_until_told(house, "sent", refs[0])
    wait_until_told(house, "unknown", refs[1])

    assert far_end.calls() == 1
    found = [house.fax(ref) for ref in refs]
    assert [each.state for each in found] == [FaxState.SENT, FaxState.UNKNOWN]
    assert [each.pages_confirmed for each in found] == [1, 0]
