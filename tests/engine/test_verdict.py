"""
SIP's word against T.30's, and against the watchdog's.
"""

import pytest

from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.engine.verdict import verdict
from ecofax_gateway.spandsp.job import Result


def result(ending, *, met=True, pages=0):
    return Result(
        ending=ending,
        detail="T.30",
        pages=pages,
        fax_met=met,
        remote_id=None,
        bit_rate=None,
        ecm=None,
        vertical_dpi=None,
    )


CUT = result(Ending.CUT_OFF, pages=1)
NEVER_MET = result(Ending.CUT_OFF, met=False)
DONE = result(Ending.DELIVERED, pages=2)
REFUSED = result(Ending.PAGE_REFUSED)
TIMED_OUT = result(Ending.NOT_A_FAX, met=False)


@pytest.mark.parametrize(
    ("said", "fax", "fault", "cancelled", "expected"),
    [
        pytest.param(Ending.PROTOCOL_ERROR, DONE, "", False, "delivered", id="done"),
        pytest.param(Ending.CANCELLED, DONE, "", True, "delivered", id="too-late"),
        pytest.param(Ending.NOT_A_FAX, DONE, "", False, "delivered", id="bye-after"),
        pytest.param(Ending.CANCELLED, CUT, "", True, "cancelled", id="cancelled"),
        pytest.param(Ending.NOT_A_FAX, CUT, "", False, "cut-off", id="bye-in-page"),
        pytest.param(Ending.NOT_A_FAX, NEVER_MET, "", False, "not-a-fax", id="voice"),
        pytest.param(Ending.TRUNK_FAULT, NEVER_MET, "", False, "trunk-fault", id="sip"),
        pytest.param(Ending.PROTOCOL_ERROR, TIMED_OUT, "", False, "not-a-fax", id="t0"),
        pytest.param(Ending.PROTOCOL_ERROR, REFUSED, "", False, "page-refused", id="r"),
        pytest.param(Ending.PROTOCOL_ERROR, CUT, "dog", False, "stalled", id="dog"),
        pytest.param(
            Ending.PROTOCOL_ERROR, NEVER_MET, "dog", False, "not-a-fax", id="dog-early"
        ),
        pytest.param(Ending.STALLED, NEVER_MET, "", False, "stalled", id="call-cap"),
    ],
)
def test_each_weighs_where_it_knows_better(said, fax, fault, cancelled, expected):
    outcome = verdict(
        Outcome(ending=said, detail="SIP"), fax, fault=fault, cancelled=cancelled
    )

    assert outcome.ending == expected
    assert outcome.pages_confirmed == fax.pages
    assert outcome.fax_met is fax.fax_met


def test_what_was_heard_is_told_where_there_was_no_fax():
    outcome = verdict(
        Outcome(ending=Ending.NOT_A_FAX, detail="BYE"),
        NEVER_MET,
        fault="",
        cancelled=False,
        heard="silence",
    )

    assert outcome.detail == "BYE, silence"
