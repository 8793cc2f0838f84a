"""
The coding with the least octets among those that the far end has.
"""

from dataclasses import replace

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.spandsp._spandsp import ffi, lib
from ecofax_gateway.spandsp.coding import Coding, plan
from ecofax_gateway.spandsp.frame import Capabilities
from ecofax_gateway.spandsp.job import Options, Receiving, Sending, SourceFile
from ecofax_gateway.spandsp.terminal import FaxTerminal

from .conftest import draw_page

TEXT, PHOTO = (300, 200, 100), (100, 150, 200)


def capabilities(*, ecm=True, t6=True, mr=True, dpi=(98, 196)):
    return Capabilities(vertical_dpi=frozenset(dpi), ecm=ecm, t6=t6, two_dimensional=mr)


def file(octets, dpi=196):
    return SourceFile(path="x", vertical_dpi=dpi, rows=(1,), octets=octets)


@pytest.mark.parametrize(
    ("octets", "far_end", "ecm", "expected"),
    [
        pytest.param(TEXT, capabilities(), True, Coding.MMR, id="text"),
        pytest.param(PHOTO, capabilities(), True, Coding.MH, id="photo"),
        pytest.param((9, 5, 7), capabilities(), True, Coding.MR, id="between"),
        pytest.param(TEXT, capabilities(), False, Coding.MR, id="no-ecm-by-order"),
        pytest.param(TEXT, capabilities(ecm=False), True, Coding.MR, id="none-there"),
        pytest.param(TEXT, capabilities(t6=False), True, Coding.MR, id="no-t6-there"),
        pytest.param(
            TEXT, capabilities(t6=False, mr=False), True, Coding.MH, id="oldest"
        ),
        pytest.param(None, capabilities(), True, Coding.MMR, id="not-measured"),
        pytest.param((5, 5, 5), capabilities(), True, Coding.MMR, id="equal"),
    ],
)
def test_the_least_octets_win(octets, far_end, ecm, expected):
    assert plan([file(octets)], far_end, ecm=ecm) is expected


def test_the_file_that_will_be_sent_is_what_counts():
    files = [file(PHOTO, 391), file(TEXT, 196)]

    assert plan(files, capabilities(dpi=(98, 196)), ecm=True) is Coding.MMR
    assert plan(files, capabilities(dpi=(98, 196, 391)), ecm=True) is Coding.MH


def test_no_file_for_the_far_end_needs_no_choice():
    assert plan([file(TEXT, 391)], capabilities(dpi=(98,)), ecm=True) is Coding.MMR


@pytest.mark.parametrize("coding", list(Coding))
def test_the_coding_is_what_goes_over_the_line(line, write_pages, tmp_path, coding):
    """
    The octets are made up so that one coding wins; the far end tells which came.
    """

    source = write_pages([draw_page(0, rows=300)])
    octets = tuple(1 if each is coding else 2 for each in Coding)
    caller = FaxTerminal(
        Sending(files=(replace(source, octets=octets),)), Options(station_id="1")
    )
    answerer = FaxTerminal(
        Receiving(path=str(tmp_path / "r.tif")), Options(station_id="2")
    )
    line(caller, answerer).run()
    stats = ffi.new("t30_stats_t *")
    lib.t30_get_transfer_statistics(caller._t30, stats)
    result = caller.result()
    caller.close()
    answerer.close()

    assert result.ending is Ending.DELIVERED
    assert stats.encoding == coding
