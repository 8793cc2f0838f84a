"""
How a trunk is told numbers.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.dialling import (
    Dialling,
    NumberFormat,
    PrefixRule,
    caller_id,
    parse_rule,
)
from ecofax_gateway.domain.number import FaxNumber

LINE = FaxNumber("+33366720307")
RULES = tuple(map(parse_rule, ["+33=0", "+=00", "+3369=9069", "+49="]))


@pytest.mark.parametrize(
    ("dialling", "number", "dialled"),
    [
        (Dialling(), "+33972101010", "0972101010"),
        (Dialling(), "+442079460000", "00442079460000"),
        (Dialling(NumberFormat.E164), "+33972101010", "+33972101010"),
        (Dialling(NumberFormat.RULES, RULES), "+33972101010", "0972101010"),
        (Dialling(NumberFormat.RULES, RULES), "+33691234567", "90691234567"),
        (Dialling(NumberFormat.RULES, RULES), "+442079460000", "00442079460000"),
        (Dialling(NumberFormat.RULES, RULES), "+4930123456", "30123456"),
        (Dialling(NumberFormat.RULES, RULES[:1]), "+442079460000", "+442079460000"),
    ],
)
def test_dial(dialling, number, dialled):
    assert dialling.dial(FaxNumber(number)) == dialled


@pytest.mark.parametrize(
    "text", ["33=0", "+33", "+33=x", "=0", "+33=0 ", "+٣=0", "+33==0"]
)
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(ValueError, match="write"):
        parse_rule(text)


@given(st.text(max_size=40))
def test_nothing_but_the_documented_error_comes_of_a_rule(text):
    try:
        rule = parse_rule(text)
    except ValueError:
        return
    assert isinstance(rule, PrefixRule)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("line", ("0366720307", False)),
        ("anonymous", ("0366720307", True)),
        ("+33900000000", ("+33900000000", False)),
    ],
)
def test_caller_id(rule, told):
    assert caller_id(rule, LINE, Dialling()) == told
