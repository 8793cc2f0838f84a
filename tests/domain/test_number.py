"""
What people write as a number, and what may be called.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.number import (
    FaxNumber,
    NotANumber,
    NumberClass,
    parse_number,
)


@pytest.mark.parametrize(
    ("written", "e164", "number_class"),
    [
        pytest.param("0972101010", "+33972101010", "ordinary", id="plain"),
        pytest.param("09 72 10 10 10", "+33972101010", "ordinary", id="spaces"),
        pytest.param("09.72.10-10/10", "+33972101010", "ordinary", id="separators"),
        pytest.param("+33 (0) 9 72 10 10 10", "+33972101010", "ordinary", id="zero"),
        pytest.param("0033972101010", "+33972101010", "ordinary", id="double-zero"),
        pytest.param("０９７２１０１０１０", "+33972101010", "ordinary", id="full-width"),
        pytest.param("0366720307", "+33366720307", "ordinary", id="the-guide's-line"),
        pytest.param("0262200000", "+262262200000", "ordinary", id="reunion"),
        pytest.param("0696300000", "+596696300000", "ordinary", id="mq-mobile"),
        pytest.param("0590500000", "+590590500000", "ordinary", id="guadeloupe"),
        pytest.param("0639000000", "+262639000000", "ordinary", id="mayotte"),
        pytest.param("0508410000", "+508410000", "ordinary", id="st-pierre"),
        pytest.param("0596500000", "+596596500000", "ordinary", id="martinique"),
        pytest.param("0800000000", "+33800000000", "ordinary", id="free"),
        pytest.param("0899700000", "+33899700000", "restricted", id="surtaxed"),
        pytest.param("+442079460000", "+442079460000", "restricted", id="abroad"),
    ],
)  # fmt: skip
def test_numbers_are_read(written, e164, number_class):
    assert parse_number(written) == FaxNumber(e164, NumberClass(number_class))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        pytest.param("0972101O10", "lettres", id="letter-o-for-zero"),
        pytest.param("poste 3", "lettres", id="words"),
        pytest.param("9.72101E+08", "lettres", id="excel-float"),
        pytest.param("15", "entre 6 et 17", id="emergency"),
        pytest.param("3639", "entre 6 et 17", id="short"),
        pytest.param("118218", "attribuable", id="directory"),
        pytest.param("", "chiffres", id="empty"),
        pytest.param("0972101010#12", "chiffres", id="extension"),
        pytest.param("0000000000", "attribuable", id="zeros"),
        pytest.param("09721010101", "attribuable", id="one-digit-too-many"),
    ],
)
def test_what_is_no_number_says_why(written, why):
    with pytest.raises(NotANumber, match=why):
        parse_number(written)


@pytest.mark.parametrize(
    ("e164", "national", "for_people"),
    [
        ("+33972101010", "0972101010", "09 72 10 10 10"),
        ("+262262200000", "0262200000", "02 62 20 00 00"),
        ("+442079460000", "00442079460000", "+442079460000"),
    ],
)
def test_numbers_are_written(e164, national, for_people):
    number = FaxNumber(e164)

    assert number.national == national
    assert str(number) == for_people


@given(st.text(max_size=40) | st.from_regex(r"\A(\+|00|0)[0-9 .]{5,18}\Z"))
def test_any_text_is_a_number_or_says_why(text):
    with contextlib.suppress(NotANumber):
        number = parse_number(text)

        assert parse_number(number.e164) == number
        assert parse_number(number.national) == number
