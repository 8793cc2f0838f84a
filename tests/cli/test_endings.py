"""
One table of endings: every code of the network and of T.30 leads to one, and every
ending says what comes of it.
"""

from pathlib import Path

import pytest

from ecofax_gateway.cli.endings import table
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.domain.retry import DELAYS, PERMANENT, RetryClass, retry_class
from ecofax_gateway.replies.explain import Actor, explain
from ecofax_gateway.sip.causes import GENERAL, causes_of, ending_of, statuses_of
from ecofax_gateway.spandsp import results
from ecofax_gateway.spandsp.results import Completion

DOCUMENT = Path(__file__).parents[2] / "docs/endings.md"

# ITU-T Q.850 (10/2018) table 1 and §2.2.7: what is assigned, location-specific ones too.
ASSIGNED = {
    *range(1, 10), 14, *range(16, 32), 34, *range(38, 45), 46, 47, 49, 50, 53, 55, 57, 58,
    62, 63, 65, 66, 69, 70, 79, *range(81, 89), 90, 91, *range(95, 104), 110, 111, 127,
}  # fmt: skip
NEVER_OF_A_CALL = {Ending.REPEAT, Ending.CANCELLED, Ending.DO_NOT_FAX}


def is_told_whole(ending):
    """It has a retry class, a sentence, a next step and somebody to do it."""
    told = explain(ending)
    return (
        isinstance(retry_class(ending), RetryClass)
        and isinstance(told.who, Actor)
        and told.what.endswith(".")
        and told.todo.endswith(".")
    )


def test_the_document_is_what_the_code_says():
    assert DOCUMENT.read_text(encoding="utf-8") == table()


@pytest.mark.parametrize("status", range(300, 700))
def test_every_sip_status_leads_to_an_ending(status):
    ending = ending_of(status, None)

    assert ending not in NEVER_OF_A_CALL
    assert is_told_whole(ending)
    assert [status in statuses_of(each) for each in Ending].count(True) == 1


@pytest.mark.parametrize("cause", range(1, 128))
def test_every_q850_cause_is_known_or_leaves_the_word_to_the_status(cause):
    definite = [ending for ending in Ending if cause in causes_of(ending)]
    found = {ending_of(status, cause) for status in range(300, 700)}

    if cause in GENERAL or cause not in ASSIGNED:
        assert definite == []
        assert found == {ending_of(status, None) for status in range(300, 700)}
    else:
        assert found == set(definite), "named, and one word whatever the status"
    assert all(is_told_whole(ending) for ending in found)


@pytest.mark.parametrize("code", list(Completion))
def test_every_t30_code_leads_to_an_ending(code):
    assert is_told_whole(results.ending_of(code))
    assert results.ending_of(code) not in NEVER_OF_A_CALL


def test_a_t30_code_of_another_library_is_told_too():
    assert is_told_whole(results.ending_of(9999))


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_is_told_whole(ending):
    assert is_told_whole(ending)
    again = retry_class(ending) in (RetryClass.LATER, RetryClass.NOT_COUNTED)
    assert again == (ending in DELAYS)
    assert (retry_class(ending) is RetryClass.NEVER) == (ending in PERMANENT)
