"""
The table of completion codes, compared with libspandsp's own.
"""

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.spandsp._spandsp import ffi, lib
from ecofax_gateway.spandsp.results import ENDINGS, Completion, ending_of


def said_by_spandsp(code):
    return ffi.string(lib.t30_completion_code_to_str(code)).decode()


def test_every_code_has_an_ending():
    assert set(ENDINGS) == set(Completion)


def test_the_table_is_as_long_as_libspandsps():
    unknown = said_by_spandsp(10_000)

    assert unknown not in [said_by_spandsp(code) for code in Completion]
    assert said_by_spandsp(max(Completion) + 1) == unknown


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (Completion.T0_EXPIRED, "initial communication"),
        (Completion.CANNOT_TRAIN, "train"),
        (Completion.NO_RESOLUTION, "resolution"),
        (Completion.TX_DCN_AFTER_PAGE, "DCN from remote after sending a page"),
        (Completion.TX_NO_RESPONSE_TO_PAGE, "No response after sending a page"),
        (Completion.RX_DCN_NOT_RESENT, "DCN after requested retransmission"),
        (Completion.FILE_UNREADABLE, "TIFF/F file cannot be opened"),
        (Completion.CALL_DROPPED, "dropped prematurely"),
        (Completion.CSA_REFUSED, "called subscriber internet address"),
    ],
)
def test_our_names_are_libspandsps(code, words):
    assert words.lower() in said_by_spandsp(code).lower()


@pytest.mark.parametrize("code", [-1, 62, 1000])
def test_a_code_that_nobody_knows_is_a_protocol_error(code):
    assert ending_of(code) is Ending.PROTOCOL_ERROR
