"""
How misbehaviour is written, and counted out.
"""

import pytest

from ecofax_gateway.fax_machine.behaviour import Behaviour, Conduct, Plan


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("good", [Behaviour()] * 3),
        ("busy", [Behaviour(Conduct.BUSY)] * 3),
        ("busy*1", [Behaviour(Conduct.BUSY), Behaviour(), Behaviour()]),
        ("busy*0", [Behaviour()] * 2),
        (
            "busy*1,rtn:2*1,no-answer",
            [
                Behaviour(Conduct.BUSY),
                Behaviour(Conduct.RTN, 2),
                Behaviour(Conduct.NO_ANSWER),
                Behaviour(Conduct.NO_ANSWER),
            ],
        ),
        ("dcn", [Behaviour(Conduct.DCN, 1)]),
    ],
)
def test_a_plan_says_what_each_call_meets(text, calls):
    plan = Plan.parse(text)

    assert [plan.next_behaviour() for _ in calls] == calls


@pytest.mark.parametrize(
    "text",
    ["", "rude", "busy*", "busy:2", "rtn:0", "rtn:x", "rtn:2:3", "busy,,", "BUSY"],
)
def test_what_is_no_plan_is_refused_with_what_there_is(text):
    with pytest.raises(ValueError, match=r"busy|page"):
        Plan.parse(text)
