"""
References that can be read out on the telephone.
"""

from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.store.reference import (
    ALPHABET,
    LENGTH,
    fax_reference,
    reference,
)


@given(st.integers(0, 2**64 - 1))
def test_a_reference_has_no_look_alikes(entropy):
    ref = reference(entropy)

    assert len(ref) == 8
    assert not set(ref) & set("01ILOU")


def test_every_reference_can_be_drawn():
    assert len(ALPHABET) == len(set(ALPHABET)) == 30
    assert reference(0) != reference(len(ALPHABET) ** LENGTH - 1)
    assert len({reference(n) for n in range(1000)}) == 1000


def test_a_single_fax_has_its_campaigns_reference():
    assert fax_reference("K7M2XQ9D", 1, of=1) == "K7M2XQ9D"
    assert fax_reference("K7M2XQ9D", 12, of=40) == "K7M2XQ9D-12"
